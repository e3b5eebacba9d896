//! The price and the terms of a stay, as quotes and bookings show them.

use domain::cancellation::{CancellationPolicyCode, Deadline};
use domain::guests::Guests;
use domain::money::Money;
use domain::pricing::{LineKind, NightPrice, PriceLine, PriceRule};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use services::quotes::cancellation_deadlines;
use store::quotes::Quote;
use utoipa::ToSchema;
use uuid::Uuid;

use super::MoneyDto;

/// The schema of [`Guests`] in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Guests, example = json!({"adults": 2, "children": 0, "infants": 0, "pets": 0}))]
pub struct GuestsDto {
    /// 13 years and older.
    #[schema(minimum = 1, maximum = 50)]
    pub adults: u8,
    /// 2 to 12 years.
    #[schema(maximum = 50)]
    pub children: u8,
    /// Under 2 years.
    #[schema(maximum = 10)]
    pub infants: u8,
    /// Animals.
    #[schema(maximum = 10)]
    pub pets: u8,
}

impl From<Guests> for GuestsDto {
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
#[schema(as = PriceLine)]
pub struct PriceLineDto {
    /// What it is about.
    #[schema(value_type = String, example = "night")]
    pub kind: LineKind,
    /// For people.
    #[schema(example = "5 nights")]
    pub label: String,
    /// What it adds to the total; below zero for a discount.
    #[schema(value_type = MoneyDto)]
    pub amount: Money,
    /// The rule that made it.
    #[schema(value_type = String, example = "base_price")]
    pub rule: PriceRule,
}

impl From<&PriceLine> for PriceLineDto {
    fn from(line: &PriceLine) -> Self {
        Self { kind: line.kind, label: line.label.clone(), amount: line.amount, rule: line.rule }
    }
}

/// One night of a price.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = NightPrice)]
pub struct NightDto {
    /// The date of the night, where the listing is.
    pub date: Date,
    /// What it costs after its part of the discounts.
    #[schema(value_type = MoneyDto)]
    pub amount: Money,
}

impl From<&NightPrice> for NightDto {
    fn from(night: &NightPrice) -> Self {
        Self { date: night.date, amount: night.amount }
    }
}

/// Until when a cancellation gives back which share of nights and fees.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CancellationDeadline)]
pub struct DeadlineDto {
    /// The last instant.
    pub until: Timestamp,
    /// The share, in percent.
    #[schema(maximum = 100)]
    pub refund_percent: u8,
}

impl From<Deadline> for DeadlineDto {
    fn from(deadline: Deadline) -> Self {
        Self { until: deadline.until, refund_percent: deadline.refund_percent }
    }
}

/// What a cancellation costs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CancellationTerms)]
pub struct CancellationDto {
    /// The policy.
    #[schema(value_type = String, example = "flexible")]
    pub policy: CancellationPolicyCode,
    /// The deadlines still to come, the next one first.
    pub deadlines: Vec<DeadlineDto>,
}

/// An offer of one stay to one guest at one price.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Quote)]
pub struct QuoteDto {
    /// Its id; a booking is made of it.
    pub id: Uuid,
    /// When it ends.
    pub expires_at: Timestamp,
    /// For what.
    pub property_id: Uuid,
    /// The day of arrival.
    pub check_in: Date,
    /// The day of departure.
    pub check_out: Date,
    /// Who comes.
    pub guests: GuestsDto,
    /// What the total is made of.
    pub lines: Vec<PriceLineDto>,
    /// Nights and fees after discounts.
    #[schema(value_type = MoneyDto)]
    pub subtotal: Money,
    /// The guest's service fee.
    #[schema(value_type = MoneyDto)]
    pub guest_fee: Money,
    /// The taxes that are added.
    #[schema(value_type = MoneyDto)]
    pub taxes: Money,
    /// What the guest pays.
    #[schema(value_type = MoneyDto)]
    pub total: Money,
    /// What the host gets.
    #[schema(value_type = MoneyDto)]
    pub payout: Money,
    /// Each night.
    pub nights: Vec<NightDto>,
    /// What a cancellation would cost.
    pub cancellation: CancellationDto,
}

impl From<&Quote> for QuoteDto {
    fn from(quote: &Quote) -> Self {
        let priced = &quote.priced;
        Self {
            id: quote.id.into(),
            expires_at: quote.expires_at,
            property_id: quote.property_id.into(),
            check_in: quote.stay.check_in(),
            check_out: quote.stay.check_out(),
            guests: quote.guests.into(),
            lines: priced.lines.iter().map(Into::into).collect(),
            subtotal: priced.subtotal,
            guest_fee: priced.guest_fee,
            taxes: priced.taxes,
            total: priced.total,
            payout: priced.payout,
            nights: priced.nights.iter().map(Into::into).collect(),
            cancellation: CancellationDto {
                policy: quote.policy.code,
                deadlines: cancellation_deadlines(quote).into_iter().map(Into::into).collect(),
            },
        }
    }
}
