//! `POST /properties/{property_id}/feeds`: let a calendar of another platform be read.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::PropertyId;
use domain::text::Line;
use garde::Validate;
use outbound::UrlRule;
use serde::Deserialize;
use services::cohosts::acting_host;
use services::feeds::{Place, create};
use utoipa::ToSchema;
use web::{App, Caller, ETag, PathId, Problem, ValidJson};

use super::{FeedDto, fetchable};

/// A calendar to be read.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "The other platform", "url": "https://calendars.example.com/rooms/12.ics?s=2f1f6a3c9d10"}))]
pub(crate) struct NewFeed {
    /// What you call it.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Line<1, 100>,
    /// Where it is: an https URL on port 443 or 8443 of a public address. It is not shown again.
    #[garde(length(bytes, min = 1, max = 2048))]
    #[schema(min_length = 1, max_length = 2048)]
    url: String,
    /// The unit whose nights it takes, by its number; to be named where the listing has several.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 500)))]
    #[schema(minimum = 1, maximum = 500)]
    unit: Option<u16>,
}

/// Let a calendar of another platform be read.
///
/// It is an iCalendar object (RFC 5545), read at once and then each half hour. The nights that it says are taken cannot be
/// booked here; a stay that lies on one of them stands, and you are told. What comes back of this listing's own calendar
/// takes nothing.
#[utoipa::path(
    post, path = "/properties/{property_id}/feeds", tag = "properties", operation_id = "create_feed",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = NewFeed,
    responses(
        (status = 201, description = "The calendar", body = FeedDto,
         headers(("ETag" = String), ("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_feed(
    State(app): State<App>,
    State(urls): State<UrlRule>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<NewFeed>,
) -> Result<impl IntoResponse, Problem> {
    let url = fetchable(urls, &input.url)?;
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::AddFeed).await?;
    let place = Place { host, property: property_id };
    let feed = create(app.ctx(), place, input.unit, input.name.as_str(), &url).await?;
    let location = [(LOCATION, format!("/properties/{property_id}/feeds/{}", feed.id))];
    Ok((StatusCode::CREATED, ETag::version(feed.version), location, Json(FeedDto::from(feed))))
}
