//! What is refused before a signature is looked at.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, StatusCode};

/// The longest life of a presigned URL, in seconds: seven days.
const MAX_EXPIRES: u64 = 604_800;

/// Room for chunk signatures, form fields and the like around an object.
const OVERHEAD: u64 = 1024 * 1024;

#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, code, message } = self;
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
    }
}

pub(super) fn internal() -> Refusal {
    let message = "We encountered an internal error. Please try again.";
    Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, code: "InternalError", message }
}

/// Refuses bodies of unknown or excessive length, and presigned URLs that AWS would not honour.
pub(super) fn check(request: &Request, max_object: u64) -> Result<(), Refusal> {
    if matches!(*request.method(), Method::PUT | Method::POST) {
        let length =
            request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let Some(length) = length else {
            let message = "You must provide the Content-Length HTTP header.";
            return Err(Refusal {
                status: StatusCode::LENGTH_REQUIRED,
                code: "MissingContentLength",
                message,
            });
        };
        if length > max_object.saturating_add(OVERHEAD) {
            let message = "Your proposed upload exceeds the maximum allowed size.";
            return Err(Refusal { status: StatusCode::BAD_REQUEST, code: "EntityTooLarge", message });
        }
    }
    let query = request.uri().query().unwrap_or_default();
    let expires = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Expires="));
    if expires
        .is_some_and(|expires| !expires.parse().is_ok_and(|seconds| (1..=MAX_EXPIRES).contains(&seconds)))
    {
        let message = "X-Amz-Expires must be 1 to 604800 seconds.";
        let code = "AuthorizationQueryParametersError";
        return Err(Refusal { status: StatusCode::BAD_REQUEST, code, message });
    }
    Ok(())
}
