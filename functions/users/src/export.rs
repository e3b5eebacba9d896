//! `GET /users/me/export`: everything held about the caller.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::IntoResponse;
use serde_json::{Map, Value};
use web::{Caller, Problem};

use crate::UsersState;

const DOWNLOAD: (HeaderName, &str) = (CONTENT_DISPOSITION, "attachment; filename=\"innkeep-export.json\"");

/// Everything held about you: the rows of every kind of thing, without what would let somebody in.
#[utoipa::path(
    get, path = "/users/me/export", tag = "users", operation_id = "export_me",
    responses((status = 200, description = "Rows by kind", content_type = "application/json", body = Object), web::Problems),
)]
pub(crate) async fn export_me(
    State(state): State<UsersState>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let issuer = state.issuer().await?;
    let held: Map<String, Value> =
        services::users::export(state.app().ctx(), &issuer, caller.user_id).await?;
    Ok(([DOWNLOAD], Json(held)))
}
