//! What a form or a script sends.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde::de::DeserializeOwned;

use crate::routes::bad_request;

/// A body: of a script (JSON) or of a page's form.
pub(crate) enum Input<J, F> {
    /// `application/json`.
    Json(J),
    /// `application/x-www-form-urlencoded`.
    Form(F),
}

impl<S: Send + Sync, J: DeserializeOwned, F: DeserializeOwned> FromRequest<S> for Input<J, F> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let (is_json, is_form) =
            (kind.starts_with("application/json"), kind.starts_with("application/x-www-form-urlencoded"));
        let body = Bytes::from_request(request, state).await.map_err(bad_request)?;
        if is_form {
            return serde_urlencoded::from_bytes(&body).map(Self::Form).map_err(bad_request);
        }
        if is_json {
            return serde_json::from_slice(&body).map(Self::Json).map_err(bad_request);
        }
        Err(bad_request("the content type is to be application/json"))
    }
}
