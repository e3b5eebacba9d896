//! Which addresses are nobody's but ours: the special-purpose registries of IANA.
//!
//! <https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forbidden(&'static str);

impl Forbidden {
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self(reason)
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// A block of IPv4 addresses: its first one, the length of its prefix, and what it is for.
type Block4 = (Ipv4Addr, u32, &'static str);
/// The same of IPv6.
type Block6 = (Ipv6Addr, u32, &'static str);

const FORBIDDEN_V4: [Block4; 16] = [
    (Ipv4Addr::UNSPECIFIED, 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private use"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "carrier-grade NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    // The metadata services of clouds among them.
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private use"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private use"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::BROADCAST, 32, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Those that have a name of their own come first; what no entry names is refused all the same unless it lies in the one
/// block of global unicast addresses.
const FORBIDDEN_V6: [Block6; 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "IPv4-mapped"),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, "IPv4-translated"),
    (Ipv6Addr::UNSPECIFIED, 96, "IPv4-compatible"),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, "NAT64"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "NAT64"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "discard only"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "Teredo"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "protocol assignments"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "unique local"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// The only block that global unicast addresses are given from.
const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Why `address` is not to be called; `None` where it is a public one.
///
/// An IPv6 address that carries an IPv4 one is refused whatever it carries: no server is reached by such a name alone.
pub fn forbidden(address: IpAddr) -> Option<Forbidden> {
    let found = match address {
        IpAddr::V4(address) => {
            FORBIDDEN_V4.iter().find(|(base, length, _)| within_v4(address, *base, *length)).map(|row| row.2)
        }
        IpAddr::V6(address) => FORBIDDEN_V6
            .iter()
            .find(|(base, length, _)| within_v6(address, *base, *length))
            .map(|row| row.2)
            .or_else(|| (!within_v6(address, GLOBAL_UNICAST.0, GLOBAL_UNICAST.1)).then_some("reserved")),
    };
    found.map(Forbidden)
}

fn within_v4(address: Ipv4Addr, base: Ipv4Addr, length: u32) -> bool {
    (address.to_bits() ^ base.to_bits()).leading_zeros() >= length
}

fn within_v6(address: Ipv6Addr, base: Ipv6Addr, length: u32) -> bool {
    (address.to_bits() ^ base.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last addresses of each block, and what they are refused as.
    const REFUSED: &[(&str, &str)] = &[
        ("0.0.0.0", "this network"),
        ("0.255.255.255", "this network"),
        ("10.0.0.0", "private use"),
        ("10.255.255.255", "private use"),
        ("100.64.0.0", "carrier-grade NAT"),
        ("100.127.255.255", "carrier-grade NAT"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("169.254.0.0", "link-local"),
        ("169.254.169.254", "link-local"),
        ("169.254.170.2", "link-local"),
        ("169.254.255.255", "link-local"),
        ("172.16.0.0", "private use"),
        ("172.31.255.255", "private use"),
        ("192.0.0.0", "protocol assignments"),
        ("192.0.0.255", "protocol assignments"),
        ("192.0.2.0", "documentation"),
        ("192.0.2.255", "documentation"),
        ("192.88.99.1", "6to4 relays"),
        ("192.168.0.0", "private use"),
        ("192.168.255.255", "private use"),
        ("198.18.0.0", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("198.51.100.7", "documentation"),
        ("203.0.113.7", "documentation"),
        ("224.0.0.0", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.0", "reserved"),
        ("255.255.255.254", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::2", "IPv4-compatible"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("::8.8.8.8", "IPv4-compatible"),
        ("::ffff:127.0.0.1", "IPv4-mapped"),
        ("::ffff:169.254.169.254", "IPv4-mapped"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::ffff:0:8.8.8.8", "IPv4-translated"),
        ("64:ff9b::8.8.8.8", "NAT64"),
        ("64:ff9b::169.254.169.254", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "NAT64"),
        ("64:ff9b:2::1", "reserved"),
        ("100::1", "discard only"),
        ("1fff:ffff::1", "reserved"),
        ("2001::1", "Teredo"),
        ("2001:0:ffff::1", "Teredo"),
        ("2001:2::1", "protocol assignments"),
        ("2001:10::1", "protocol assignments"),
        ("2001:1ff:ffff::1", "protocol assignments"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::1", "6to4"),
        ("2002:808:808::1", "6to4"),
        ("3fff::1", "documentation"),
        ("3fff:fff:ffff::1", "documentation"),
        ("4000::1", "reserved"),
        ("5f00::1", "reserved"),
        ("fbff::1", "reserved"),
        ("fc00::1", "unique local"),
        ("fd00:ec2::254", "unique local"),
        ("fdff:ffff::1", "unique local"),
        ("fe80::1", "link-local"),
        ("febf::1", "link-local"),
        ("fec0::1", "reserved"),
        ("ff02::1", "multicast"),
    ];

    /// Public ones, the nearest neighbours of the blocks among them.
    const ALLOWED: &[&str] = &[
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2001:db7:ffff::1",
        "2001:db9::1",
        "2003::1",
        "2606:4700::1111",
        "3ffe::1",
        "3fff:1000::1",
    ];

    #[test]
    fn what_is_not_public_is_refused_as_what_it_is() {
        for (address, reason) in REFUSED {
            let found = forbidden(address.parse().unwrap()).map(|reason| reason.to_string());
            assert_eq!(found.as_deref(), Some(*reason), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_allowed() {
        for address in ALLOWED {
            assert_eq!(forbidden(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn each_row_of_the_tables_refuses_something() {
        let refused = |reason: &str| REFUSED.iter().any(|(_, known)| *known == reason);
        for (_, _, reason) in FORBIDDEN_V4 {
            assert!(refused(reason), "{reason}");
        }
        for (base, _, reason) in FORBIDDEN_V6 {
            assert!(refused(reason), "{reason}");
            assert!(forbidden(IpAddr::V6(base)).is_some(), "{base}");
        }
    }
}
