//! Which URLs may be called, and at which addresses.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use crate::address::{Forbidden, forbidden};
use crate::error::FetchError;
use crate::resolve::Resolve;

/// The ports that are called: HTTPS by its own number, and its usual second one.
pub const ALLOWED_PORTS: [u16; 2] = [443, 8443];
/// The longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 2048;
/// So many of a name's addresses are tried.
const MAX_ADDRESSES: usize = 4;

/// Why a URL is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no URL with a host, or too long.
    #[error("this is no URL that can be called")]
    NotAUrl,
    /// Its scheme is not https.
    #[error("only https is called")]
    Scheme,
    /// Its port is not one of [`ALLOWED_PORTS`].
    #[error("only the ports 443 and 8443 are called")]
    Port,
    /// It carries a name or a password.
    #[error("a URL with credentials is not called")]
    Credentials,
    /// It leads to an address that is not public.
    #[error("the URL leads to an address that is not public ({0})")]
    Address(Forbidden),
}

impl Refused {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAUrl => "invalid_url",
            Self::Scheme => "https_required",
            Self::Port => "port_not_allowed",
            Self::Credentials => "credentials_in_url",
            Self::Address(_) => "address_not_public",
        }
    }
}

/// Which URLs may be named, for whoever takes one from a user and leaves the calling to somebody else.
#[derive(Clone, Copy, Debug)]
pub struct UrlRule(Policy);

impl UrlRule {
    /// The one to deploy: see [`check_url`].
    pub const fn public() -> Self {
        Self(Policy::Public)
    }

    /// One that ALSO lets this very machine be named; see
    /// [`Fetcher`](crate::Fetcher::unguarded_towards_this_machine_for_tests_and_local_use_only).
    pub const fn unguarded_towards_this_machine_for_tests_and_local_use_only() -> Self {
        Self(Policy::PublicAndLoopback)
    }

    /// A URL in its normal form, if it may be called as far as can be seen without a look-up.
    pub fn check(self, url: &str) -> Result<Url, Refused> {
        check(url, self.0)
    }
}

/// What may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Public addresses by https.
    Public,
    /// Besides, this machine's own addresses, by plain HTTP and at any port.
    PublicAndLoopback,
}

/// Checks the text of a URL as far as that is possible without a look-up: for whoever takes one from a user. Whether its
/// name leads somewhere public is seen at each call.
pub fn check_url(text: &str) -> Result<Url, Refused> {
    check(text, Policy::Public)
}

pub(crate) fn check(text: &str, policy: Policy) -> Result<Url, Refused> {
    if text.len() > MAX_URL_BYTES {
        return Err(Refused::NotAUrl);
    }
    // `url` reads every spelling of an address that a resolver would: 0x7f.1, 2130706433, 127.1, full-width digits.
    let mut url = Url::parse(text).map_err(|_| Refused::NotAUrl)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Refused::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    url.set_fragment(None);
    let at_home = policy == Policy::PublicAndLoopback && is_loopback(&url);
    if at_home {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(Refused::Scheme);
    }
    if !url.port_or_known_default().is_some_and(|port| ALLOWED_PORTS.contains(&port)) {
        return Err(Refused::Port);
    }
    match url.host() {
        None => return Err(Refused::NotAUrl),
        Some(Host::Ipv4(address)) => allow(IpAddr::V4(address), Policy::Public)?,
        Some(Host::Ipv6(address)) => allow(IpAddr::V6(address), Policy::Public)?,
        // What no public resolver answers; the address behind any other name is looked at when it is called.
        Some(Host::Domain(name)) if is_local_name(name) => return Err(Refused::Address(LOCAL_NAME)),
        Some(Host::Domain(_)) => {}
    }
    Ok(url)
}

const LOCAL_NAME: Forbidden = Forbidden::new("a name of this machine");

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a URL names this machine outright.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_local_name(name),
        None => false,
    }
}

fn allow(address: IpAddr, policy: Policy) -> Result<(), Refused> {
    if policy == Policy::PublicAndLoopback && address.is_loopback() {
        return Ok(());
    }
    forbidden(address).map_or(Ok(()), |reason| Err(Refused::Address(reason)))
}

/// Where a checked URL leads: resolved here, once, and each of its addresses looked at.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    /// The addresses to try, all of them allowed; at least one.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Target {
    /// One forbidden address refuses the name: whoever owns it chose the others, too.
    pub(crate) async fn find(url: Url, policy: Policy, resolver: &dyn Resolve) -> Result<Self, FetchError> {
        // A name of elsewhere that resolves to this machine is refused even where this machine may be called by name.
        let policy = if is_loopback(&url) { policy } else { Policy::Public };
        let port = url.port_or_known_default().ok_or(Refused::NotAUrl)?;
        let found = match url.host() {
            None => return Err(Refused::NotAUrl.into()),
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Some(Host::Domain(name)) => {
                resolver.resolve(name.trim_end_matches('.')).await.map_err(FetchError::Unresolved)?
            }
        };
        if found.is_empty() {
            return Err(FetchError::Unresolved(std::io::ErrorKind::NotFound.into()));
        }
        for address in &found {
            allow(*address, policy)?;
        }
        let addresses = found.into_iter().take(MAX_ADDRESSES).map(|ip| SocketAddr::new(ip, port)).collect();
        Ok(Self { url, addresses })
    }

    /// The host as it stands in the URL; an IPv6 address in brackets.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }
}
