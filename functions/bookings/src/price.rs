//! The price and the terms of a stay, as bookings show them.

use domain::cancellation::{CancellationPolicyCode, Deadline};
use domain::guests::Guests;
use domain::money::Money;
use domain::pricing::{LineKind, NightPrice, PriceLine, PriceRule};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use web::dto::MoneyDto;

/// The schema of [`Guests`] in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BookingGuests, example = json!({"adults": 2, "children": 0, "infants": 0, "pets": 0}))]
pub(crate) struct GuestsView {
    /// 13 years and older.
    #[schema(minimum = 1, maximum = 50)]
    pub(crate) adults: u8,
    /// 2 to 12 years.
    #[schema(maximum = 50)]
    pub(crate) children: u8,
    /// Under 2 years.
    #[schema(maximum = 10)]
    pub(crate) infants: u8,
    /// Animals.
    #[schema(maximum = 10)]
    pub(crate) pets: u8,
}

impl From<Guests> for GuestsView {
    fn from(guests: Guests) -> Self {
        Self {
            adults: guests.adults(),
            children: guests.children(),
            infants: guests.infants(),
            pets: guests.pets(),
        }
    }
}

/// One line of a price; the lines sum to the total.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BookingPriceLine)]
pub(crate) struct PriceLineView {
    /// What it is about.
    #[schema(value_type = String, example = "night")]
    pub(crate) kind: LineKind,
    /// For people.
    #[schema(example = "5 nights")]
    pub(crate) label: String,
    /// What it adds to the total; below zero for a discount.
    #[schema(value_type = MoneyDto)]
    pub(crate) amount: Money,
    /// The rule that made it.
    #[schema(value_type = String, example = "base_price")]
    pub(crate) rule: PriceRule,
}

impl From<&PriceLine> for PriceLineView {
    fn from(line: &PriceLine) -> Self {
        Self { kind: line.kind, label: line.label.clone(), amount: line.amount, rule: line.rule }
    }
}

/// One night of a price.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = BookingNight)]
pub(crate) struct NightView {
    /// The date of the night, where the listing is.
    pub(crate) date: Date,
    /// What it costs after its part of the discounts.
    #[schema(value_type = MoneyDto)]
    pub(crate) amount: Money,
}

impl From<&NightPrice> for NightView {
    fn from(night: &NightPrice) -> Self {
        Self { date: night.date, amount: night.amount }
    }
}

/// Until when a cancellation gives back which share of nights and fees.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CancellationDeadline)]
pub(crate) struct DeadlineView {
    /// The last instant.
    pub(crate) until: Timestamp,
    /// The share, in percent.
    #[schema(maximum = 100)]
    pub(crate) refund_percent: u8,
}

impl From<Deadline> for DeadlineView {
    fn from(deadline: Deadline) -> Self {
        Self { until: deadline.until, refund_percent: deadline.refund_percent }
    }
}

/// What a cancellation costs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CancellationTerms)]
pub(crate) struct CancellationView {
    /// The policy.
    #[schema(value_type = String, example = "flexible")]
    pub(crate) policy: CancellationPolicyCode,
    /// The deadlines still to come, the next one first.
    pub(crate) deadlines: Vec<DeadlineView>,
}
