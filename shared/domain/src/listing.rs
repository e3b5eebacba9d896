//! What is put on sale: the parsed values of a listing.

mod address;
mod amenity;
mod charges;
mod country;
mod kind;
mod location;
mod publication;
mod terms;
mod validate;

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::invalid::Invalid;
use crate::text::{Line, Prose};

pub use address::Address;
pub use amenity::Amenity;
pub use charges::{Fee, FeeCharge, FeeKind, FeeModel, Tax, TaxBase, TaxCharge, TaxCollector};
pub use country::Country;
pub use kind::PropertyKind;
pub use location::Location;
pub use publication::{PublicationFacts, missing_for_publication};
pub use terms::{AdvanceDiscount, Discounts, LengthDiscount, ListingTerms, Season, StayRules};
pub use validate::MAX_PRICE;

/// A listing's name: one line of 1 to 200 characters.
pub type Title = Line<1, 200>;

/// A listing's description: up to 10,000 characters; a draft may have none.
pub type Description = Prose<0, 10_000>;

coded! {
    /// How a guest comes to a booking.
    BookingMode, "unknown_booking_mode" {
        /// Booked as soon as the payment is authorised.
        Instant = "instant",
        /// Booked when the host accepts.
        Request = "request",
    }
}

/// How many adults and children a listing takes: 1 to 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Capacity(u8);

impl Capacity {
    /// The most people.
    pub const MAX: u8 = 50;

    /// The number of people.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Capacity {
    type Error = Invalid;

    fn try_from(people: u8) -> Result<Self, Self::Error> {
        if (1..=Self::MAX).contains(&people) {
            return Ok(Self(people));
        }
        Err(Invalid::new("out_of_range", format!("Give a number from 1 to {}.", Self::MAX)))
    }
}

impl From<Capacity> for u8 {
    fn from(capacity: Capacity) -> Self {
        capacity.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_1_to_50() {
        assert!(Capacity::try_from(0).is_err() && Capacity::try_from(51).is_err());
        assert_eq!((Capacity::try_from(1).unwrap().get(), Capacity::try_from(50).unwrap().get()), (1, 50));
        assert!(serde_json::from_str::<Capacity>("0").is_err());
    }
}
