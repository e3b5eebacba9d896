//! A listing in a list: its schema. The database writes it, so that a page is passed on without being parsed.

use domain::cancellation::CancellationPolicyCode;
use domain::dates::Stay;
use domain::listing::{BookingMode, PropertyKind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;
use web::dto::listing::{KindCode, ModeCode, PolicyCode};

use super::photo::PhotoDto;
use super::property::{RatingDto, StateDto};

/// A listing in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PropertySummary {
    /// Which one.
    id: Uuid,
    /// Whose it is; not in the host's own list.
    host_id: Option<Uuid>,
    /// Where it is in its life; in the host's own list alone.
    state: Option<StateDto>,
    /// Its name.
    title: String,
    /// What kind of place it is.
    #[schema(value_type = KindCode)]
    kind: PropertyKind,
    /// Roughly where it is; exactly in the host's own list.
    location: SummaryPlace,
    /// How far it is from the middle of the area, in metres, to the next hundred; `null` without an area.
    distance_m: Option<u32>,
    /// How many adults and children it takes.
    capacity: u8,
    /// How many bedrooms.
    bedrooms: u8,
    /// How many beds.
    beds: u8,
    /// How many bathrooms.
    bathrooms: f64,
    /// The price of a night for which nothing else is said.
    nightly_price: Option<MoneyDto>,
    /// What the stay that was asked for costs; there when dates are given.
    total: Option<MoneyDto>,
    /// When it costs so; there with `flex_days`.
    best_stay: Option<BestStay>,
    /// How a guest comes to a booking.
    #[schema(value_type = ModeCode)]
    booking_mode: BookingMode,
    /// What a cancellation gives back.
    #[schema(value_type = PolicyCode)]
    cancellation_policy: CancellationPolicyCode,
    /// The fewest nights of a stay.
    min_nights: u16,
    /// What guests thought of it.
    rating: RatingDto,
    /// Its first photo; not in the host's own list.
    cover_photo: Option<PhotoDto>,
    /// The host's name for it; in the host's own list alone.
    source_ref: Option<String>,
    /// When it was changed last; in the host's own list alone.
    updated_at: Option<Timestamp>,
}

/// The cheapest of the stays that were asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct BestStay {
    /// The date of arrival.
    check_in: Date,
    /// The date of departure.
    check_out: Date,
}

impl From<Stay> for BestStay {
    fn from(stay: Stay) -> Self {
        Self { check_in: stay.check_in(), check_out: stay.check_out() }
    }
}

/// Where a listing of a list is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SummaryPlace {
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// Town or city.
    city: String,
    /// State, province or canton.
    region: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

/// A page of listings.
#[derive(Serialize, ToSchema)]
pub(crate) struct PropertyPage {
    /// The listings. With dates there may be fewer than `limit` while more follow.
    items: Vec<PropertySummary>,
    /// Continues the list; `null` at its end.
    next_cursor: Option<String>,
}
