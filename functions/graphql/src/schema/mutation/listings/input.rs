//! Listings as hosts describe them. The names are those that REST has, so that the same reader reads them and refuses alike.

use async_graphql::{ID, InputObject, MaybeUndefined};
use serde::Serialize;

use super::terms::{DiscountsInput, FeeInput, SeasonInput, TaxInput};
use crate::schema::codes::{BookingMode, CancellationPolicy, FeeModel, PropertyKind};
use crate::schema::money::MoneyInput;

/// Where a place is, as its host says it.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct PlaceInput {
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// The postal address.
    address: AddressInput,
    /// IANA time zone.
    time_zone: String,
}

/// A postal address.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct AddressInput {
    /// Street and number. Only the host and guests with a confirmed booking see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line1: Option<String>,
    /// Flat, floor, entrance; shown as `line1` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    /// Town or city.
    city: String,
    /// State, province or canton.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// Postal code; shown as `line1` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

/// A listing to be made.
#[derive(Debug, InputObject, Serialize)]
pub(super) struct CreatePropertyInput {
    /// Its name; 1 to 200 characters.
    title: String,
    /// Its description; up to 10,000 characters.
    description: String,
    /// What kind of place it is.
    kind: PropertyKind,
    /// Where it is.
    location: PlaceInput,
    /// How many adults and children it takes; 1 to 50.
    capacity: u8,
    /// How many bedrooms; up to 50.
    bedrooms: u8,
    /// How many beds; up to 100.
    beds: u8,
    /// How many bathrooms, in halves.
    bathrooms: f64,
    /// What it has, by codes such as `wifi`; up to 100.
    amenities: Vec<String>,
    /// ISO 4217: the currency of all its prices. It cannot be changed.
    currency: String,
    /// The price of a night for which nothing else is said. A draft may be without.
    #[serde(skip_serializing_if = "Option::is_none")]
    nightly_price: Option<MoneyInput>,
    /// What Friday and Saturday nights cost above it, in percent; may be negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    weekend_percent: Option<i16>,
    /// What cleaning costs, once for a stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    cleaning_fee: Option<MoneyInput>,
    /// Further fees; up to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    fees: Option<Vec<FeeInput>>,
    /// Taxes on the stay; up to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    taxes: Option<Vec<TaxInput>>,
    /// Rebates that need no code; up to 20 of each kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    discounts: Option<DiscountsInput>,
    /// Prices for times of the year; up to 20. Of two that cover a night the first counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    seasons: Option<Vec<SeasonInput>>,
    /// Who pays the platform's service fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_model: Option<FeeModel>,
    /// How many guests the nightly price includes; an extra-guest fee is for those above.
    #[serde(skip_serializing_if = "Option::is_none")]
    included_guests: Option<u8>,
    /// How many pets it takes; up to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_pets: Option<u8>,
    /// How a guest comes to a booking.
    booking_mode: BookingMode,
    /// What a cancellation gives back. Bookings that stand keep their own.
    cancellation_policy: CancellationPolicy,
    /// From when on guests may arrive, by the clock there: `15:00`.
    check_in_time: String,
    /// Until when guests must leave, by the clock there: `11:00`.
    check_out_time: String,
    /// The fewest nights of a stay; 1 to 365.
    min_nights: u16,
    /// The most nights of a stay; 1 to 365.
    max_nights: u16,
    /// How many hours before the check-in time a stay must be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    advance_notice_hours: Option<u16>,
    /// How many days ahead of today the last night may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_window_days: Option<u16>,
    /// How many nights stay free after each stay; up to 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    preparation_nights: Option<u8>,
    /// How many interchangeable units it has; one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<u16>,
    /// The host's name for it in the system that it is imported from; 1 to 100 characters. A second listing of the same name
    /// is not made: the first one is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ref: Option<String>,
}

/// What to change of a listing; what is absent stays as it is. `null` takes back what may be absent: the nightly price of a
/// draft, the cleaning fee, the booking window.
#[derive(Debug, InputObject, Serialize)]
pub(super) struct UpdatePropertyInput {
    /// The listing.
    #[serde(skip)]
    pub(super) property_id: ID,
    /// The version that was read, to change no other one.
    #[serde(skip)]
    pub(super) version: Option<i64>,
    /// Its name; 1 to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Its description; up to 10,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What kind of place it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<PropertyKind>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<PlaceInput>,
    /// How many adults and children it takes; 1 to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u8>,
    /// How many bedrooms; up to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    bedrooms: Option<u8>,
    /// How many beds; up to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    beds: Option<u8>,
    /// How many bathrooms, in halves.
    #[serde(skip_serializing_if = "Option::is_none")]
    bathrooms: Option<f64>,
    /// What it has, by codes such as `wifi`; up to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    amenities: Option<Vec<String>>,
    /// The price of a night for which nothing else is said. A draft may be without.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    nightly_price: MaybeUndefined<MoneyInput>,
    /// What Friday and Saturday nights cost above it, in percent; may be negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    weekend_percent: Option<i16>,
    /// What cleaning costs, once for a stay.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    cleaning_fee: MaybeUndefined<MoneyInput>,
    /// Further fees; up to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    fees: Option<Vec<FeeInput>>,
    /// Taxes on the stay; up to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    taxes: Option<Vec<TaxInput>>,
    /// Rebates that need no code; up to 20 of each kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    discounts: Option<DiscountsInput>,
    /// Prices for times of the year; up to 20. Of two that cover a night the first counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    seasons: Option<Vec<SeasonInput>>,
    /// Who pays the platform's service fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_model: Option<FeeModel>,
    /// How many guests the nightly price includes; an extra-guest fee is for those above.
    #[serde(skip_serializing_if = "Option::is_none")]
    included_guests: Option<u8>,
    /// How many pets it takes; up to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_pets: Option<u8>,
    /// How a guest comes to a booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_mode: Option<BookingMode>,
    /// What a cancellation gives back. Bookings that stand keep their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_policy: Option<CancellationPolicy>,
    /// From when on guests may arrive, by the clock there: `15:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_in_time: Option<String>,
    /// Until when guests must leave, by the clock there: `11:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_out_time: Option<String>,
    /// The fewest nights of a stay; 1 to 365.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_nights: Option<u16>,
    /// The most nights of a stay; 1 to 365.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_nights: Option<u16>,
    /// How many hours before the check-in time a stay must be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    advance_notice_hours: Option<u16>,
    /// How many days ahead of today the last night may be.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    booking_window_days: MaybeUndefined<u16>,
    /// How many nights stay free after each stay; up to 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    preparation_nights: Option<u8>,
}
