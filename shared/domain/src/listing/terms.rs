//! What price and rules need to know of a listing.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{BookingMode, Capacity, Fee, FeeModel, Tax};
use crate::cancellation::CancellationPolicyCode;
use crate::dates::{TimeOfDay, Zone};
use crate::money::{BasisPoints, Currency, Money};
use crate::text::Line;

/// Everything about a listing that decides a price or refuses a stay.
///
/// Stored as JSON with each quote, so that the quote can be worked out again after the listing has changed: fields are
/// added with a default, never renamed. [`ListingTerms::validate`] says what is out of bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingTerms {
    /// The currency of every amount here.
    pub currency: Currency,
    /// The time zone of the place.
    pub zone: Zone,
    /// How a guest comes to a booking.
    pub booking_mode: BookingMode,
    /// The price of a night for which nothing else is said; above zero.
    pub nightly_price: Money,
    /// What Friday and Saturday nights cost above the base price; may be negative.
    #[serde(default)]
    pub weekend_uplift: BasisPoints,
    /// Prices for times of the year; the first that covers a night counts.
    #[serde(default)]
    pub seasons: Vec<Season>,
    /// What cleaning costs, once for a stay.
    #[serde(default)]
    pub cleaning_fee: Option<Money>,
    /// Further fees.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Taxes on the stay.
    #[serde(default)]
    pub taxes: Vec<Tax>,
    /// Rebates that need no code.
    #[serde(default)]
    pub discounts: Discounts,
    /// Who pays the platform.
    #[serde(default)]
    pub fee_model: FeeModel,
    /// How many adults and children the place takes.
    pub capacity: Capacity,
    /// How many of them the nightly price includes; an extra-guest fee is for those above.
    pub included_guests: Capacity,
    /// How many pets the place takes.
    #[serde(default)]
    pub max_pets: u8,
    /// From when guests may arrive.
    pub check_in_time: TimeOfDay,
    /// Until when guests must leave.
    pub check_out_time: TimeOfDay,
    /// Which stays are taken.
    #[serde(default)]
    pub rules: StayRules,
    /// What a cancellation costs.
    pub cancellation_policy: CancellationPolicyCode,
}

/// The price of nights in a time of the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// What the host calls it.
    pub name: Line<1, 60>,
    /// The first night.
    pub first_night: Date,
    /// The last night; not before the first.
    pub last_night: Date,
    /// The price of each night.
    pub nightly_price: Money,
}

/// Rebates that need no code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discounts {
    /// For long stays: the largest threshold that a stay reaches wins, they do not stack.
    #[serde(default)]
    pub length_of_stay: Vec<LengthDiscount>,
    /// For booking early: the largest number of days that is kept wins.
    #[serde(default)]
    pub early_bird: Vec<AdvanceDiscount>,
    /// For booking late: the smallest number of days that is kept wins. A stay that is early gets no rebate for lateness.
    #[serde(default)]
    pub last_minute: Vec<AdvanceDiscount>,
}

/// A rebate for a long stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthDiscount {
    /// The shortest stay that gets it; 7 for weekly, 28 for monthly.
    pub from_nights: u16,
    /// How much is taken off: 0 to 100 %.
    pub off: BasisPoints,
}

/// A rebate for how long before the arrival a stay is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvanceDiscount {
    /// Calendar days from today to the arrival, in the listing's zone: at least so many for an early bird, at most for
    /// a last minute.
    pub days: u16,
    /// How much is taken off: 0 to 100 %.
    pub off: BasisPoints,
}

/// Which stays a listing takes; a date of the calendar may say otherwise for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StayRules {
    /// The fewest nights, from 1.
    pub min_nights: u16,
    /// The most nights, up to 365.
    pub max_nights: u16,
    /// How many hours before the check-in time a stay must be booked; 0 takes guests until the end of the day.
    #[serde(default)]
    pub advance_notice_hours: u16,
    /// How many days ahead of today the last night may be; `None` for any.
    #[serde(default)]
    pub booking_window_days: Option<u16>,
    /// How many nights stay free after each stay.
    #[serde(default)]
    pub preparation_nights: u8,
}

impl Default for StayRules {
    fn default() -> Self {
        Self {
            min_nights: 1,
            max_nights: crate::dates::MAX_NIGHTS,
            advance_notice_hours: 0,
            booking_window_days: None,
            preparation_nights: 0,
        }
    }
}
