//! `GET /openapi.json`: the description of the whole API.

use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// The description of the whole API, as it is committed: generated from all routers.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// The description of this API (OpenAPI 3.1).
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "about",
    operation_id = "get_openapi",
    security(()),
    responses((status = 200, description = "The description", content_type = "application/json", body = Object)),
)]
pub(crate) async fn get_openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], OPENAPI)
}
