//! `GET /properties/{property_id}/feeds`: the calendars that are read for a listing.

use axum::Json;
use axum::extract::State;
use domain::cohost::Permission;
use domain::ids::PropertyId;
use services::cohosts::host_seen_by;
use services::feeds::{Place, list};
use web::{App, Caller, PathId, Problem};

use super::{FeedDto, Feeds};

/// The calendars of other platforms that are read for your listing.
#[utoipa::path(
    get, path = "/properties/{property_id}/feeds", tag = "properties", operation_id = "list_feeds",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 200, description = "The oldest first", body = Feeds), web::Problems),
)]
pub(crate) async fn list_feeds(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<Json<Feeds>, Problem> {
    let host = host_seen_by(app.ctx(), caller.user_id, property_id, Permission::Calendar).await?;
    let items = list(app.ctx(), Place { host, property: property_id }).await?;
    Ok(Json(Feeds { items: items.into_iter().map(FeedDto::from).collect() }))
}
