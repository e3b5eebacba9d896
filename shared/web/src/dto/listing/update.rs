//! Changes of a listing. A new one is made by the same rules from what must be said and what may be.

use crate::dto::MoneyDto;
use domain::cancellation::CancellationPolicyCode;
use domain::dates::TimeOfDay;
use domain::listing::{
    Amenity, BookingMode, Capacity, Description, Fee, FeeModel, PropertyKind, Season, Tax, Title,
};
use domain::money::{BasisPoints, Money};
use domain::refusal::{FieldError, Refusal};
use garde::Validate;
use serde::{Deserialize, Serialize};
use store::properties::{Listing, Said};
use utoipa::ToSchema;

use super::charges::{DiscountsDto, FeeDto, TaxDto};
use super::codes::{KindCode, ModeCode, PolicyCode};
use super::place::{PlaceInput, halves, invalid_fields};
use super::season::SeasonDto;

/// How many fees, taxes or rebates of a kind a listing may have.
pub const MAX_CHARGES: usize = 20;
/// How many amenities a listing may have.
pub const MAX_AMENITIES: usize = 100;

/// Who pays the platform's service fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeeModelCode {
    /// The guest pays 14 % on top, the host 3 %.
    Split,
    /// The host pays 15.5 %.
    HostOnly,
}

impl From<FeeModelCode> for FeeModel {
    fn from(code: FeeModelCode) -> Self {
        match code {
            FeeModelCode::Split => Self::SPLIT,
            FeeModelCode::HostOnly => Self::HOST_ONLY,
        }
    }
}

impl From<FeeModel> for FeeModelCode {
    fn from(model: FeeModel) -> Self {
        match model {
            FeeModel::Split { .. } => Self::Split,
            FeeModel::HostOnly { .. } => Self::HostOnly,
        }
    }
}

/// What to change; absent members stay as they are. `null` takes back what may be absent: the nightly price of a draft,
/// the cleaning fee, the booking window. The currency stays.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Loft by the river, renewed", "nightly_price": {"amount": 21000, "currency": "USD"}, "min_nights": 2}))]
pub struct UpdateProperty {
    /// Its name.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub title: Option<Title>,
    /// Its description.
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Option<Description>,
    /// What kind of place it is.
    #[schema(value_type = Option<KindCode>)]
    pub kind: Option<PropertyKind>,
    /// Where it is.
    pub location: Option<PlaceInput>,
    /// How many adults and children it takes.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 50)]
    pub capacity: Option<Capacity>,
    /// How many bedrooms.
    #[garde(inner(range(max = 50)))]
    #[schema(maximum = 50)]
    pub bedrooms: Option<u8>,
    /// How many beds.
    #[garde(inner(range(max = 100)))]
    #[schema(maximum = 100)]
    pub beds: Option<u8>,
    /// How many bathrooms, in halves.
    #[schema(minimum = 0, maximum = 50, multiple_of = 0.5)]
    pub bathrooms: Option<f64>,
    /// What it has, by codes.
    #[garde(inner(length(max = MAX_AMENITIES)))]
    #[schema(schema_with = super::codes::amenities)]
    pub amenities: Option<Vec<Amenity>>,
    /// The price of a night for which nothing else is said.
    #[serde(default)]
    #[schema(value_type = Option<MoneyDto>)]
    pub nightly_price: Said<Money>,
    /// What Friday and Saturday nights cost above it, in percent; may be negative.
    #[garde(inner(range(min = -90, max = 500)))]
    #[schema(minimum = -90, maximum = 500)]
    pub weekend_percent: Option<i16>,
    /// What cleaning costs, once for a stay.
    #[serde(default)]
    #[schema(value_type = Option<MoneyDto>)]
    pub cleaning_fee: Said<Money>,
    /// Further fees.
    #[garde(inner(length(max = MAX_CHARGES)))]
    #[schema(max_items = 20)]
    pub fees: Option<Vec<FeeDto>>,
    /// Taxes on the stay.
    #[garde(inner(length(max = MAX_CHARGES)))]
    #[schema(max_items = 20)]
    pub taxes: Option<Vec<TaxDto>>,
    /// Rebates that need no code.
    pub discounts: Option<DiscountsDto>,
    /// Prices for times of the year.
    #[garde(inner(length(max = MAX_CHARGES)))]
    #[schema(max_items = 20)]
    pub seasons: Option<Vec<SeasonDto>>,
    /// Who pays the platform's service fee.
    pub fee_model: Option<FeeModelCode>,
    /// How many guests the nightly price includes; an extra-guest fee is for those above.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 50)]
    pub included_guests: Option<Capacity>,
    /// How many pets it takes.
    #[garde(inner(range(max = 10)))]
    #[schema(maximum = 10)]
    pub max_pets: Option<u8>,
    /// How a guest comes to a booking.
    #[schema(value_type = Option<ModeCode>)]
    pub booking_mode: Option<BookingMode>,
    /// What a cancellation gives back. Bookings that stand keep their own.
    #[schema(value_type = Option<PolicyCode>)]
    pub cancellation_policy: Option<CancellationPolicyCode>,
    /// From when guests may arrive.
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "15:00")]
    pub check_in_time: Option<TimeOfDay>,
    /// Until when guests must leave.
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "11:00")]
    pub check_out_time: Option<TimeOfDay>,
    /// The fewest nights of a stay.
    #[schema(minimum = 1, maximum = 365)]
    pub min_nights: Option<u16>,
    /// The most nights of a stay.
    #[schema(minimum = 1, maximum = 365)]
    pub max_nights: Option<u16>,
    /// How many hours before the check-in time a stay must be booked.
    #[schema(maximum = 8760)]
    pub advance_notice_hours: Option<u16>,
    /// How many days ahead of today the last night may be; absent for any.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 730)]
    pub booking_window_days: Said<u16>,
    /// How many nights stay free after each stay.
    #[schema(maximum = 30)]
    pub preparation_nights: Option<u8>,
}

impl UpdateProperty {
    /// Writes the change into the listing; refuses it with every field that is wrong by itself.
    ///
    /// Whether the terms agree with each other is asked later, when they are whole.
    pub fn apply(self, listing: &mut Listing) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        let change =
            self.place(listing, &mut errors).rooms(listing, &mut errors).prices(listing, &mut errors);
        change.rules(listing);
        if errors.is_empty() { Ok(()) } else { Err(invalid_fields(errors)) }
    }

    fn place(mut self, listing: &mut Listing, errors: &mut Vec<FieldError>) -> Self {
        match self.location.take().map(PlaceInput::parse) {
            Some(Ok((location, address, zone))) => {
                listing.location = location;
                listing.address = address;
                listing.terms.zone = zone;
            }
            Some(Err(error)) => errors.push(error),
            None => {}
        }
        self
    }

    fn rooms(mut self, listing: &mut Listing, errors: &mut Vec<FieldError>) -> Self {
        if let Some(title) = self.title.take() {
            listing.title = title.into();
        }
        if let Some(description) = self.description.take() {
            listing.description = description.into();
        }
        if let Some(mut amenities) = self.amenities.take() {
            amenities.sort();
            amenities.dedup();
            listing.amenities = amenities;
        }
        match self.bathrooms.map(halves) {
            Some(Ok(bathrooms_x2)) => listing.bathrooms_x2 = bathrooms_x2,
            Some(Err(error)) => errors.push(error),
            None => {}
        }
        set(&mut listing.kind, self.kind);
        set(&mut listing.bedrooms, self.bedrooms);
        set(&mut listing.beds, self.beds);
        set(&mut listing.terms.capacity, self.capacity);
        self
    }

    fn prices(mut self, listing: &mut Listing, errors: &mut Vec<FieldError>) -> Self {
        let terms = &mut listing.terms;
        let none = Money::zero(terms.currency);
        match self.nightly_price {
            Said::Value(price) if price.amount() <= 0 => errors.push(FieldError {
                pointer: "/nightly_price".to_owned(),
                code: "out_of_range",
                detail: "Give a price above zero.".to_owned(),
            }),
            Said::Value(price) => terms.nightly_price = price,
            Said::Absent => terms.nightly_price = none,
            Said::Nothing => {}
        }
        self.cleaning_fee.apply(&mut terms.cleaning_fee);
        set(&mut terms.weekend_uplift, self.weekend_percent.map(BasisPoints::from_percent));
        set(&mut terms.fee_model, self.fee_model.map(FeeModel::from));
        if let Some(fees) = self.fees.take() {
            terms.fees = fees.into_iter().map(Fee::from).collect();
        }
        if let Some(taxes) = self.taxes.take() {
            terms.taxes = taxes.into_iter().map(Tax::from).collect();
        }
        if let Some(seasons) = self.seasons.take() {
            terms.seasons = seasons.into_iter().map(Season::from).collect();
        }
        if let Some(discounts) = self.discounts.take() {
            errors.extend(discounts.too_long(MAX_CHARGES).map(|list| FieldError {
                pointer: format!("/discounts/{list}"),
                code: "too_many",
                detail: format!("Give at most {MAX_CHARGES} of each kind."),
            }));
            terms.discounts = discounts.into();
        }
        self
    }

    fn rules(self, listing: &mut Listing) {
        let terms = &mut listing.terms;
        set(&mut terms.included_guests, self.included_guests);
        set(&mut terms.max_pets, self.max_pets);
        set(&mut terms.booking_mode, self.booking_mode);
        set(&mut terms.cancellation_policy, self.cancellation_policy);
        set(&mut terms.check_in_time, self.check_in_time);
        set(&mut terms.check_out_time, self.check_out_time);
        set(&mut terms.rules.min_nights, self.min_nights);
        set(&mut terms.rules.max_nights, self.max_nights);
        set(&mut terms.rules.advance_notice_hours, self.advance_notice_hours);
        self.booking_window_days.apply(&mut terms.rules.booking_window_days);
        set(&mut terms.rules.preparation_nights, self.preparation_nights);
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
