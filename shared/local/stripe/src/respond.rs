//! One call over HTTP: who asks, what goes wrong, what is answered.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;

use crate::error::ApiError;
use crate::events::API_VERSION;
use crate::faults::{ApiFaultKind, Manner};
use crate::idempotency::{Answer, Call, keep_failure, serve};
use crate::pages;
use crate::provider::Provider;
use crate::sweep::sweep;

/// The largest body taken, in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
pub(crate) struct Dropped;

/// Answers one request; an error closes its connection.
pub(crate) async fn respond(
    provider: Arc<Provider>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return Ok(json_response(&ApiError::malformed("The body is too large or broken.").into(), "", None));
    };
    let path = parts.uri.path().trim_end_matches('/').to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if !path.starts_with("/v1/") {
        let page = if parts.method == http::Method::GET {
            let asked = Arc::clone(&provider);
            blocking(move || pages::serve(&asked, &path, &query)).await?
        } else {
            (405, "This page can only be opened.".to_owned())
        };
        provider.wake.notify_one();
        return Ok(html_response(page));
    }
    let post = parts.method == http::Method::POST;
    let call = Call {
        method: parts.method.to_string(),
        path,
        parameters: if post { body.to_bytes().to_vec() } else { query.into_bytes() },
        // Only POST takes a key: the other methods can be repeated by nature.
        key: text(&parts.headers, "idempotency-key").filter(|_| post),
        request_id: provider.new_id("req"),
    };
    let answer = match admit(&provider, &parts.headers, &call) {
        Ok(()) => strike(&provider, &call).await?,
        Err(error) => Reaction::plain(error.into()),
    };
    provider.wake.notify_one();
    Ok(json_response(&answer.answer, &call.request_id, answer.retry_after))
}

/// An answer and, with 429, the seconds to wait.
struct Reaction {
    answer: Answer,
    retry_after: Option<u32>,
}

impl Reaction {
    fn plain(answer: Answer) -> Self {
        Self { answer, retry_after: None }
    }
}

/// Checks the key of the caller and the form of the headers.
fn admit(provider: &Provider, headers: &HeaderMap, call: &Call) -> Result<(), ApiError> {
    if presented_key(headers).as_deref() != Some(provider.api_key.as_str()) {
        return Err(ApiError::unauthenticated());
    }
    // The real one speaks all its versions; this one was written after one, and must not pass for another.
    if let Some(version) = text(headers, "stripe-version").filter(|version| version != API_VERSION) {
        return Err(ApiError::malformed(format!("Invalid Stripe API version: {version}")));
    }
    let posts_json = call.method == "POST"
        && !call.parameters.is_empty()
        && text(headers, "content-type")
            .is_none_or(|kind| !kind.starts_with("application/x-www-form-urlencoded"));
    if posts_json {
        return Err(ApiError::malformed("Send parameters as application/x-www-form-urlencoded."));
    }
    if call.key.as_ref().is_some_and(|key| key.len() > 255) {
        return Err(ApiError::malformed("Idempotency keys are at most 255 characters long."));
    }
    Ok(())
}

/// `Authorization: Bearer key`, or Basic with the key as the user's name.
fn presented_key(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, "authorization")?;
    if let Some(key) = value.strip_prefix("Bearer ") {
        return Some(key.to_owned());
    }
    let pair = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    Some(String::from_utf8(pair).ok()?.split(':').next()?.to_owned())
}

/// Serves a call as well as the faults let it.
async fn strike(provider: &Arc<Provider>, call: &Call) -> Result<Reaction, Dropped> {
    let fault = provider.faults.strike(&call.path);
    match fault {
        Some(ApiFaultKind::RateLimited(retry_after)) => {
            return Ok(Reaction { answer: ApiError::rate_limited().into(), retry_after });
        }
        Some(ApiFaultKind::ServerError) => return Ok(Reaction::plain(ApiError::internal().into())),
        Some(ApiFaultKind::TimeoutBefore(manner)) => return fall_silent(manner).await,
        _ => {}
    }
    let in_use = match &call.key {
        None => None,
        Some(key) => match provider.occupy(key) {
            Some(guard) => Some(guard),
            None => return Ok(Reaction::plain(ApiError::key_in_use(key).into())),
        },
    };
    if let Some(ApiFaultKind::Slow(millis)) = fault {
        tokio::time::sleep(Duration::from_millis(millis.into())).await;
    }
    let (provider, call) = (Arc::clone(provider), call.clone());
    let answer = blocking(move || {
        if let Err(error) = sweep(&provider) {
            return error.into();
        }
        if fault == Some(ApiFaultKind::ServerErrorKept) {
            return keep_failure(&provider, &call);
        }
        serve(&provider, &call)
    })
    .await?;
    match fault {
        Some(ApiFaultKind::TimeoutAfter(manner)) => {
            // The work is done, so its key is free again.
            drop(in_use);
            fall_silent(manner).await
        }
        _ => Ok(Reaction::plain(answer)),
    }
}

/// Ends a call without a proper answer.
async fn fall_silent(manner: Manner) -> Result<Reaction, Dropped> {
    match manner {
        Manner::Drop => Err(Dropped),
        Manner::Hang(millis) => {
            tokio::time::sleep(Duration::from_millis(millis.into())).await;
            Err(Dropped)
        }
        Manner::GatewayTimeout => Ok(Reaction::plain(Answer {
            status: 504,
            body: "<html><body><h1>504 Gateway Time-out</h1></body></html>".to_owned(),
            replayed: false,
        })),
    }
}

/// Runs what may wait for the disk beside the event loop.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Dropped> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Dropped)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn json_response(answer: &Answer, request_id: &str, retry_after: Option<u32>) -> Response<Full<Bytes>> {
    let kind = if answer.status == 504 { "text/html" } else { "application/json" };
    let mut builder = Response::builder()
        .status(answer.status)
        .header(header::CONTENT_TYPE, kind)
        .header("request-id", request_id);
    if answer.replayed {
        builder = builder.header("idempotent-replayed", "true");
        if answer.status >= 500 {
            // The key will get this failure for ever.
            builder = builder.header("stripe-should-retry", "false");
        }
    }
    if let Some(seconds) = retry_after {
        builder = builder.header(header::RETRY_AFTER, seconds);
    }
    finish(builder, answer.body.clone())
}

fn html_response((status, text): pages::Page) -> Response<Full<Bytes>> {
    finish(Response::builder().status(status).header(header::CONTENT_TYPE, "text/html; charset=utf-8"), text)
}

fn finish(builder: http::response::Builder, body: String) -> Response<Full<Bytes>> {
    // Every part was made here or by hyper, so the response cannot be malformed.
    builder.body(Full::new(Bytes::from(body))).unwrap_or_default()
}
