//! `GET /properties/{property_id}/photos`: the photos of a listing, as its host sees them.

use axum::Json;
use axum::extract::State;
use domain::cohost::Permission;
use domain::ids::PropertyId;
use services::Failure;
use services::cohosts::host_seen_by;
use services::photos::of_host;
use store::photos::HostPhoto;
use web::media::Media;
use web::{App, Caller, PathId, Problem};

use crate::dto::photo::{HostPhotoDto, HostPhotos};

/// The photos of one's own listing.
///
/// Those that wait for their upload, and those that were rejected with the reason, too. Others see the ready ones in the
/// listing itself.
#[utoipa::path(
    get, path = "/properties/{property_id}/photos", tag = "properties", operation_id = "list_photos",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 200, description = "The photos in their order", body = HostPhotos), web::Problems),
)]
pub(crate) async fn list_photos(
    State(app): State<App>,
    State(media): State<Media>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<Json<HostPhotos>, Problem> {
    let host = host_seen_by(app.ctx(), caller.user_id, property_id, Permission::Listing).await?;
    let photos = of_host(app.ctx(), host, property_id).await?;
    Ok(Json(with_addresses(&media, photos).await?))
}

/// The photos with the addresses of those that are ready.
pub(crate) async fn with_addresses(media: &Media, photos: Vec<HostPhoto>) -> Result<HostPhotos, Failure> {
    let mut items = Vec::with_capacity(photos.len());
    for photo in photos {
        let url = match &photo.key {
            Some(key) => Some(media.view(photo.id, key).await?),
            None => None,
        };
        items.push(HostPhotoDto::new(photo, url));
    }
    Ok(HostPhotos { items })
}
