//! From a router to a running function.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse as _;
use http::{Method, StatusCode};
use tower::Layer;
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};

use crate::app::Edge;
use crate::compress::compress;
use crate::idempotency::once_per_key;
use crate::limits::within_limits;
use crate::negotiate::negotiate;
use crate::problem::Problem;
use crate::request::surround;

/// Why a function ended.
pub type Error = lambda_http::Error;

/// Puts the common layers around a router: request id, trace, log line, security headers, limits, panics, 404 and
/// 405 as problem documents, limits per caller, what the client accepts and has, and kept answers by `Idempotency-Key`.
///
/// Routes stand without the slash at their end. Routers are merged before, not after.
pub fn finish(router: Router, edge: Edge) -> NormalizePath<Router> {
    let router = router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async |method: Method| {
            // Which methods there are is said by the header Allow, that the router adds.
            if method == Method::OPTIONS {
                return StatusCode::NO_CONTENT.into_response();
            }
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path has other methods; see the header Allow.",
            )
            .into_response()
        })
        .layer(from_fn_with_state(edge.clone(), once_per_key))
        .layer(from_fn(negotiate))
        .layer(from_fn_with_state(edge.clone(), within_limits))
        .layer(from_fn(compress))
        .layer(from_fn_with_state(edge, surround));
    NormalizePathLayer::trim_trailing_slash().layer(router)
}

/// Runs a router as a Lambda function until Lambda ends the process.
pub async fn serve(router: Router, edge: Edge) -> Result<(), Error> {
    lambda_http::run(finish(router, edge)).await
}
