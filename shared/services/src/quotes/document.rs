//! A quote as guests see it, in whatever protocol.

use domain::cancellation::{CancellationPolicyCode, Deadline};
use domain::guests::Guests;
use domain::ids::{PropertyId, QuoteId};
use domain::money::Money;
use domain::pricing::PriceLine;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::quotes::Quote;

use super::cancellation_deadlines;

/// A quote as guests see it.
#[derive(Debug, Serialize)]
pub struct QuoteDocument<'a> {
    id: QuoteId,
    property_id: PropertyId,
    expires_at: Timestamp,
    check_in: Date,
    check_out: Date,
    guests: Guests,
    lines: &'a [PriceLine],
    subtotal: Money,
    guest_fee: Money,
    taxes: Money,
    total: Money,
    payout: Money,
    nights: Vec<Night>,
    cancellation: Cancellation,
}

#[derive(Debug, Serialize)]
struct Night {
    date: Date,
    amount: Money,
}

#[derive(Debug, Serialize)]
struct Cancellation {
    policy: CancellationPolicyCode,
    deadlines: Vec<Deadline>,
}

impl<'a> From<&'a Quote> for QuoteDocument<'a> {
    fn from(quote: &'a Quote) -> Self {
        let priced = &quote.priced;
        let night = |night: &domain::pricing::NightPrice| Night { date: night.date, amount: night.amount };
        Self {
            id: quote.id,
            property_id: quote.property_id,
            expires_at: quote.expires_at,
            check_in: quote.stay.check_in(),
            check_out: quote.stay.check_out(),
            guests: quote.guests,
            lines: &priced.lines,
            subtotal: priced.subtotal,
            guest_fee: priced.guest_fee,
            taxes: priced.taxes,
            total: priced.total,
            payout: priced.payout,
            nights: priced.nights.iter().map(night).collect(),
            cancellation: Cancellation {
                policy: quote.policy.code,
                deadlines: cancellation_deadlines(quote),
            },
        }
    }
}

/// The quote as JSON, for a refusal that carries one.
pub fn describe(quote: &Quote) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(QuoteDocument::from(quote))
}
