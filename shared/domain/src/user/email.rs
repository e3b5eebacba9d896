//! An e-mail address.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// An e-mail address `local@domain` of at most 254 bytes (RFC 5321, section 4.5.3.1.3), its domain in small letters.
///
/// Taken is what mail systems take in practice: a dot-atom (RFC 5322, section 3.2.3) of at most 64 bytes before the `@`
/// and a host name of at least two labels behind it. Quoted local parts, address literals, comments and everything
/// outside ASCII are refused: an international domain is written in its `xn--` form, so that no two addresses look alike.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    const MAX_BYTES: usize = 254;
    const MAX_LOCAL: usize = 64;

    /// The address to send to: the local part as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in small letters throughout: what makes an account unique.
    ///
    /// By the letter of RFC 5321 the local part has its case; no provider of note tells two people apart by it.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for EmailAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > Self::MAX_BYTES {
            return Err(Invalid::new("too_long", "Give an e-mail address of at most 254 characters."));
        }
        let (local, domain) = text
            .rsplit_once('@')
            .filter(|(local, domain)| is_local_part(local) && is_domain(domain))
            .ok_or_else(|| {
                Invalid::new("invalid_email", "Give an e-mail address such as name@example.com.")
            })?;
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    local.len() <= EmailAddress::MAX_LOCAL && local.split('.').all(is_atom)
}

/// RFC 5322, section 3.2.3: `atext`.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// RFC 1123, section 2.1: labels of letters, digits and inner hyphens; the last one is no number.
fn is_domain(domain: &str) -> bool {
    let mut labels = 0;
    let all_good = domain.split('.').all(|label| {
        labels += 1;
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    });
    let top_is_name =
        domain.rsplit('.').next().is_some_and(|top| top.bytes().any(|byte| byte.is_ascii_alphabetic()));
    all_good && labels >= 2 && top_is_name
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Shows the domain only: addresses do not belong into logs.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let domain = self.0.rsplit('@').next().unwrap_or_default();
        write!(formatter, "EmailAddress(…@{domain})")
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_put_in_small_letters_the_rest_is_kept() {
        let address: EmailAddress = " Ada.Lovelace+inn@Mail.Example.COM ".parse().unwrap();
        assert_eq!(address.as_str(), "Ada.Lovelace+inn@mail.example.com");
        assert_eq!(address.key(), "ada.lovelace+inn@mail.example.com");
        assert_eq!(format!("{address:?}"), "EmailAddress(…@mail.example.com)");
    }

    #[test]
    fn usual_addresses_are_taken() {
        for good in ["a@b.co", "o'neill@example.ie", "x@xn--bcher-kva.example", "1@1.example", "a@a-b.c1"] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good}");
        }
    }

    #[test]
    fn odd_ones_are_not() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.com", "b".repeat(64));
        let long = format!("a@{}com", "abcdefghi.".repeat(26));
        for bad in [
            "",
            "@",
            "a@",
            "@b.co",
            "a",
            "a@b",
            "a@b.",
            "a@.b",
            "a@b..co",
            ".a@b.co",
            "a.@b.co",
            "a..b@b.co",
            "a b@b.co",
            "a@b c.co",
            "a@b.co\nBcc: x@y.z",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "\"a b\"@b.co",
            "a@b@c.co",
            "a@-b.co",
            "a@b-.co",
            "ü@b.co",
            "a@bücher.example",
            "a@b.co\0",
            "<a@b.co>",
            "a@b_c.co",
            &long_local,
            &long_label,
            &long,
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
    }
}
