//! `DELETE /properties/{property_id}/feeds/{feed_id}`: read a calendar no more.

use axum::extract::State;
use axum::http::StatusCode;
use domain::cohost::Act;
use domain::ids::{FeedId, PropertyId};
use services::cohosts::acting_host;
use services::feeds::{Place, delete};
use web::{App, Caller, PathId, Problem};

/// Read a calendar of another platform no more. Its nights are free again.
#[utoipa::path(
    delete, path = "/properties/{property_id}/feeds/{feed_id}", tag = "properties", operation_id = "delete_feed",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("feed_id" = uuid::Uuid, Path, description = "The calendar"),
    ),
    responses((status = 204, description = "It is gone"), web::Problems),
)]
pub(crate) async fn delete_feed(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, feed_id)): PathId<(PropertyId, FeedId)>,
) -> Result<StatusCode, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::RemoveFeed).await?;
    delete(app.ctx(), Place { host, property: property_id }, feed_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
