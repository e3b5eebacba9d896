//! What an API Gateway HTTP API does by itself for pages of other origins: it answers preflights, and opens answers.
//! The functions know nothing of it. `template.yaml` has the same lists, and a test compares them.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

/// What pages may send.
pub const ALLOW_METHODS: &str = "GET,POST,PATCH,DELETE";
/// The headers that pages may send.
pub const ALLOW_HEADERS: &str =
    "api-version,authorization,content-type,idempotency-key,if-match,if-none-match,traceparent,tracestate";
/// The headers that pages may read.
pub const EXPOSE_HEADERS: &str = "api-version,deprecation,etag,idempotent-replayed,link,location,ratelimit,\
                                  ratelimit-policy,retry-after,sunset,x-request-id";
/// How long a page may remember all this, in seconds.
pub const MAX_AGE: &str = "600";

pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Where the page came from, if a page asks.
pub(crate) fn origin(request: &Request) -> Option<HeaderValue> {
    request.headers().get(ORIGIN).cloned()
}

pub(crate) fn preflight(request: &Request) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    open(&mut response, origin(request).as_ref());
    let said = [
        (ACCESS_CONTROL_ALLOW_METHODS, ALLOW_METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    set(&mut response, said);
    response
}

/// Callers are known by bearer tokens and never by cookies, so any page may read what its user's token opens.
pub(crate) fn open(response: &mut Response, origin: Option<&HeaderValue>) {
    if origin.is_some() {
        set(response, [(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS)]);
    }
}

fn set<const N: usize>(response: &mut Response, headers: [(HeaderName, &'static str); N]) {
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
