//! `GET /properties/{property_id}/feeds/{feed_id}`: a calendar, and what it said.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::cohost::Permission;
use domain::ids::{FeedId, PropertyId};
use services::cohosts::host_seen_by;
use services::feeds::{Place, get};
use web::{App, Caller, ETag, PathId, Problem};

use super::FeedDetailsDto;

/// A calendar of another platform, with what it said when it was last read.
#[utoipa::path(
    get, path = "/properties/{property_id}/feeds/{feed_id}", tag = "properties", operation_id = "get_feed",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("feed_id" = uuid::Uuid, Path, description = "The calendar"),
    ),
    responses(
        (status = 200, description = "The calendar", body = FeedDetailsDto, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn get_feed(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, feed_id)): PathId<(PropertyId, FeedId)>,
) -> Result<impl IntoResponse, Problem> {
    let host = host_seen_by(app.ctx(), caller.user_id, property_id, Permission::Calendar).await?;
    let found = get(app.ctx(), Place { host, property: property_id }, feed_id).await?;
    Ok((ETag::version(found.0.version), Json(FeedDetailsDto::from(found))))
}
