//! `POST /properties/{property_id}/publish` and `/unpublish`: on the market and off it.

use axum::extract::State;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::PropertyId;
use services::cohosts::acting_host;
use services::properties::{publish, unpublish};
use services::read_cache::{ReadCache, tell_of};
use web::media::Media;
use web::{App, Caller, PathId, Problem};

use crate::dto::property::PropertyDto;
use crate::get::answer;

/// Publish a listing.
///
/// Refused with `not_ready_to_publish` and all that is missing in `errors`; code `host_not_onboarded` there means that
/// the payment provider cannot pay the host yet. A listing that is published stays so.
#[utoipa::path(
    post, path = "/properties/{property_id}/publish", tag = "properties", operation_id = "publish_property",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses(
        (status = 200, description = "The listing", body = PropertyDto, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn publish_property(
    State(app): State<App>,
    State(media): State<Media>,
    State(cache): State<ReadCache>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<impl IntoResponse, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::Publish).await?;
    let property = publish(app.ctx(), host, property_id).await?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(answer(&media, property).await?)
}

/// Take a listing off the market.
///
/// Bookings that stand go on. A draft stays a draft.
#[utoipa::path(
    post, path = "/properties/{property_id}/unpublish", tag = "properties", operation_id = "unpublish_property",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses(
        (status = 200, description = "The listing", body = PropertyDto, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn unpublish_property(
    State(app): State<App>,
    State(media): State<Media>,
    State(cache): State<ReadCache>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<impl IntoResponse, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::Unpublish).await?;
    let property = unpublish(app.ctx(), host, property_id).await?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(answer(&media, property).await?)
}
