//! A listing's calendar for calendars elsewhere: `calendar.ics`, and the link that leads to it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::PropertyId;
use garde::Validate;
use serde::{Deserialize, Serialize};
use services::calendar_links::{follow, make, revoke};
use services::cohosts::acting_host;
use utoipa::{IntoParams, ToSchema};
use web::{App, Caller, ETag, PathId, Problem, ValidQuery};

/// A link to a listing's calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "path": "/properties/0199c1a0-7c00-7000-8000-000000000005/calendar.ics?token=Jq1T0nNd2yB0m3w7kq6mYl9wq0oQyH5mKp1sXcVb4Zs",
    "token": "Jq1T0nNd2yB0m3w7kq6mYl9wq0oQyH5mKp1sXcVb4Zs"
}))]
pub(crate) struct CalendarLink {
    /// Where the calendar is, below the address of this API. It carries the token: whoever has it reads the calendar, and
    /// it is not shown again.
    #[schema(
        max_length = 200,
        example = "/properties/0199c1a0-7c00-7000-8000-000000000005/calendar.ics?token=…"
    )]
    path: String,
    /// What it carries.
    #[schema(max_length = 64)]
    token: String,
}

/// The link's token.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinkQuery {
    /// What the link carries.
    #[garde(length(bytes, min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    token: String,
}

/// Make a link to the calendar, for calendars elsewhere.
///
/// It takes the place of the one that the listing had, which leads nowhere from then on.
#[utoipa::path(
    post, path = "/properties/{property_id}/calendar-link", tag = "properties", operation_id = "create_calendar_link",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 201, description = "The link", body = CalendarLink), web::Problems),
)]
pub(crate) async fn create_calendar_link(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<impl IntoResponse, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::LinkCalendar).await?;
    let token = make(app.ctx(), host, property_id).await?;
    let path = format!("/properties/{}/calendar.ics?token={token}", property_id.as_uuid());
    Ok((StatusCode::CREATED, Json(CalendarLink { path, token })))
}

/// Take the link to the calendar back.
#[utoipa::path(
    delete, path = "/properties/{property_id}/calendar-link", tag = "properties", operation_id = "delete_calendar_link",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 204, description = "It leads nowhere"), web::Problems),
)]
pub(crate) async fn delete_calendar_link(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<StatusCode, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::UnlinkCalendar).await?;
    revoke(app.ctx(), host, property_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The nights that cannot be had, as an iCalendar object (RFC 5545).
///
/// For calendars elsewhere, that look now and then. It says nothing of guests. Without the token of the listing's link
/// there is nothing here.
#[utoipa::path(
    get, path = "/properties/{property_id}/calendar.ics", tag = "properties", operation_id = "export_calendar",
    params(("property_id" = uuid::Uuid, Path, description = "The listing"), LinkQuery),
    security(()),
    responses(
        (status = 200, description = "The calendar", content_type = "text/calendar", body = String,
            headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn export_calendar(
    State(app): State<App>,
    PathId(property_id): PathId<PropertyId>,
    ValidQuery(query): ValidQuery<LinkQuery>,
) -> Result<impl IntoResponse, Problem> {
    let calendar = follow(app.ctx(), property_id, &query.token).await?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "inline; filename=\"calendar.ics\""),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    // One version for ever: what is shown tells whether it is another.
    Ok((ETag::version(1), headers, calendar))
}
