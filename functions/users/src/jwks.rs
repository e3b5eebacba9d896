//! `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517).

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use services::Failure;
use web::Problem;

use crate::UsersState;

/// The public keys that access tokens are checked against.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "users", operation_id = "get_jwks",
    security(()),
    responses((status = 200, description = "A JWK set", content_type = "application/json", body = Object), web::Problems),
)]
pub(crate) async fn get_jwks(State(state): State<UsersState>) -> Result<impl IntoResponse, Problem> {
    let keys = state.public_keys().await.map_err(Failure::unavailable)?;
    // Each key is the text of a JSON object that this system wrote.
    let body = format!("{{\"keys\":[{}]}}", keys.join(","));
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], body))
}
