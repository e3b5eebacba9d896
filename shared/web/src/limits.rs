//! How much a caller may do in a while: one layer before every operation.
//!
//! Reads take their tokens from the shared bucket a handful at a time and count them down in the process, so that most
//! of them cost no call; they go on where the buckets are away. What opens an account to guessing is counted exactly,
//! and refused where it cannot be counted.
//!
//! The bucket of a signed-in person also says from when on their access tokens are good: a suspension, an erasure, a new
//! password or a sign-out everywhere ends those that are out. So it costs no call of its own to ask, and what a process
//! knows of it is as old as its handful of tokens, ten seconds at most; writes ask each time. Where the buckets are away
//! a token lives on to its end, as a read goes on: an outage of the buckets is to stop no business.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::UserId;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::DynamoError;
use store::limits::{Level, LimitTable, Policy, Seen, Taken};

use crate::app::Edge;
use crate::caller::{Caller, identify, invalid_token};
use crate::extract::ClientIp;
use crate::problem::Problem;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What one signed-in person may do.
const CALLER: Policy = Policy { name: "caller", quota: 600, window_seconds: 60 };
/// The same bucket where nobody counts: it is never empty.
const UNCOUNTED: Policy = Policy { name: CALLER.name, quota: 1_000_000, window_seconds: 1_000 };
/// What may come from one address without saying who it is.
const ADDRESS: Policy = Policy { name: "address", quota: 300, window_seconds: 60 };
/// Operations with a limit of their own, by address where nobody is signed in. They fail closed.
const SENSITIVE: [(&str, Policy); 11] = [
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
    // Each is a mail to somebody who did not ask for it.
    ("/messages/threads", Policy { name: "enquiries", quota: 20, window_seconds: 3_600 }),
    ("/messages/threads/{thread_id}/messages", Policy { name: "messages", quota: 60, window_seconds: 600 }),
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
    counted: bool,
    leases: Mutex<HashMap<String, Lease>>,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    left: u32,
    until: i64,
    level: Level,
    good_from: Option<i64>,
}

impl Limits {
    /// The buckets; where they are not `counted` they only tell whose tokens were ended.
    pub(crate) fn new(table: LimitTable, counted: bool) -> Self {
        Self { table, counted, leases: Mutex::new(HashMap::new()) }
    }

    /// The buckets, where they are counted.
    pub(crate) fn table(&self) -> Option<&LimitTable> {
        self.counted.then_some(&self.table)
    }

    /// The policy of whatever a signed-in person does.
    fn of_callers(&self) -> Policy {
        if self.counted { CALLER } else { UNCOUNTED }
    }

    /// Ends the access tokens of somebody; in this process at once.
    pub(crate) async fn end_tokens(
        &self,
        user: UserId,
        good_from: i64,
        now: Timestamp,
    ) -> Result<(), DynamoError> {
        let (policy, subject) = (self.of_callers(), of_user(user));
        self.table.end_tokens(&policy, &subject, good_from, now).await?;
        self.leases().remove(&lease_key(&policy, &subject));
        Ok(())
    }

    fn leases(&self) -> MutexGuard<'_, HashMap<String, Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One token, for a write.
    async fn write(&self, policy: &Policy, subject: &str, now: Timestamp) -> Option<Seen> {
        let seen = self.table.see(policy, subject, 1, now).await;
        seen.inspect_err(|error| tracing::warn!(%error, "a request could not be counted")).ok()
    }

    /// One token for a read.
    async fn read(&self, policy: &Policy, subject: &str, now: Timestamp) -> Option<Seen> {
        let key = lease_key(policy, subject);
        if let Some(seen) = self.spend(&key, now.as_second()) {
            return Some(seen);
        }
        let seen = match self.table.see(policy, subject, LEASE, now).await {
            // The rest of a bucket is given out one by one.
            Ok(Seen { taken: Taken::No { .. }, .. }) => self.table.see(policy, subject, 1, now).await,
            Ok(Seen { taken: Taken::Yes(level), good_from }) => {
                let lease =
                    Lease { left: LEASE - 1, until: now.as_second() + LEASE_SECONDS, level, good_from };
                let mut leases = self.leases();
                if leases.len() >= MAX_LEASES {
                    leases.clear();
                }
                leases.insert(key, lease);
                let level = Level { left: level.left + lease.left, ..level };
                return Some(Seen { taken: Taken::Yes(level), good_from });
            }
            Err(error) => Err(error),
        };
        seen.inspect_err(|error| tracing::warn!(%error, "reads are not counted for the moment")).ok()
    }

    fn spend(&self, key: &str, now: i64) -> Option<Seen> {
        let mut leases = self.leases();
        let lease = leases.get_mut(key)?;
        let good = lease.left > 0 && (lease.until - LEASE_SECONDS..=lease.until).contains(&now);
        if !good {
            leases.remove(key);
            return None;
        }
        lease.left -= 1;
        let level = Level { left: lease.level.left + lease.left, ..lease.level };
        Some(Seen { taken: Taken::Yes(level), good_from: lease.good_from })
    }
}

/// The layer.
pub(crate) async fn within_limits(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let Some(app) = edge.app else { return next.run(request).await };
    let Some(limits) = app.limits() else { return next.run(request).await };
    let (mut parts, body) = request.into_parts();
    let headers = parts.headers.clone();
    // A token that is not believed is for the handler to refuse; it is counted by its address.
    let caller = identify(&app, &headers, &mut parts.extensions).await.ok().flatten();
    let Ok(ClientIp(ip)) = ClientIp::from_request_parts(&mut parts, &app).await;
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let bucket = limits.table().and_then(|_| rule(&parts.method, route, caller, ip));
    let (now, safe) = (app.ctx().now(), parts.method.is_safe());
    let request = Request::from_parts(parts, body);
    // Side by side: an operation with a limit of its own waits no longer than another.
    let (own, special) =
        tokio::join!(of_caller(limits, caller, safe, now), special(limits, bucket.as_ref(), now));
    if own.is_some_and(|own| own.good_from > caller.map(|caller| caller.issued_at)) {
        return invalid_token().not_started().into_response();
    }
    let own = own.filter(|_| limits.counted).map(|own| (CALLER, own.taken));
    match special.or(own) {
        Some((policy, Taken::Yes(level))) => {
            let mut response = next.run(request).await;
            tell(&mut response, &policy, level.left, level.full_in_seconds);
            response
        }
        Some((policy, Taken::No { wait_seconds })) => too_many(&policy, wait_seconds),
        None if bucket.is_some_and(|bucket| bucket.closed) => uncounted().into_response(),
        None => next.run(request).await,
    }
}

/// Counts a signed-in person's request, and learns from when on their tokens are good.
async fn of_caller(limits: &Limits, caller: Option<Caller>, safe: bool, now: Timestamp) -> Option<Seen> {
    let (policy, subject) = (limits.of_callers(), of_user(caller?.user_id));
    if safe { limits.read(&policy, &subject, now).await } else { limits.write(&policy, &subject, now).await }
}

/// Counts a request under the limit of its operation or address, if it has one.
async fn special(limits: &Limits, bucket: Option<&Bucket>, now: Timestamp) -> Option<(Policy, Taken)> {
    let Bucket { policy, subject, closed } = bucket?;
    let seen = if *closed {
        limits.write(policy, subject, now).await
    } else {
        limits.read(policy, subject, now).await
    };
    seen.map(|seen| (*policy, seen.taken))
}

/// What a request is counted in beside its caller's own bucket.
#[derive(Clone, Debug)]
struct Bucket {
    policy: Policy,
    subject: String,
    /// Whether it is refused where it cannot be counted.
    closed: bool,
}

/// The limit of an operation; else that of an address, where nobody is signed in.
fn rule(
    method: &Method,
    route: &str,
    caller: Option<Caller>,
    ip: Option<std::net::IpAddr>,
) -> Option<Bucket> {
    // The payment provider's events come from few addresses, are signed, and must not be lost.
    if route.starts_with("/payments/webhooks/") {
        return None;
    }
    let sensitive = SENSITIVE.iter().find(|(path, _)| *method == Method::POST && *path == route);
    let subject = match (caller, ip) {
        (Some(caller), _) => of_user(caller.user_id),
        (None, Some(ip)) => digest(&network(ip)),
        // Without a gateway nobody knows where it comes from.
        (None, None) => return None,
    };
    match sensitive {
        Some((_, policy)) => Some(Bucket { policy: *policy, subject, closed: true }),
        None if caller.is_some() => None,
        None => Some(Bucket { policy: ADDRESS, subject, closed: false }),
    }
}

fn of_user(user: UserId) -> String {
    digest(user.to_string().as_bytes())
}

fn lease_key(policy: &Policy, subject: &str) -> String {
    format!("{}#{subject}", policy.name)
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
    let mut response = too_much(wait_seconds).into_response();
    tell(&mut response, policy, 0, wait_seconds);
    response
}

fn too_much(wait_seconds: u32) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too much in too short a time. Retry-After says when there is room again.",
    )
    .retry_after(wait_seconds.max(1))
    .not_started()
}

fn uncounted() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "Something that this needs is away for the moment. Please try again.",
    )
    .retry_after(2)
    .not_started()
}

/// Counts what a person does in another way under the limit of the operation `POST path`, and refuses what is too much.
pub(crate) async fn count_as(
    limits: &Limits,
    path: &str,
    user: UserId,
    now: Timestamp,
) -> Result<(), Problem> {
    let sensitive = SENSITIVE.iter().find(|(of, _)| *of == path).filter(|_| limits.counted);
    let Some((_, policy)) = sensitive else { return Ok(()) };
    match limits.write(policy, &of_user(user), now).await.map(|seen| seen.taken) {
        Some(Taken::Yes(_)) => Ok(()),
        Some(Taken::No { wait_seconds }) => Err(too_much(wait_seconds)),
        None => Err(uncounted()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(method: &Method, route: &str, ip: Option<&str>) -> Option<(&'static str, bool)> {
        let ip = ip.map(|text| text.parse().unwrap());
        rule(method, route, None, ip).map(|bucket| (bucket.policy.name, bucket.closed))
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
