//! `PATCH /properties/{property_id}/feeds/{feed_id}`: another name or address, on or off.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::{FeedId, PropertyId};
use domain::text::Line;
use garde::Validate;
use outbound::UrlRule;
use serde::Deserialize;
use services::cohosts::acting_host;
use services::feeds::{Place, change};
use store::feeds::Change;
use utoipa::ToSchema;
use web::{App, Caller, ETag, IfMatch, PathId, Problem, ValidJson};

use super::{FeedDto, fetchable};

/// What changes; absent members stay as they are.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "The old platform", "enabled": false}))]
pub(crate) struct FeedUpdate {
    /// What you call it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    name: Option<Line<1, 100>>,
    /// Where it is: an https URL on port 443 or 8443 of a public address. It is read at once.
    #[serde(default)]
    #[garde(inner(length(bytes, min = 1, max = 2048)))]
    #[schema(min_length = 1, max_length = 2048)]
    url: Option<String>,
    /// Whether it is read. The nights of one that is not stay taken.
    #[serde(default)]
    enabled: Option<bool>,
}

/// Change a calendar of another platform.
#[utoipa::path(
    patch, path = "/properties/{property_id}/feeds/{feed_id}", tag = "properties", operation_id = "change_feed",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("feed_id" = uuid::Uuid, Path, description = "The calendar"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = FeedUpdate,
    responses(
        (status = 200, description = "The calendar", body = FeedDto, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn change_feed(
    State(app): State<App>,
    State(urls): State<UrlRule>,
    caller: Caller,
    PathId((property_id, feed_id)): PathId<(PropertyId, FeedId)>,
    if_match: IfMatch,
    ValidJson(input): ValidJson<FeedUpdate>,
) -> Result<impl IntoResponse, Problem> {
    let url = input.url.as_deref().map(|url| fetchable(urls, url)).transpose()?;
    let version = if_match.expected()?;
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::ChangeFeed).await?;
    let wanted =
        Change { name: input.name.as_ref().map(Line::as_str), url: url.as_deref(), enabled: input.enabled };
    let place = Place { host, property: property_id };
    let feed = change(app.ctx(), place, feed_id, version, wanted).await?;
    Ok((ETag::version(feed.version), Json(FeedDto::from(feed))))
}
