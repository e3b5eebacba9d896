//! Reading a body within a limit.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http_body_util::LengthLimitError;

use crate::extract::DEFAULT_JSON_LIMIT;
use crate::problem::Problem;
use crate::request::too_large;

/// The whole body, at most `limit` bytes of it.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        if is_length_limit(&error) {
            return too_large(limit);
        }
        Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", "The body broke off before its end.")
            .not_started()
    })
}

fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length_limit)
}

/// The body's bytes as they came, for signatures over them; at most `LIMIT` bytes.
#[derive(Clone, Debug)]
pub struct RawBody<const LIMIT: usize = DEFAULT_JSON_LIMIT>(pub Bytes);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for RawBody<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request.into_body(), LIMIT).await.map(Self)
    }
}
