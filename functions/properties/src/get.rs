//! `GET /properties/{property_id}`: one listing.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::ids::PropertyId;
use services::Failure;
use services::properties::{Viewer, view};
use store::properties::Property;
use web::{App, ETag, OptionalCaller, PathId, Problem};

use crate::dto::photo::PhotoDto;
use crate::dto::property::PropertyDto;
use crate::media::Media;

/// A listing.
///
/// The exact address is for its host, its co-hosts and guests with a confirmed booking; others see town, region and
/// country, and the middle of a square of 0.01 degrees. What is not on the market is there for its host and co-hosts.
#[utoipa::path(
    get, path = "/properties/{property_id}", tag = "properties", operation_id = "get_property",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    security(()),
    responses(
        (status = 200, description = "The listing", body = PropertyDto, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn get_property(
    State(app): State<App>,
    State(media): State<Media>,
    OptionalCaller(caller): OptionalCaller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = Viewer {
        user_id: caller.map(|caller| caller.user_id),
        is_admin: caller.is_some_and(|caller| caller.is_admin()),
    };
    let property = view(app.ctx(), viewer, property_id).await?;
    Ok(answer(&media, property).await?)
}

/// The listing with its version and its photos' addresses.
pub(crate) async fn answer(
    media: &Media,
    mut property: Property,
) -> Result<(ETag, Json<PropertyDto>), Failure> {
    let mut photos = Vec::with_capacity(property.photos.len());
    for photo in std::mem::take(&mut property.photos) {
        let url = media.view(photo.id, &photo.key).await?;
        photos.push(PhotoDto::new(photo, url));
    }
    Ok((ETag::version(property.version), Json(PropertyDto::new(property, photos))))
}
