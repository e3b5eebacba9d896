//! `PATCH /properties/{property_id}/calendar`: prices, rules and blocks of single nights.

use axum::Json;
use axum::extract::State;
use domain::cohost::Act;
use domain::ids::PropertyId;
use services::cohosts::acting_host;
use services::properties::change_calendar as change;
use web::dto::listing::CalendarChanges;
use web::{App, Caller, PathId, Problem, ValidJson};

use crate::calendar::Calendar;

/// Change the calendar.
///
/// All changes are done at once, or none is. To block nights that guests have booked is refused with 409
/// `dates_unavailable`, whose member `dates` names them. Answers the nights that were named, as they are now.
#[utoipa::path(
    patch, path = "/properties/{property_id}/calendar", tag = "properties", operation_id = "change_calendar",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = CalendarChanges,
    responses((status = 200, description = "The nights that were named", body = Calendar), web::Problems),
)]
pub(crate) async fn change_calendar(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<CalendarChanges>,
) -> Result<Json<Calendar>, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::ChangeCalendar).await?;
    let nights = change(app.ctx(), host, property_id, &input.parse()?).await?;
    Ok(Json(nights.into()))
}
