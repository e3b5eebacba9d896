//! `GET /properties/{property_id}`: one listing.

mod kept;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use domain::ids::PropertyId;
use services::Failure;
use services::properties::{Viewer, public_view, view};
use services::read_cache::ReadCache;
use store::properties::Property;
use web::media::Media;
use web::{App, ETag, OptionalCaller, PathId, Problem};

use crate::dto::photo::PhotoDto;
use crate::dto::property::PropertyDto;

/// What anybody may keep of an answer to a stranger. Not longer: what it says may be out of date already when it leaves.
const SHARED: &str = "public, max-age=10, must-revalidate";

/// A listing.
///
/// The exact address is for its host, its co-hosts and guests with a confirmed booking; others see town, region and
/// country, and the middle of a square of 0.01 degrees. What is not on the market is there for its host and co-hosts.
///
/// Without a token the answer may be kept for ten seconds, and may be two minutes old, though hardly ever more than some
/// seconds; with one it is of this moment. What a stay costs is always said by a quote.
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
    State(cache): State<ReadCache>,
    OptionalCaller(caller): OptionalCaller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<Response, Problem> {
    let Some(caller) = caller else {
        let entry = public_view(app.ctx(), &cache, property_id, kept::body).await?;
        let (version, body) = kept::dressed(&media, &entry.body).await?;
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, SHARED), (VARY, "authorization")];
        return Ok((ETag::version(version), headers, body).into_response());
    };
    let viewer = Viewer { user_id: Some(caller.user_id), is_admin: caller.is_admin() };
    let property = view(app.ctx(), viewer, property_id).await?;
    let headers = [(CACHE_CONTROL, "no-store"), (VARY, "authorization")];
    Ok((headers, answer(&media, property).await?).into_response())
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
