//! The schema of a quote. What is answered is [`services::quotes::QuoteDocument`]; a test holds the two together.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;

use super::codes::PolicyCode;

/// The party of a stay.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Guests)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuestsDto {
    /// People of 13 years and older.
    #[schema(minimum = 1, maximum = 50, example = 2)]
    adults: u8,
    /// People of 2 to 12 years.
    #[serde(default)]
    #[schema(maximum = 50)]
    children: u8,
    /// People under 2 years.
    #[serde(default)]
    #[schema(maximum = 10)]
    infants: u8,
    /// Animals.
    #[serde(default)]
    #[schema(maximum = 10)]
    pets: u8,
}

impl GuestsDto {
    /// The parsed party; each count that is out of bounds is named below `/guests`.
    pub(crate) fn parse(&self) -> Result<domain::guests::Guests, domain::refusal::Refusal> {
        let parsed = domain::guests::Guests::new(self.adults, self.children, self.infants, self.pets);
        parsed.map_err(|mut errors| {
            for error in &mut errors {
                error.pointer.insert_str(0, "/guests");
            }
            super::place::invalid_fields(errors)
        })
    }
}

/// An offer to one guest for one stay at one price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Quote)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteDto {
    /// What a booking names.
    id: Uuid,
    /// The listing.
    property_id: Uuid,
    /// When it ends, a quarter of an hour after it was made.
    expires_at: Timestamp,
    /// The date of arrival.
    check_in: Date,
    /// The date of departure.
    check_out: Date,
    /// The party.
    guests: GuestsDto,
    /// Every line of the bill; they sum to the total.
    lines: Vec<LineDto>,
    /// Nights and fees after discounts.
    subtotal: MoneyDto,
    /// The guest's service fee.
    guest_fee: MoneyDto,
    /// The taxes that are added.
    taxes: MoneyDto,
    /// What the guest pays.
    total: MoneyDto,
    /// What the host gets.
    payout: MoneyDto,
    /// Every night with its part of the discounts.
    nights: Vec<NightDto>,
    /// What a cancellation would give back.
    cancellation: CancellationDto,
}

/// One line of a price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PriceLine)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineDto {
    /// What it is about: `night`, `discount`, `fee`, `guest_fee` or `tax`.
    #[schema(example = "night")]
    kind: String,
    /// For people.
    #[schema(example = "5 nights at 200.00 USD")]
    label: String,
    /// What it adds to the total; discounts are negative.
    amount: MoneyDto,
    /// The rule that made it.
    #[schema(example = "base_price")]
    rule: String,
}

/// One night of a price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NightPrice)]
#[serde(deny_unknown_fields)]
pub(crate) struct NightDto {
    /// Its date.
    date: Date,
    /// What it costs.
    amount: MoneyDto,
}

/// What a cancellation would give back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Cancellation)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancellationDto {
    /// The policy.
    #[schema(value_type = PolicyCode)]
    policy: domain::cancellation::CancellationPolicyCode,
    /// Until when how much of nights and fees comes back, the next one first.
    deadlines: Vec<DeadlineDto>,
}

/// A deadline of a cancellation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Deadline)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeadlineDto {
    /// The last instant.
    until: Timestamp,
    /// How much comes back, in percent.
    refund_percent: u8,
}
