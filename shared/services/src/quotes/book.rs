//! What a quote is worth when it comes to booking.

use domain::ids::{QuoteId, UserId};
use domain::pricing::{PricedStay, QuoteInput, RulesVersion, quote};
use domain::refusal::Refusal;
use domain::rules::{check_stay, dates_unavailable};
use jiff::Timestamp;
use store::quotes::{Present, Quote};

use super::create::Offer;
use crate::{Ctx, Failure};

/// A quote that may be booked: it stands, the rules still take the stay, and the price is the same.
#[derive(Clone, Debug)]
pub struct BookableQuote {
    /// The quote; a booking takes price, terms and policy from here.
    pub quote: Quote,
    /// The listing's host.
    pub host_id: UserId,
    /// The listing as it was when this was decided.
    pub present: Present,
}

/// What a quote comes to.
#[derive(Clone, Debug)]
pub enum Worth {
    /// It may be booked now.
    Bookable(Box<BookableQuote>),
    /// It became a booking before.
    Spent,
}

/// What the guest's quote comes to now.
///
/// Not found is also another's. Refuses with `quote_expired`, with the rule that no longer takes the stay, with
/// `dates_unavailable` (the claim on the nights decides that again), and with `price_changed`, which carries a fresh quote
/// as the member `quote` by `describe`.
pub async fn for_booking(
    ctx: &Ctx,
    guest: UserId,
    id: QuoteId,
    describe: impl FnOnce(&Quote) -> Result<serde_json::Value, serde_json::Error>,
) -> Result<Worth, Failure> {
    let now = ctx.now();
    let (quote, present) = store::quotes::find(&ctx.db, id, guest, now).await?.ok_or(Failure::NotFound)?;
    if present.spent {
        return Ok(Worth::Spent);
    }
    if now >= quote.expires_at {
        return Err(Refusal::conflict("quote_expired", "Ask for a fresh quote: this one is over.").into());
    }
    if !present.published {
        return Err(dates_unavailable().into());
    }
    check_stay(&present.terms, &present.calendar, quote.stay, quote.guests, now)?;
    if !present.free {
        return Err(dates_unavailable().into());
    }
    // A quote's price stands while it lives, whatever the clock does to rebates; only the host's changes count.
    if present.version == quote.property_version && present.calendar.within(quote.stay) == quote.calendar {
        return Ok(bookable(quote, present));
    }
    let (old, new) = (quote.priced.total, requote(&quote, &present, now)?.total);
    let same_policy = quote.terms.cancellation_policy == present.terms.cancellation_policy;
    if old == new && same_policy {
        return Ok(bookable(quote, present));
    }
    let fresh = renew(ctx, &quote, &present, now).await?;
    let detail = format!("The price was {old} and is {new} now. Look at the fresh quote and book that.");
    Err(Failure::RefusedWith {
        refusal: Refusal::conflict("price_changed", detail),
        member: "quote",
        value: describe(&fresh)?,
    })
}

fn bookable(quote: Quote, present: Present) -> Worth {
    Worth::Bookable(Box::new(BookableQuote { quote, host_id: present.host_id, present }))
}

/// What the same stay costs now.
pub fn requote(quote_then: &Quote, present: &Present, now: Timestamp) -> Result<PricedStay, Refusal> {
    quote(&QuoteInput {
        terms: &present.terms,
        calendar: &present.calendar,
        rules_version: RulesVersion::CURRENT,
        stay: quote_then.stay,
        guests: quote_then.guests,
        promotion: quote_then.promotion.as_ref().map(|(_, promotion)| promotion),
        now,
    })
}

async fn renew(ctx: &Ctx, old: &Quote, present: &Present, now: Timestamp) -> Result<Quote, Failure> {
    let offer = Offer {
        property_id: old.property_id,
        version: present.version,
        terms: &present.terms,
        calendar: &present.calendar,
        free: present.free,
        promotion: old.promotion.clone(),
    };
    let fresh = offer.make(ctx, old.guest_id, old.stay, old.guests, now)?;
    store::quotes::insert(&ctx.db, &fresh).await?;
    Ok(fresh)
}
