//! `GET /users/me/sessions`, `DELETE /users/me/sessions/{session_id}`: where an account is signed in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::SessionId;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;
use web::{Caller, PathId, Problem};

use crate::UsersState;

/// A sign-in that goes on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Session {
    /// Its id.
    id: Uuid,
    /// When it began.
    started_at: Timestamp,
    /// When it ends, unless it is used before.
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

/// Where an account is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Sessions {
    /// The latest first.
    #[schema(max_items = 100)]
    items: Vec<Session>,
}

/// Where you are signed in.
#[utoipa::path(
    get, path = "/users/me/sessions", tag = "users", operation_id = "list_sessions",
    responses((status = 200, description = "The sessions", body = Sessions), web::Problems),
)]
pub(crate) async fn list_sessions(
    State(state): State<UsersState>,
    caller: Caller,
) -> Result<Json<Sessions>, Problem> {
    let issuer = state.issuer().await?;
    let listed = services::users::sessions(state.app().ctx(), &issuer, caller.user_id).await?;
    let items = listed.into_iter().map(|listed| Session {
        id: listed.session.id.into(),
        started_at: listed.session.started_at,
        expires_at: listed.expires_at,
        current: listed.session.id == caller.session_id,
    });
    Ok(Json(Sessions { items: items.collect() }))
}

/// End one of your sessions. Its refresh token is good no more; its access token runs to its end, 15 minutes at most.
#[utoipa::path(
    delete, path = "/users/me/sessions/{session_id}", tag = "users", operation_id = "end_session",
    params(("session_id" = Uuid, Path, description = "The session")),
    responses((status = 204, description = "It is over"), web::Problems),
)]
pub(crate) async fn end_session(
    State(state): State<UsersState>,
    caller: Caller,
    PathId(session_id): PathId<SessionId>,
) -> Result<StatusCode, Problem> {
    let issuer = state.issuer().await?;
    services::users::end_session(state.app().ctx(), &issuer, caller.user_id, session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
