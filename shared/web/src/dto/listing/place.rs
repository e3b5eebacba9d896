//! Where a listing is.

use domain::dates::Zone;
use domain::listing::{Address, Location};
use domain::refusal::{FieldError, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The schema of an address.
#[derive(ToSchema, Serialize)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub struct AddressDto {
    /// Street and number. Only the host and guests with a confirmed booking see it.
    #[schema(min_length = 1, max_length = 200)]
    line1: Option<String>,
    /// Flat, floor, entrance; shown as `line1` is.
    #[schema(min_length = 1, max_length = 200)]
    line2: Option<String>,
    /// Town or city.
    #[schema(min_length = 1, max_length = 100)]
    city: String,
    /// State, province or canton.
    #[schema(min_length = 1, max_length = 100)]
    region: Option<String>,
    /// Postal code; shown as `line1` is.
    #[schema(min_length = 1, max_length = 20)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
}

/// Where a place is, as its host says it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewPlace)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
    /// The postal address. City and country are required, the street is not.
    #[schema(value_type = AddressDto)]
    address: Address,
    /// IANA time zone.
    #[schema(value_type = String, max_length = 64, example = "America/New_York")]
    time_zone: Zone,
}

impl PlaceInput {
    /// The parsed place.
    pub fn parse(self) -> Result<(Location, Address, Zone), FieldError> {
        let pointer = if (-90.0..=90.0).contains(&self.lat) { "/location/lon" } else { "/location/lat" };
        let location = Location::from_degrees(self.lat, self.lon).map_err(|invalid| invalid.at(pointer))?;
        Ok((location, self.address, self.time_zone))
    }
}

/// Where a place is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
pub struct PlaceOutput {
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// Whether this is the very place. Otherwise it is the middle of a square of 0.01 degrees that the place lies in.
    exact: bool,
    /// The postal address; for strangers without street and postal code.
    #[schema(value_type = AddressDto)]
    address: Address,
    /// IANA time zone.
    #[schema(example = "America/New_York")]
    time_zone: String,
}

impl PlaceOutput {
    /// The place as somebody sees it who may know it exactly, or not.
    pub fn new(location: Location, address: Address, zone: &Zone, exact: bool) -> Self {
        Self {
            lat: location.lat_degrees(),
            lon: location.lon_degrees(),
            exact,
            address,
            time_zone: zone.name().to_owned(),
        }
    }
}

/// A number of bathrooms in halves: 1.5 is 3.
pub fn halves(bathrooms: f64) -> Result<u8, FieldError> {
    let doubled = bathrooms * 2.0;
    if doubled.fract() == 0.0 && (0.0..=100.0).contains(&doubled) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number up to 100"
        )]
        return Ok(doubled as u8);
    }
    Err(FieldError {
        pointer: "/bathrooms".to_owned(),
        code: "out_of_range",
        detail: "Give whole or half bathrooms from 0 to 50.".to_owned(),
    })
}

/// A refusal of an input that names several fields.
pub fn invalid_fields(errors: Vec<FieldError>) -> Refusal {
    let detail = "Some of the input is wrong; errors names each place.";
    Refusal { errors, ..Refusal::new(domain::refusal::RefusalClass::Rule, "validation_failed", detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bathrooms_come_in_halves() {
        assert_eq!((halves(0.0).unwrap(), halves(1.5).unwrap(), halves(50.0).unwrap()), (0, 3, 100));
        for bad in [-0.5, 1.25, 50.5, f64::NAN, f64::INFINITY] {
            assert_eq!(halves(bad).unwrap_err().pointer, "/bathrooms");
        }
    }
}
