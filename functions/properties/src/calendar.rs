//! `GET /properties/{property_id}/calendar`: the nights of a listing.

use axum::Json;
use axum::extract::State;
use domain::ids::PropertyId;
use domain::money::Money;
use garde::Validate;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::properties::{CalendarNight, NightState, calendar};
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
