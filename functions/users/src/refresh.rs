//! `POST /users/refresh`: go on with a session.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use web::{Problem, ValidJson};

use crate::UsersState;
use crate::tokens::Tokens;

/// The token to trade in.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "AZ…"}))]
pub(crate) struct Refresh {
    /// The refresh token of the last pair.
    #[garde(length(bytes, max = 128))]
    #[schema(max_length = 128, write_only)]
    refresh_token: String,
}

/// Trade a refresh token for the next pair.
///
/// A refresh token is good once. Presented again it ends its whole session: sign in again.
#[utoipa::path(
    post, path = "/users/refresh", tag = "users", operation_id = "refresh_session",
    request_body = Refresh,
    security(()),
    responses((status = 200, description = "The session goes on", body = Tokens), web::Problems),
)]
pub(crate) async fn refresh_session(
    State(state): State<UsersState>,
    ValidJson(refresh): ValidJson<Refresh>,
) -> Result<Json<Tokens>, Problem> {
    let issuer = state.issuer().await?;
    let pair = services::users::refresh(state.app().ctx(), &issuer, &refresh.refresh_token).await?;
    Ok(Json(pair.into()))
}
