//! Kept answers by `Idempotency-Key`: a repeated request is answered and not done again.
//!
//! The layer works on every unsafe method of a proved caller who sends a key; that a key is required is said by the
//! handler, with the extractor [`crate::IdempotencyKey`].

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, ETAG, LINK, LOCATION};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::RequestExt;
use sha2::{Digest, Sha256};
use store::idempotency::{Attempt, Begun, StoredAnswer};

use crate::app::{App, Edge};
use crate::caller::{Caller, identify};
use crate::extract::{IdempotencyKey, read};
use crate::problem::{NotStarted, Problem};
use crate::request::MAX_BODY_BYTES;

/// How long an answer is kept (the draft asks for a day at least).
const KEPT: SignedDuration = SignedDuration::from_hours(25);
/// How long a key stays locked where no deadline is known: longer than API Gateway waits.
const DEFAULT_LOCK: Duration = Duration::from_secs(35);
/// A lock outlives its function's deadline by this much.
const LOCK_MARGIN: Duration = Duration::from_secs(1);
/// What is kept of a body at most, in bytes: an item of DynamoDB has 400 KB.
const MAX_KEPT_BODY: usize = 300 * 1024;
/// The headers that belong to an answer; all others are made anew for each request.
const KEPT_HEADERS: [HeaderName; 4] = [CONTENT_TYPE, ETAG, LINK, LOCATION];
/// Tells a repeated answer from a first one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The layer.
pub(crate) async fn once_per_key(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let Some(app) = edge.app.filter(|_| !request.method().is_safe()) else { return next.run(request).await };
    match prepare(&app, request).await {
        Ok(Prepared::Unkeyed(request)) => next.run(request).await,
        Ok(Prepared::Keyed(attempt, request)) => match run(&app, &attempt, request, next).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        },
        Err(problem) => problem.into_response(),
    }
}

enum Prepared {
    /// No key, no caller or no route: the handler answers for itself.
    Unkeyed(Request),
    /// A key of this caller.
    Keyed(Attempt, Request),
}

async fn prepare(app: &App, request: Request) -> Result<Prepared, Problem> {
    let Some(key) = IdempotencyKey::from_headers(request.headers())? else {
        return Ok(Prepared::Unkeyed(request));
    };
    let Some(route) = request.extensions().get::<MatchedPath>().cloned() else {
        return Ok(Prepared::Unkeyed(request));
    };
    let (mut parts, body) = request.into_parts();
    let headers = parts.headers.clone();
    let Some(caller) = identify(app, &headers, &mut parts.extensions).await? else {
        return Ok(Prepared::Unkeyed(Request::from_parts(parts, body)));
    };
    let bytes = read(body, MAX_BODY_BYTES).await?;
    let now = app.ctx().now();
    let mut owner = [0_u8; 16];
    app.ctx().entropy.fill(&mut owner);
    let path = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
    let attempt = Attempt {
        scope: scope(&caller, &parts.method, route.as_str(), &key),
        fingerprint: digest(&[parts.method.as_str().as_bytes(), path.as_bytes(), &bytes]),
        owner: URL_SAFE_NO_PAD.encode(owner),
        now,
        locked_until: locked_until(now, &parts),
    };
    Ok(Prepared::Keyed(attempt, Request::from_parts(parts, Body::from(bytes))))
}

fn scope(caller: &Caller, method: &Method, route: &str, key: &IdempotencyKey) -> String {
    let user = caller.user_id.to_string();
    let parts = [user.as_bytes(), method.as_str().as_bytes(), route.as_bytes(), key.as_str().as_bytes()];
    format!("idem#{}", digest(&parts))
}

/// SHA-256 over the parts, each with its length before it, so that no two lists have the same bytes.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

fn locked_until(now: Timestamp, parts: &http::request::Parts) -> Timestamp {
    let lock = match parts.lambda_context_ref() {
        Some(context) => platform::clock::remaining_until(context.deadline()) + LOCK_MARGIN,
        None => DEFAULT_LOCK,
    };
    now.checked_add(lock).unwrap_or(Timestamp::MAX)
}

async fn run(app: &App, attempt: &Attempt, request: Request, next: Next) -> Result<Response, Problem> {
    match app.idempotency().begin(attempt).await? {
        Begun::Started => {}
        Begun::Answered(answer) => return Ok(replay(answer)),
        Begun::OtherRequest => return Err(reused()),
        Begun::InFlight { until } => return Err(in_flight(attempt.now, until)),
    }
    let response = next.run(request).await;
    if !is_final(&response) {
        release(app, attempt).await;
        return Ok(response);
    }
    keep(app, attempt, response).await
}

/// Whether the answer is the operation's own. One that was given before it began, or that asks for another try, is
/// not kept.
fn is_final(response: &Response) -> bool {
    let status = response.status();
    let again = matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
    );
    !again && !status.is_server_error() && response.extensions().get::<NotStarted>().is_none()
}

async fn release(app: &App, attempt: &Attempt) {
    if let Err(error) = app.idempotency().release(attempt).await {
        tracing::warn!(%error, "an idempotency key stays locked until its lock ends");
    }
}

/// The operation is done: a failure to keep its answer must not make it look undone.
async fn keep(app: &App, attempt: &Attempt, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = read(body, usize::MAX).await?;
    let headers = KEPT_HEADERS
        .iter()
        .filter_map(|name| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned())))
        .collect();
    if body.len() > MAX_KEPT_BODY {
        tracing::error!(
            bytes = body.len(),
            "an answer is too large to be kept: a repetition gets its head alone"
        );
    }
    let kept = if body.len() > MAX_KEPT_BODY { Bytes::new() } else { body.clone() };
    let answer = StoredAnswer { status: parts.status.as_u16(), headers, body: kept.to_vec() };
    let expires_at = app.ctx().now().checked_add(KEPT).unwrap_or(Timestamp::MAX);
    if let Err(error) = app.idempotency().complete(attempt, &answer, expires_at).await {
        tracing::error!(%error, "an answer could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(answer: StoredAnswer) -> Response {
    let mut response = Body::from(answer.body).into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn reused() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "This Idempotency-Key came with another request before. Use a fresh one.",
    )
}

fn in_flight(now: Timestamp, until: Timestamp) -> Problem {
    let seconds = (until.as_second() - now.as_second()).clamp(1, 2);
    Problem::new(
        StatusCode::CONFLICT,
        "idempotency_in_flight",
        "A request with this Idempotency-Key is being worked on.",
    )
    .retry_after(u32::try_from(seconds).unwrap_or(1))
}
