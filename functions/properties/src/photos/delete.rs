//! `DELETE /properties/{property_id}/photos/{photo_id}`: take a photo away.

use axum::extract::State;
use axum::http::StatusCode;
use domain::cohost::Act;
use domain::ids::{PhotoId, PropertyId};
use services::cohosts::acting_host;
use services::photos::remove;
use services::read_cache::{ReadCache, tell_of};
use web::{App, Caller, PathId, Problem};

/// Delete a photo.
///
/// It is no longer shown from now on; what is stored of it goes soon after.
#[utoipa::path(
    delete, path = "/properties/{property_id}/photos/{photo_id}", tag = "properties", operation_id = "delete_photo",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("photo_id" = uuid::Uuid, Path, description = "The photo"),
    ),
    responses((status = 204, description = "It is gone"), web::Problems),
)]
pub(crate) async fn delete_photo(
    State(app): State<App>,
    State(cache): State<ReadCache>,
    caller: Caller,
    PathId((property_id, photo_id)): PathId<(PropertyId, PhotoId)>,
) -> Result<StatusCode, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::RemovePhoto).await?;
    remove(app.ctx(), host, property_id, photo_id).await?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(StatusCode::NO_CONTENT)
}
