//! `POST /properties/{property_id}/feeds/{feed_id}/refresh`: read a calendar at once.

use axum::extract::State;
use axum::http::StatusCode;
use domain::cohost::Act;
use domain::ids::{FeedId, PropertyId};
use services::cohosts::acting_host;
use services::feeds::{Place, refresh};
use web::{App, Caller, PathId, Problem};

/// Have a calendar of another platform read at once.
///
/// A calendar is read once in five minutes at most: sooner is 429 `refreshed_too_soon`.
#[utoipa::path(
    post, path = "/properties/{property_id}/feeds/{feed_id}/refresh", tag = "properties", operation_id = "refresh_feed",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("feed_id" = uuid::Uuid, Path, description = "The calendar"),
    ),
    responses((status = 202, description = "It is being read"), web::Problems),
)]
pub(crate) async fn refresh_feed(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, feed_id)): PathId<(PropertyId, FeedId)>,
) -> Result<StatusCode, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::RefreshFeed).await?;
    refresh(app.ctx(), Place { host, property: property_id }, feed_id).await?;
    Ok(StatusCode::ACCEPTED)
}
