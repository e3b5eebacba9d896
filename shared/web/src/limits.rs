//! How much a caller may do in a while: one layer before every operation.
//!
//! Reads take their tokens from the shared bucket a handful at a time and count them down in the process, so that most
//! of them cost no call; they go on where the buckets are away. What opens an account to guessing is counted exactly,
//! and refused where it cannot be counted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::limits::{Level, LimitTable, Policy, Taken};

use crate::app::{App, Edge};
use crate::caller::{Caller, identify};
use crate::extract::ClientIp;
use crate::problem::Problem;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What one signed-in person may do.
const CALLER: Policy = Policy { name: "caller", quota: 600, window_seconds: 60 };
/// What may come from one address without saying who it is.
const ADDRESS: Policy = Policy { name: "address", quota: 300, window_seconds: 60 };
/// Operations with a limit of their own, by address where nobody is signed in. They fail closed.
const SENSITIVE: [(&str, Policy); 9] = [
    ("/users/login", Policy { name: "sign-in", quota: 30, window_seconds: 300 }),
    ("/users", Policy { name: "registration", quota: 20, window_seconds: 3_600 }),
    ("/users/refresh", Policy { name: "refresh", quota: 120, window_seconds: 300 }),
    ("/users/verify", Policy { name: "mail-token", quota: 30, window_seconds: 3_600 }),
    ("/users/password-reset", Policy { name: "password-reset", quota: 20, window_seconds: 3_600 }),
    ("/users/password-reset/confirm", Policy { name: "mail-token", quota: 30, window_seconds: 3_600 }),
    ("/users/me/mfa/confirm", Policy { name: "mfa", quota: 10, window_seconds: 900 }),
    ("/users/me/email", Policy { name: "mail-change", quota: 5, window_seconds: 3_600 }),
    // A hold takes nights off sale for a quarter of an hour: nobody holds more than these at a time.
    ("/bookings", Policy { name: "holds", quota: 10, window_seconds: 900 }),
];
/// How many tokens a process takes at once for reads.
const LEASE: u32 = 10;
/// How long it may spend them, in seconds.
const LEASE_SECONDS: i64 = 10;
/// More subjects than this are not remembered by one process.
const MAX_LEASES: usize = 4_096;

/// The buckets, and what this process has taken from them for later.
#[derive(Debug)]
pub(crate) struct Limits {
    table: LimitTable,
    leases: Mutex<HashMap<String, Lease>>,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    left: u32,
    until: i64,
    level: Level,
}

impl Limits {
    pub(crate) fn new(table: LimitTable) -> Self {
        Self { table, leases: Mutex::new(HashMap::new()) }
    }

    pub(crate) fn table(&self) -> &LimitTable {
        &self.table
    }

    /// One token for a read.
    async fn read(&self, policy: &Policy, subject: &str, now: Timestamp) -> Option<Taken> {
        let key = format!("{}#{subject}", policy.name);
        if let Some(level) = self.spend(&key, now.as_second()) {
            return Some(Taken::Yes(level));
        }
        let taken = match self.table.take(policy, subject, LEASE, now).await {
            // The rest of a bucket is given out one by one.
            Ok(Taken::No { .. }) => self.table.take(policy, subject, 1, now).await,
            Ok(Taken::Yes(level)) => {
                let lease = Lease { left: LEASE - 1, until: now.as_second() + LEASE_SECONDS, level };
                let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
                if leases.len() >= MAX_LEASES {
                    leases.clear();
                }
                leases.insert(key, lease);
                return Some(Taken::Yes(Level { left: level.left + lease.left, ..level }));
            }
            Err(error) => Err(error),
        };
        taken.inspect_err(|error| tracing::warn!(%error, "reads are not counted for the moment")).ok()
    }

    fn spend(&self, key: &str, now: i64) -> Option<Level> {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        let lease = leases.get_mut(key)?;
        let good = lease.left > 0 && (lease.until - LEASE_SECONDS..=lease.until).contains(&now);
        if !good {
            leases.remove(key);
            return None;
        }
        lease.left -= 1;
        Some(Level { left: lease.level.left + lease.left, ..lease.level })
    }
}

/// The layer.
pub(crate) async fn within_limits(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let Some(app) = edge.app.filter(|app| app.limits().is_some()) else { return next.run(request).await };
    let (mut parts, body) = request.into_parts();
    let headers = parts.headers.clone();
    // A token that is not believed is for the handler to refuse; it is counted by its address.
    let caller = identify(&app, &headers, &mut parts.extensions).await.ok().flatten();
    let Ok(ClientIp(ip)) = ClientIp::from_request_parts(&mut parts, &app).await;
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let method = parts.method.clone();
    let request = Request::from_parts(parts, body);
    let Some((policy, closed, subject)) = rule(&method, &route, caller, ip) else {
        return next.run(request).await;
    };
    match take(&app, &policy, closed, &subject, method.is_safe()).await {
        Some(Taken::Yes(level)) => {
            let mut response = next.run(request).await;
            tell(&mut response, &policy, level.left, level.full_in_seconds);
            response
        }
        Some(Taken::No { wait_seconds }) => too_many(&policy, wait_seconds),
        None if closed => uncounted(),
        None => next.run(request).await,
    }
}

async fn take(app: &App, policy: &Policy, closed: bool, subject: &str, safe: bool) -> Option<Taken> {
    let limits = app.limits()?;
    let now = app.ctx().now();
    if safe {
        return limits.read(policy, subject, now).await;
    }
    let taken = limits.table.take(policy, subject, 1, now).await;
    taken.inspect_err(|error| tracing::warn!(%error, closed, "a request could not be counted")).ok()
}

/// Which limit a request falls under, whether it is refused where it cannot be counted, and whose bucket it is.
fn rule(
    method: &Method,
    route: &str,
    caller: Option<Caller>,
    ip: Option<std::net::IpAddr>,
) -> Option<(Policy, bool, String)> {
    // The payment provider's events come from few addresses, are signed, and must not be lost.
    if route.starts_with("/payments/webhooks/") {
        return None;
    }
    let sensitive = SENSITIVE.iter().find(|(path, _)| *method == Method::POST && *path == route);
    let subject = match (caller, ip) {
        (Some(caller), _) => digest(caller.user_id.to_string().as_bytes()),
        (None, Some(ip)) => digest(&network(ip)),
        // Without a gateway nobody knows where it comes from.
        (None, None) => return None,
    };
    Some(match sensitive {
        Some((_, policy)) => (*policy, true, subject),
        None if caller.is_some() => (CALLER, false, subject),
        None => (ADDRESS, false, subject),
    })
}

/// Whoever has one address of IPv6 has 2⁶⁴ of them.
fn network(ip: std::net::IpAddr) -> Vec<u8> {
    match ip.to_canonical() {
        std::net::IpAddr::V4(address) => address.octets().to_vec(),
        std::net::IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16])
}

/// The headers of draft-ietf-httpapi-ratelimit-headers.
fn tell(response: &mut Response, policy: &Policy, left: u32, seconds: u32) {
    let Policy { name, quota, window_seconds } = policy;
    let limit = format!("\"{name}\";r={left};t={seconds}");
    let policy = format!("\"{name}\";q={quota};w={window_seconds}");
    for (header, text) in [(RATE_LIMIT, limit), (RATE_LIMIT_POLICY, policy)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(header, value);
        }
    }
}

fn too_many(policy: &Policy, wait_seconds: u32) -> Response {
    let mut response = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too much in too short a time. Retry-After says when there is room again.",
    )
    .retry_after(wait_seconds.max(1))
    .not_started()
    .into_response();
    tell(&mut response, policy, 0, wait_seconds);
    response
}

fn uncounted() -> Response {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "Something that this needs is away for the moment. Please try again.",
    )
    .retry_after(2)
    .not_started()
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(method: &Method, route: &str, ip: Option<&str>) -> Option<(&'static str, bool)> {
        let ip = ip.map(|text| text.parse().unwrap());
        rule(method, route, None, ip).map(|(policy, closed, _)| (policy.name, closed))
    }

    #[test]
    fn sensitive_operations_have_buckets_of_their_own() {
        let ip = Some("192.0.2.1");
        assert_eq!(ruled(&Method::POST, "/users/login", ip), Some(("sign-in", true)));
        assert_eq!(ruled(&Method::GET, "/users/{user_id}", ip), Some(("address", false)));
        assert_eq!(ruled(&Method::POST, "/payments/webhooks/stripe", ip), None);
        assert_eq!(ruled(&Method::GET, "/properties", None), None);
    }

    #[test]
    fn an_ipv6_network_is_one_subject() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::2:3:4"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.2"), network("192.0.2.1"));
    }
}
