//! A listing as it is shown.

use domain::cancellation::CancellationPolicyCode;
use domain::listing::{Amenity, BookingMode, PropertyKind};
use domain::money::Money;
use jiff::Timestamp;
use serde::Serialize;
use store::properties::{Property, PropertyState};
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;
use web::dto::listing::{
    DiscountsDto, FeeDto, FeeModelCode, KindCode, ModeCode, PlaceOutput, PolicyCode, SeasonDto, TaxDto,
};

use super::photo::PhotoDto;

/// Where a listing is in its life.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = PropertyState)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StateDto {
    /// Being written; only its host sees it.
    Draft,
    /// On the market.
    Published,
    /// Taken off the market; may come back.
    Unlisted,
    /// Taken off the market for good.
    Archived,
}

impl From<PropertyState> for StateDto {
    fn from(state: PropertyState) -> Self {
        match state {
            PropertyState::Draft => Self::Draft,
            PropertyState::Published => Self::Published,
            PropertyState::Unlisted => Self::Unlisted,
            PropertyState::Archived => Self::Archived,
        }
    }
}

/// What guests thought of it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Rating)]
pub(crate) struct RatingDto {
    /// Stars from 1 to 5; `null` until there are three ratings.
    #[schema(minimum = 1, maximum = 5, example = 4.67)]
    average: Option<f64>,
    /// How many ratings.
    count: i64,
}

impl RatingDto {
    pub(crate) fn new(sum: i64, count: i64) -> Self {
        // Hundredths first, so that the answer has two digits.
        #[expect(clippy::cast_precision_loss, reason = "hundredths of up to five stars")]
        let average = (count >= 3).then(|| ((sum * 200 + count) / (count * 2)) as f64 / 100.0);
        Self { average, count }
    }
}

/// A listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Property)]
pub(crate) struct PropertyDto {
    /// Which one.
    id: Uuid,
    /// Whose it is.
    host_id: Uuid,
    /// Where it is in its life.
    state: StateDto,
    /// Its name.
    title: String,
    /// Its description.
    description: String,
    /// What kind of place it is.
    #[schema(value_type = KindCode)]
    kind: PropertyKind,
    /// Where it is: exactly for its host and for guests with a confirmed booking, roughly for others.
    location: PlaceOutput,
    /// How many adults and children it takes.
    capacity: u8,
    /// How many bedrooms.
    bedrooms: u8,
    /// How many beds.
    beds: u8,
    /// How many bathrooms.
    bathrooms: f64,
    /// What it has.
    #[schema(value_type = Vec<String>)]
    amenities: Vec<Amenity>,
    /// The currency of all its prices.
    currency: &'static str,
    /// The price of a night for which nothing else is said; `null` while a draft has none.
    #[schema(value_type = Option<MoneyDto>)]
    nightly_price: Option<Money>,
    /// What Friday and Saturday nights cost above it, in percent.
    weekend_percent: i32,
    /// What cleaning costs.
    #[schema(value_type = Option<MoneyDto>)]
    cleaning_fee: Option<Money>,
    /// Further fees.
    fees: Vec<FeeDto>,
    /// Taxes on the stay.
    taxes: Vec<TaxDto>,
    /// Rebates that need no code.
    discounts: DiscountsDto,
    /// Prices for times of the year.
    seasons: Vec<SeasonDto>,
    /// Who pays the platform's service fee.
    fee_model: FeeModelCode,
    /// How many guests the nightly price includes.
    included_guests: u8,
    /// How many pets it takes.
    max_pets: u8,
    /// How a guest comes to a booking.
    #[schema(value_type = ModeCode)]
    booking_mode: BookingMode,
    /// What a cancellation gives back.
    #[schema(value_type = PolicyCode)]
    cancellation_policy: CancellationPolicyCode,
    /// From when guests may arrive.
    #[schema(example = "15:00")]
    check_in_time: String,
    /// Until when guests must leave.
    #[schema(example = "11:00")]
    check_out_time: String,
    /// The fewest nights of a stay.
    min_nights: u16,
    /// The most nights of a stay.
    max_nights: u16,
    /// How many hours before the check-in time a stay must be booked.
    advance_notice_hours: u16,
    /// How many days ahead of today the last night may be.
    booking_window_days: Option<u16>,
    /// How many nights stay free after each stay.
    preparation_nights: u8,
    /// How many interchangeable units it has.
    units: u16,
    /// The host's name for it in the system it was imported from; for the host alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ref: Option<String>,
    /// What guests thought of it.
    rating: RatingDto,
    /// Its photos, in their order.
    photos: Vec<PhotoDto>,
    /// When it was made.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
    /// When it was published first.
    published_at: Option<Timestamp>,
    /// Since when the staff keeps it off the market; for the host's side alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    barred_at: Option<Timestamp>,
}

impl PropertyDto {
    /// The listing with its photos' addresses.
    pub(crate) fn new(property: Property, photos: Vec<PhotoDto>) -> Self {
        let listing = property.listing;
        let terms = listing.terms;
        Self {
            id: property.id.into(),
            host_id: property.host_id.into(),
            state: property.state.into(),
            title: listing.title,
            description: listing.description,
            kind: listing.kind,
            location: PlaceOutput::new(listing.location, listing.address, &terms.zone, property.exact),
            capacity: terms.capacity.get(),
            bedrooms: listing.bedrooms,
            beds: listing.beds,
            bathrooms: f64::from(listing.bathrooms_x2) / 2.0,
            amenities: listing.amenities,
            currency: terms.currency.code(),
            nightly_price: Some(terms.nightly_price).filter(|price| !price.is_zero()),
            weekend_percent: terms.weekend_uplift.get() / 100,
            cleaning_fee: terms.cleaning_fee,
            fees: terms.fees.iter().map(FeeDto::from).collect(),
            taxes: terms.taxes.iter().map(TaxDto::from).collect(),
            discounts: (&terms.discounts).into(),
            seasons: terms.seasons.iter().map(SeasonDto::from).collect(),
            fee_model: terms.fee_model.into(),
            included_guests: terms.included_guests.get(),
            max_pets: terms.max_pets,
            booking_mode: terms.booking_mode,
            cancellation_policy: terms.cancellation_policy,
            check_in_time: terms.check_in_time.to_string(),
            check_out_time: terms.check_out_time.to_string(),
            min_nights: terms.rules.min_nights,
            max_nights: terms.rules.max_nights,
            advance_notice_hours: terms.rules.advance_notice_hours,
            booking_window_days: terms.rules.booking_window_days,
            preparation_nights: terms.rules.preparation_nights,
            units: property.units,
            source_ref: property.source_ref,
            rating: RatingDto::new(property.rating_sum, property.rating_count),
            photos,
            created_at: property.created_at,
            updated_at: property.updated_at,
            published_at: property.published_at,
            barred_at: property.barred_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_shows_from_three_on_with_two_digits() {
        assert_eq!(RatingDto::new(10, 2).average, None);
        assert_eq!(RatingDto::new(14, 3).average, Some(4.67));
        assert_eq!(RatingDto::new(13, 3).average, Some(4.33));
        assert_eq!(RatingDto::new(15, 3).average, Some(5.0));
    }
}
