//! `DELETE /properties/{property_id}`: take a listing off the market for good.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::PropertyId;
use services::properties::archive;
use services::read_cache::{ReadCache, tell_of};
use web::{App, Caller, PathId, Problem};

/// Delete a listing.
///
/// It is archived: guests who stayed there still find it, nobody else does. Refused with `bookings_stand` while it has
/// bookings to come.
#[utoipa::path(
    delete, path = "/properties/{property_id}", tag = "properties", operation_id = "delete_property",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 204, description = "It is archived"), web::Problems),
)]
pub(crate) async fn delete_property(
    State(app): State<App>,
    State(cache): State<ReadCache>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<StatusCode, Problem> {
    archive(app.ctx(), caller.user_id, property_id).await?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(StatusCode::NO_CONTENT)
}
