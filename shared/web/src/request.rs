//! The layer around every request: its id, its trace, its limits, its log line, and what its answer must carry.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ids::UserId;
use domain::random::uuid_v7;
use futures::FutureExt;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::Limited;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use platform::trace::TraceContext;
use platform::xray::XRayTrace;
use tokio::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::app::Edge;
use crate::problem::Problem;
use crate::version;

/// What API Gateway takes, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    static CURRENT_ID: String;
}

/// The id of the request that the present task answers.
pub(crate) fn request_id() -> Option<String> {
    CURRENT_ID.try_with(Clone::clone).ok()
}

/// Whose request it is, filled in by whoever learns it first, for the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogSlot {
    pub(crate) user_id: Arc<OnceLock<UserId>>,
}

/// The outermost layer.
pub(crate) async fn surround(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let names = RawPathParams::from_request_parts(&mut parts, &()).await;
    let request = Request::from_parts(parts, body);
    let id = id_of(&request, &edge);
    let trace = trace_of(request.headers(), &edge);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let private = !method.is_safe() || request.headers().contains_key(AUTHORIZATION);
    let slot = LogSlot::default();
    let version = version::asked(request.headers()).ok();

    let xray = xray_of(request.headers());
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        trace_id = %trace.trace_id(),
        xray_trace_id = xray.as_ref().map(XRayTrace::root),
        property_id = Empty,
        booking_id = Empty,
        payment_id = Empty,
    );
    if let Ok(names) = names {
        name_objects(&span, &names);
    }
    let answer = XRayTrace::within(xray, trace.scope(answer(request, slot.clone(), next)));
    let mut response = CURRENT_ID.scope(id.clone(), answer).instrument(span.clone()).await;

    decorate(response.headers_mut(), private);
    if let Some(version) = version {
        version::tell(version, response.headers_mut());
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let Ok(value) = HeaderValue::from_str(&trace.to_string()) {
        response.headers_mut().insert(TRACEPARENT, value);
    }
    span.in_scope(|| {
        let user_id = slot.user_id.get().map(ToString::to_string);
        tracing::info!(
            %method,
            route,
            status = response.status().as_u16(),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            user_id,
            "answered"
        );
    });
    platform::figures::flush();
    response
}

/// The inner layers' answer; a panic becomes a problem and the process goes on.
async fn answer(mut request: Request, slot: LogSlot, next: Next) -> Response {
    request.extensions_mut().insert(slot);
    if let Err(unknown) = version::asked(request.headers()) {
        return unknown.into_response();
    }
    if request.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
        return too_large(MAX_BODY_BYTES).into_response();
    }
    let request = request.map(|body| Body::new(Limited::new(body, MAX_BODY_BYTES)));
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Problem::internal(&Panicked).into_response(),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

pub(crate) fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "payload_too_large",
        format!("The body may have {limit} bytes at most."),
    )
    .not_started()
}

fn id_of(request: &Request, edge: &Edge) -> String {
    if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref()
        && let Some(id) = &context.request_id
    {
        return id.clone();
    }
    uuid_v7(edge.clock.now(), edge.entropy.as_ref()).to_string()
}

fn trace_of(headers: &HeaderMap, edge: &Edge) -> TraceContext {
    let mut values = headers.get_all(TRACEPARENT).iter();
    // More than one is none (Trace Context, section 3.2.1).
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(text), None) => match text.parse::<TraceContext>() {
            Ok(caller) => caller.child(edge.entropy.as_ref()),
            Err(_) => TraceContext::new(edge.entropy.as_ref()),
        },
        _ => TraceContext::new(edge.entropy.as_ref()),
    }
}

/// Lambda's own word, which `lambda_http` puts there over whatever a client sent.
fn xray_of(headers: &HeaderMap) -> Option<XRayTrace> {
    headers.get("x-amzn-trace-id")?.to_str().ok()?.parse().ok()
}

/// Names in the log what a path names, if it is an id: anything may stand in a path.
fn name_objects(span: &Span, names: &RawPathParams) {
    for (name, value) in names {
        if let Ok(id) = value.parse::<Uuid>() {
            // A name that the span does not declare is passed over.
            span.record(name, display(id));
        }
    }
}

/// What the OWASP REST security cheat sheet asks of every answer; a handler's own value stays.
fn decorate(headers: &mut HeaderMap, private: bool) {
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    default(REFERRER_POLICY, "no-referrer");
    default(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if private {
        default(CACHE_CONTROL, "no-store");
    }
}
