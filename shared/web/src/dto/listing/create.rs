//! New listings.

use crate::dto::MoneyDto;
use domain::cancellation::CancellationPolicyCode;
use domain::dates::TimeOfDay;
use domain::listing::{
    Amenity, BookingMode, Capacity, Description, Discounts, FeeModel, ListingTerms, PropertyKind, StayRules,
    Title,
};
use domain::money::{BasisPoints, Currency, Money};
use domain::refusal::Refusal;
use domain::text::Line;
use garde::Validate;
use serde::Deserialize;
use services::properties::NewListing;
use store::properties::Listing;
use utoipa::ToSchema;

use super::charges::{DiscountsDto, FeeDto, TaxDto};
use super::codes::{KindCode, ModeCode, PolicyCode};
use super::place::{PlaceInput, halves, invalid_fields};
use super::season::SeasonDto;
use super::update::{FeeModelCode, MAX_AMENITIES, MAX_CHARGES, UpdateProperty};

/// A listing to be made.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Loft by the river",
    "description": "Two rooms under the roof, ten minutes from the station.",
    "kind": "loft",
    "location": {
        "lat": 38.9072, "lon": -77.0369,
        "address": {"line1": "1 River Street", "city": "Washington", "region": "DC", "postal_code": "20001", "country": "US"},
        "time_zone": "America/New_York"
    },
    "capacity": 4, "bedrooms": 1, "beds": 2, "bathrooms": 1.5,
    "amenities": ["wifi", "kitchen", "air_conditioning"],
    "currency": "USD",
    "nightly_price": {"amount": 20000, "currency": "USD"},
    "weekend_percent": 10,
    "cleaning_fee": {"amount": 10000, "currency": "USD"},
    "taxes": [{"name": "City tax", "charge": {"basis": "percent", "rate_ppm": 145_000, "of": "nights_and_fees"}, "collected_by": "platform"}],
    "discounts": {"length_of_stay": [{"from_nights": 7, "percent": 20}]},
    "booking_mode": "instant", "cancellation_policy": "flexible",
    "check_in_time": "15:00", "check_out_time": "11:00", "min_nights": 1, "max_nights": 30
}))]
pub struct CreateProperty {
    /// Its name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title: Title,
    /// Its description; may be empty.
    #[schema(value_type = String, max_length = 10_000)]
    description: Description,
    /// What kind of place it is.
    #[schema(value_type = KindCode)]
    kind: PropertyKind,
    /// Where it is.
    location: PlaceInput,
    /// How many adults and children it takes.
    #[schema(value_type = u8, minimum = 1, maximum = 50)]
    capacity: Capacity,
    /// How many bedrooms.
    #[garde(range(max = 50))]
    #[schema(maximum = 50)]
    bedrooms: u8,
    /// How many beds.
    #[garde(range(max = 100))]
    #[schema(maximum = 100)]
    beds: u8,
    /// How many bathrooms, in halves.
    #[schema(minimum = 0, maximum = 50, multiple_of = 0.5)]
    bathrooms: f64,
    /// What it has, by codes.
    #[garde(length(max = MAX_AMENITIES))]
    #[schema(schema_with = super::codes::amenities)]
    amenities: Vec<Amenity>,
    /// The currency of all its prices (ISO 4217). It cannot be changed.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    currency: Currency,
    /// The price of a night for which nothing else is said. A draft may be without.
    #[serde(default)]
    #[schema(value_type = Option<MoneyDto>)]
    nightly_price: Option<Money>,
    /// What Friday and Saturday nights cost above it, in percent; may be negative.
    #[serde(default)]
    #[garde(inner(range(min = -90, max = 500)))]
    #[schema(minimum = -90, maximum = 500)]
    weekend_percent: Option<i16>,
    /// What cleaning costs, once for a stay.
    #[serde(default)]
    #[schema(value_type = Option<MoneyDto>)]
    cleaning_fee: Option<Money>,
    /// Further fees.
    #[serde(default)]
    #[garde(inner(length(max = MAX_CHARGES)))]
    #[schema(max_items = 20)]
    fees: Option<Vec<FeeDto>>,
    /// Taxes on the stay.
    #[serde(default)]
    #[garde(inner(length(max = MAX_CHARGES)))]
    #[schema(max_items = 20)]
    taxes: Option<Vec<TaxDto>>,
    /// Rebates that need no code.
    #[serde(default)]
    discounts: Option<DiscountsDto>,
    /// Prices for times of the year.
    #[serde(default)]
    #[garde(inner(length(max = MAX_CHARGES)))]
    #[schema(max_items = 20)]
    seasons: Option<Vec<SeasonDto>>,
    /// Who pays the platform's service fee; `split` if absent.
    #[serde(default)]
    fee_model: Option<FeeModelCode>,
    /// How many guests the nightly price includes; all if absent.
    #[serde(default)]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 50)]
    included_guests: Option<Capacity>,
    /// How many pets it takes; none if absent.
    #[serde(default)]
    #[garde(inner(range(max = 10)))]
    #[schema(maximum = 10)]
    max_pets: Option<u8>,
    /// How a guest comes to a booking.
    #[schema(value_type = ModeCode)]
    booking_mode: BookingMode,
    /// What a cancellation gives back.
    #[schema(value_type = PolicyCode)]
    cancellation_policy: CancellationPolicyCode,
    /// From when guests may arrive.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    check_in_time: TimeOfDay,
    /// Until when guests must leave.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    check_out_time: TimeOfDay,
    /// The fewest nights of a stay.
    #[schema(minimum = 1, maximum = 365)]
    min_nights: u16,
    /// The most nights of a stay.
    #[schema(minimum = 1, maximum = 365)]
    max_nights: u16,
    /// How many hours before the check-in time a stay must be booked.
    #[serde(default)]
    #[schema(maximum = 8760)]
    advance_notice_hours: Option<u16>,
    /// How many days ahead of today the last night may be; any if absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 730)]
    booking_window_days: Option<u16>,
    /// How many nights stay free after each stay.
    #[serde(default)]
    #[schema(maximum = 30)]
    preparation_nights: Option<u8>,
    /// How many interchangeable units it has; one if absent.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 500)))]
    #[schema(minimum = 1, maximum = 500)]
    units: Option<u16>,
    /// Your name for it in the system that you import it from. A second listing of the same name is not made: the first
    /// one is answered with status 200.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    source_ref: Option<Line<1, 100>>,
}

impl CreateProperty {
    /// The listing, with every field that is wrong by itself named at once.
    pub fn parse(self) -> Result<NewListing, Refusal> {
        let (units, source_ref) = (self.units.unwrap_or(1), self.source_ref.clone().map(String::from));
        let (base, rest) = self.split()?;
        let mut listing = base;
        rest.apply(&mut listing)?;
        Ok(NewListing { listing, units, source_ref })
    }

    /// What must be said makes a listing; what may be said changes it.
    fn split(self) -> Result<(Listing, UpdateProperty), Refusal> {
        let (place, bathrooms_x2) = (self.location.parse(), halves(self.bathrooms));
        let (place, bathrooms_x2) = match (place, bathrooms_x2) {
            (Ok(place), Ok(bathrooms)) => (place, bathrooms),
            (place, bathrooms) => {
                return Err(invalid_fields([place.err(), bathrooms.err()].into_iter().flatten().collect()));
            }
        };
        let (location, address, zone) = place;
        let terms = ListingTerms {
            currency: self.currency,
            zone,
            booking_mode: self.booking_mode,
            nightly_price: Money::zero(self.currency),
            weekend_uplift: BasisPoints::default(),
            seasons: Vec::new(),
            cleaning_fee: None,
            fees: Vec::new(),
            taxes: Vec::new(),
            discounts: Discounts::default(),
            fee_model: FeeModel::default(),
            capacity: self.capacity,
            included_guests: self.capacity,
            max_pets: 0,
            check_in_time: self.check_in_time,
            check_out_time: self.check_out_time,
            rules: StayRules {
                min_nights: self.min_nights,
                max_nights: self.max_nights,
                ..StayRules::default()
            },
            cancellation_policy: self.cancellation_policy,
        };
        let listing = Listing {
            title: self.title.into(),
            description: self.description.into(),
            kind: self.kind,
            location,
            address,
            bedrooms: self.bedrooms,
            beds: self.beds,
            bathrooms_x2,
            amenities: Vec::new(),
            terms,
        };
        let rest = UpdateProperty {
            amenities: Some(self.amenities),
            nightly_price: self.nightly_price.into(),
            weekend_percent: self.weekend_percent,
            cleaning_fee: self.cleaning_fee.into(),
            fees: self.fees,
            taxes: self.taxes,
            discounts: self.discounts,
            seasons: self.seasons,
            fee_model: self.fee_model,
            included_guests: self.included_guests,
            max_pets: self.max_pets,
            advance_notice_hours: self.advance_notice_hours,
            booking_window_days: self.booking_window_days.into(),
            preparation_nights: self.preparation_nights,
            ..UpdateProperty::default()
        };
        Ok((listing, rest))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::PartialSchema;

    use super::*;

    fn example() -> Value {
        let schema = serde_json::to_value(CreateProperty::schema()).unwrap();
        schema["example"].clone()
    }

    fn parse(body: Value) -> Result<NewListing, Refusal> {
        serde_json::from_value::<CreateProperty>(body).unwrap().parse()
    }

    #[test]
    fn the_documented_example_is_a_good_listing() {
        let new = parse(example()).unwrap();
        assert_eq!(new.units, 1);
        assert_eq!(new.listing.bathrooms_x2, 3);
        assert_eq!(new.listing.terms.weekend_uplift, BasisPoints::from_percent(10));
        assert_eq!(new.listing.terms.included_guests.get(), 4);
        assert!(new.listing.terms.validate().is_empty());
    }

    #[test]
    fn a_draft_needs_no_price_but_a_price_is_above_zero() {
        let mut body = example();
        body.as_object_mut().unwrap().remove("nightly_price");
        assert!(parse(body.clone()).unwrap().listing.terms.nightly_price.is_zero());
        body["nightly_price"] = json!({"amount": 0, "currency": "USD"});
        assert_eq!(parse(body).unwrap_err().errors[0].pointer, "/nightly_price");
    }

    #[test]
    fn faults_of_place_and_rooms_are_named_together() {
        let mut body = example();
        body["location"]["lat"] = json!(91);
        body["bathrooms"] = json!(1.3);
        let pointers: Vec<String> =
            parse(body).unwrap_err().errors.into_iter().map(|error| error.pointer).collect();
        assert_eq!(pointers, ["/location/lat", "/bathrooms"]);
    }

    #[test]
    fn what_is_said_twice_is_said_once() {
        let mut body = example();
        body["amenities"] = json!(["wifi", "pool", "wifi"]);
        assert_eq!(parse(body).unwrap().listing.amenities.len(), 2);
    }

    #[test]
    fn unknown_members_are_refused_at_every_level() {
        for pointer in ["", "/location", "/location/address", "/discounts", "/taxes/0"] {
            let mut body = example();
            body.pointer_mut(pointer).unwrap()["surprise"] = json!(1);
            assert!(serde_json::from_value::<CreateProperty>(body).is_err(), "{pointer}");
        }
    }
}
