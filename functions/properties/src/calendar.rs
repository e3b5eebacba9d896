//! `GET /properties/{property_id}/calendar`: the nights of a listing.

use axum::Json;
use axum::extract::State;
use domain::ids::PropertyId;
use domain::money::Money;
use garde::Validate;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::properties::{CalendarNight, NightState, WhyNot, calendar};
use utoipa::{IntoParams, ToSchema};
use web::dto::MoneyDto;
use web::{App, OptionalCaller, PathId, Problem, ValidQuery};

/// Which nights.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CalendarQuery {
    /// The first night.
    #[param(example = "2026-06-01")]
    from: Date,
    /// The date after the last night; at most 731 nights later.
    #[param(example = "2026-07-01")]
    to: Date,
}

/// Whether a night is for sale.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = NightState)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NightStateDto {
    /// One of the units is free.
    Available,
    /// The host, another calendar or the preparation around a stay takes it.
    Blocked,
    /// Guests have booked it.
    Booked,
    /// Somebody is about to book it; it may become free again.
    Held,
    /// It is over.
    Past,
}

/// Why no stay can begin on a night.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = WhyNot)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhyNotDto {
    /// It is over.
    Past,
    /// It is nearer than `advance_notice_hours`.
    AdvanceNotice,
    /// It is farther ahead than `booking_window_days`.
    BookingWindow,
    /// Guests have booked it.
    Booked,
    /// Somebody is about to book it.
    Held,
    /// You blocked it.
    Blocked,
    /// Another calendar has it.
    Imported,
    /// It is kept free around a stay.
    Preparation,
    /// The calendar closes it to arrivals.
    ClosedToArrival,
}

impl From<WhyNot> for WhyNotDto {
    fn from(why: WhyNot) -> Self {
        match why {
            WhyNot::Past => Self::Past,
            WhyNot::AdvanceNotice => Self::AdvanceNotice,
            WhyNot::BookingWindow => Self::BookingWindow,
            WhyNot::Booked => Self::Booked,
            WhyNot::Held => Self::Held,
            WhyNot::Blocked => Self::Blocked,
            WhyNot::Imported => Self::Imported,
            WhyNot::Preparation => Self::Preparation,
            WhyNot::ClosedToArrival => Self::ClosedToArrival,
        }
    }
}

/// One night.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarNight)]
pub(crate) struct NightDto {
    /// Its date, in the listing's zone.
    date: Date,
    /// Whether it is for sale.
    state: NightStateDto,
    /// Its price before discounts; `null` while the listing has none.
    #[schema(value_type = Option<MoneyDto>)]
    price: Option<Money>,
    /// The fewest nights of a stay that arrives on it.
    min_nights: u16,
    /// The most nights of a stay that arrives on it.
    max_nights: u16,
    /// Whether no stay begins on it.
    closed_to_arrival: bool,
    /// Whether no stay ends on it.
    closed_to_departure: bool,
    /// How many units are free.
    units_free: u32,
    /// Why no stay can begin on it, all of it; empty where one can. For the host alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<Vec<WhyNotDto>>,
}

impl From<CalendarNight> for NightDto {
    fn from(night: CalendarNight) -> Self {
        let state = match night.state {
            NightState::Available => NightStateDto::Available,
            NightState::Blocked => NightStateDto::Blocked,
            NightState::Booked => NightStateDto::Booked,
            NightState::Held => NightStateDto::Held,
            NightState::Past => NightStateDto::Past,
        };
        Self {
            date: night.date,
            state,
            price: night.price,
            min_nights: night.min_nights,
            max_nights: night.max_nights,
            closed_to_arrival: night.closed_to_arrival,
            closed_to_departure: night.closed_to_departure,
            units_free: night.units_free,
            why_not: night.why_not.map(|all| all.into_iter().map(WhyNotDto::from).collect()),
        }
    }
}

/// Nights of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Calendar {
    /// One entry for each night, in order.
    items: Vec<NightDto>,
}

impl From<Vec<CalendarNight>> for Calendar {
    fn from(nights: Vec<CalendarNight>) -> Self {
        Self { items: nights.into_iter().map(NightDto::from).collect() }
    }
}

/// The nights of a listing.
#[utoipa::path(
    get, path = "/properties/{property_id}/calendar", tag = "properties", operation_id = "get_calendar",
    params(("property_id" = uuid::Uuid, Path, description = "The listing"), CalendarQuery),
    security(()),
    responses((status = 200, description = "One entry for each night", body = Calendar), web::Problems),
)]
pub(crate) async fn get_calendar(
    State(app): State<App>,
    OptionalCaller(caller): OptionalCaller,
    PathId(property_id): PathId<PropertyId>,
    ValidQuery(query): ValidQuery<CalendarQuery>,
) -> Result<Json<Calendar>, Problem> {
    let viewer = caller.map(|caller| caller.user_id);
    let nights = calendar(app.ctx(), viewer, property_id, query.from, query.to).await?;
    Ok(Json(nights.into()))
}
