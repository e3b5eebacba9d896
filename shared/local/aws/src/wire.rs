//! The AWS JSON protocols: the operation in `X-Amz-Target`, one JSON object in, one out.

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::AwsError;

/// What tells one service's dialect from another's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    /// The content type of requests and answers.
    pub(crate) content_type: &'static str,
    /// Stands before the operation in `X-Amz-Target`, with its dot.
    pub(crate) target_prefix: &'static str,
    /// Stands before the shape in an error's `__type`.
    pub(crate) error_namespace: &'static str,
    /// Answers errors with the codes of the older query protocol too.
    pub(crate) query_compatible: bool,
    /// Bodies above are refused, in bytes.
    pub(crate) max_body: usize,
}

/// A router whose one path hands each operation's name and body to `dispatch`.
pub(crate) fn router<D, F>(dialect: Dialect, dispatch: D) -> Router
where
    D: Fn(String, Bytes) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Value, AwsError>> + Send + 'static,
{
    let handler = async move |headers: HeaderMap, body: Result<Bytes, BytesRejection>| {
        let answer = match accept(&dialect, &headers, body) {
            Ok((operation, body)) => dispatch(operation, body).await,
            Err(error) => Err(error),
        };
        respond(&dialect, answer)
    };
    Router::new().route("/", post(handler)).layer(DefaultBodyLimit::max(dialect.max_body))
}

/// Reads one operation's input.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| AwsError::serialization(error.to_string()))
}

fn accept(
    dialect: &Dialect,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(String, Bytes), AwsError> {
    let body = body.map_err(|rejection| {
        AwsError::sender("RequestEntityTooLarge", rejection.body_text()).with_status(rejection.status())
    })?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if text(CONTENT_TYPE.as_str()) != dialect.content_type {
        return Err(AwsError::serialization(format!("the content type must be {}", dialect.content_type)));
    }
    let target = text("x-amz-target");
    let operation = target.strip_prefix(dialect.target_prefix).ok_or_else(|| unknown_operation(target))?;
    Ok((operation.to_owned(), body))
}

/// The stand-in has no such operation.
pub(crate) fn unknown_operation(name: &str) -> AwsError {
    AwsError::sender("UnknownOperationException", format!("The operation {name:?} is not known here."))
}

fn respond(dialect: &Dialect, answer: Result<Value, AwsError>) -> Response {
    let mut response = match answer {
        Ok(value) => Json(value).into_response(),
        Err(error) => {
            tracing::debug!(code = error.code, message = error.message, "refused");
            let body = json!({"__type": format!("{}{}", dialect.error_namespace, error.shape), "message": error.message});
            let mut response = (error.status, Json(body)).into_response();
            if dialect.query_compatible {
                let fault = if error.status.is_server_error() { "Receiver" } else { "Sender" };
                insert(&mut response, "x-amzn-query-error", &format!("{};{fault}", error.code));
            }
            response
        }
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(dialect.content_type));
    response
}

/// The error of a service with paths of its own (`restJson1`).
pub(crate) fn rest_error(error: &AwsError) -> Response {
    tracing::debug!(code = error.code, message = error.message, "refused");
    let mut response = (error.status, Json(json!({"message": error.message}))).into_response();
    insert(&mut response, "x-amzn-errortype", error.shape);
    response
}

fn insert(response: &mut Response, name: &'static str, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => drop(response.headers_mut().insert(HeaderName::from_static(name), value)),
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
}
