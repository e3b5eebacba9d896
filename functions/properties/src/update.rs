//! `PATCH /properties/{property_id}`: change a listing.

use axum::extract::State;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::PropertyId;
use services::cohosts::acting_host;
use services::properties::change;
use services::read_cache::{ReadCache, tell_of};
use web::dto::listing::{UpdateProperty, of_body};
use web::media::Media;
use web::{App, Caller, IfMatch, PathId, Problem, ValidJson};

use crate::dto::property::PropertyDto;
use crate::get::answer;

/// Change a listing.
///
/// Bookings and quotes that stand keep the terms they were made under.
#[utoipa::path(
    patch, path = "/properties/{property_id}", tag = "properties", operation_id = "update_property",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = UpdateProperty,
    responses(
        (status = 200, description = "The listing", body = PropertyDto, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn update_property(
    State(app): State<App>,
    State(media): State<Media>,
    State(cache): State<ReadCache>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    if_match: IfMatch,
    ValidJson(input): ValidJson<UpdateProperty>,
) -> Result<impl IntoResponse, Problem> {
    let edit = |listing: &mut _| input.apply(listing);
    let version = if_match.expected()?;
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::ChangeListing).await?;
    let property = change(app.ctx(), host, property_id, version, edit).await.map_err(of_body)?;
    tell_of(app.ctx(), &cache, property_id).await;
    Ok(answer(&media, property).await?)
}
