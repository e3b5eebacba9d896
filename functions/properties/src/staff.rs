//! `POST /properties/{property_id}/unlist` and `/relist`: what the staff does to listings.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::PropertyId;
use services::properties::judge;
use services::read_cache::{ReadCache, tell_of};
use store::properties::Verdict;
use web::dto::ReasonDto;
use web::{AdminCaller, App, PathId, Problem, ValidJson};

/// Take a listing off the market, for the staff.
///
/// Its host cannot publish it before it is relisted. Bookings that stand go on. Done again it stays as it is.
#[utoipa::path(
    post, path = "/properties/{property_id}/unlist", tag = "properties", operation_id = "unlist_property",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = ReasonDto,
    responses((status = 204, description = "It is off the market"), web::Problems),
)]
pub(crate) async fn unlist_property(
    State(app): State<App>,
    State(cache): State<ReadCache>,
    AdminCaller(caller): AdminCaller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(because): ValidJson<ReasonDto>,
) -> Result<StatusCode, Problem> {
    judge(app.ctx(), caller.user_id, property_id, Verdict::Bar, &because.reason).await?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Let the host of an unlisted listing publish it again.
#[utoipa::path(
    post, path = "/properties/{property_id}/relist", tag = "properties", operation_id = "relist_property",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = ReasonDto,
    responses((status = 204, description = "Its host may publish it"), web::Problems),
)]
pub(crate) async fn relist_property(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(because): ValidJson<ReasonDto>,
) -> Result<StatusCode, Problem> {
    judge(app.ctx(), caller.user_id, property_id, Verdict::Admit, &because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
