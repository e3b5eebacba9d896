//! `PATCH /properties/{property_id}/photos`: the order of a listing's photos.

use axum::Json;
use axum::extract::State;
use domain::cohost::Act;
use domain::ids::{PhotoId, PropertyId};
use garde::Validate;
use serde::Deserialize;
use services::cohosts::acting_host;
use services::photos::order;
use services::read_cache::{ReadCache, tell_of};
use utoipa::ToSchema;
use web::media::Media;
use web::{App, Caller, PathId, Problem, ValidJson};

use super::list::with_addresses;
use crate::dto::photo::HostPhotos;

/// A new order.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order": ["0199b2a0-5a7c-7c3e-8f70-2f1f6a3c9d10", "0199b2a0-7b1d-7aa2-9c4e-0d6f5b8e2a31"]}))]
pub(crate) struct PhotoOrder {
    /// The photos that come first, each once. The others follow in the order that they have.
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 100)]
    order: Vec<PhotoId>,
}

/// Order the photos.
///
/// The first one stands for the listing in searches.
#[utoipa::path(
    patch, path = "/properties/{property_id}/photos", tag = "properties", operation_id = "order_photos",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = PhotoOrder,
    responses((status = 200, description = "The photos in their order", body = HostPhotos), web::Problems),
)]
pub(crate) async fn order_photos(
    State(app): State<App>,
    State(media): State<Media>,
    State(cache): State<ReadCache>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<PhotoOrder>,
) -> Result<Json<HostPhotos>, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::OrderPhotos).await?;
    let photos = order(app.ctx(), host, property_id, &input.order).await?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(Json(with_addresses(&media, photos).await?))
}
