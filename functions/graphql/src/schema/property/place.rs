//! Where a listing is.

use async_graphql::SimpleObject;
use domain::listing::Address as Written;
use store::properties::Listing;

/// Where a listing is.
#[derive(Debug, SimpleObject)]
pub(crate) struct Place {
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// Whether this is the very place. Otherwise it is the middle of a square of 0.01 degrees that the place lies in.
    exact: bool,
    /// The postal address; for strangers without street and postal code.
    address: Address,
    /// IANA time zone.
    time_zone: String,
}

/// A postal address.
#[derive(Debug, SimpleObject)]
pub(crate) struct Address {
    /// Street and number.
    line1: Option<String>,
    /// Flat, floor, entrance.
    line2: Option<String>,
    /// Town or city.
    city: String,
    /// State, province or canton.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

impl Place {
    /// The place of a listing, as it is known to somebody.
    pub(super) fn new(listing: &Listing, exact: bool) -> Self {
        Self {
            lat: listing.location.lat_degrees(),
            lon: listing.location.lon_degrees(),
            exact,
            address: (&listing.address).into(),
            time_zone: listing.terms.zone.name().to_owned(),
        }
    }
}

impl From<&Written> for Address {
    fn from(address: &Written) -> Self {
        Self {
            line1: address.line1.as_ref().map(|line| line.as_str().to_owned()),
            line2: address.line2.as_ref().map(|line| line.as_str().to_owned()),
            city: address.city.as_str().to_owned(),
            region: address.region.as_ref().map(|line| line.as_str().to_owned()),
            postal_code: address.postal_code.as_ref().map(|line| line.as_str().to_owned()),
            country: address.country.to_string(),
        }
    }
}
