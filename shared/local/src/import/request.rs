//! The body of `POST /properties/`.

use domain::cancellation::CancellationPolicyCode;
use domain::dates::{TimeOfDay, Zone};
use domain::listing::{Address, Amenity, BookingMode, Capacity, Description, PropertyKind, Title};
use domain::money::{Currency, Money};
use serde::{Serialize, Serializer};

/// A listing as the API takes it; what is parsed into these types is in their bounds.
#[derive(Debug, Serialize)]
pub(crate) struct NewProperty {
    /// The row's id: a second import finds what the first has made.
    pub source_ref: String,
    pub title: Title,
    pub description: Description,
    pub kind: PropertyKind,
    pub location: Place,
    pub capacity: Capacity,
    pub bedrooms: u8,
    pub beds: u8,
    pub bathrooms: Halves,
    pub amenities: Vec<Amenity>,
    pub currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nightly_price: Option<Money>,
    pub booking_mode: BookingMode,
    pub cancellation_policy: CancellationPolicyCode,
    pub check_in_time: TimeOfDay,
    pub check_out_time: TimeOfDay,
    pub min_nights: u16,
    pub max_nights: u16,
}

/// Where it is.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    /// Degrees, north positive.
    pub lat: f64,
    /// Degrees, east positive.
    pub lon: f64,
    pub address: Address,
    pub time_zone: Zone,
}

/// A number of halves, written as a number: 3 is `1.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Halves(pub u8);

impl Serialize for Halves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 2.0)
    }
}
