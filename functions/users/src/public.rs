//! `GET /users/{user_id}`: what others see.

use axum::Json;
use axum::extract::State;
use domain::ids::UserId;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;
use web::caller::OptionalCaller;
use web::{App, PathId, Problem};

/// An account as others see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PublicUser {
    /// The account.
    id: Uuid,
    /// The first word of the name; all of it for the other side of a confirmed booking.
    #[schema(max_length = 100)]
    name: String,
    /// Whether the person lets something that is published.
    is_host: bool,
    /// When the account was made.
    created_at: Timestamp,
}

/// A person's public profile.
#[utoipa::path(
    get, path = "/users/{user_id}", tag = "users", operation_id = "get_user",
    params(("user_id" = Uuid, Path, description = "The account")),
    security(("bearer" = []), ()),
    responses((status = 200, description = "The profile", body = PublicUser), web::Problems),
)]
pub(crate) async fn get_user(
    State(app): State<App>,
    OptionalCaller(caller): OptionalCaller,
    PathId(user_id): PathId<UserId>,
) -> Result<Json<PublicUser>, Problem> {
    let viewer = caller.map(|caller| caller.user_id);
    let profile = services::users::public_profile(app.ctx(), user_id, viewer).await?;
    Ok(Json(PublicUser {
        id: profile.id.into(),
        name: profile.name,
        is_host: profile.is_host,
        created_at: profile.created_at,
    }))
}
