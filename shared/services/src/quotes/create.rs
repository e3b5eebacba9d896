//! Making an offer.

use domain::cancellation::PolicySnapshot;
use domain::ids::{PropertyId, UserId};
use domain::listing::ListingTerms;
use domain::pricing::{QUOTE_TTL, QuoteInput, RulesVersion, quote};
use domain::refusal::Refusal;
use domain::rules::{Calendar, check_stay, dates_unavailable};
use jiff::Timestamp;
use store::quotes::Quote;

use super::QuoteRequest;
use crate::{Ctx, Failure};

/// A listing as far as an offer depends on it.
pub(super) struct Offer<'a> {
    pub(super) property_id: PropertyId,
    pub(super) version: i64,
    pub(super) terms: &'a ListingTerms,
    pub(super) calendar: &'a Calendar,
    pub(super) free: bool,
}

/// Offers the stay to `guest` for a quarter of an hour.
///
/// Refuses with the listing's rules (see [`check_stay`]) and, when no unit is free for all the nights, with
/// `dates_unavailable`.
pub async fn create(
    ctx: &Ctx,
    guest: UserId,
    property_id: PropertyId,
    request: QuoteRequest,
) -> Result<Quote, Failure> {
    let now = ctx.now();
    let facts = store::properties::stay_facts(&ctx.db, property_id, request.stay, now).await?;
    let facts = facts.ok_or(Failure::NotFound)?;
    let offer = Offer {
        property_id,
        version: facts.version,
        terms: &facts.terms,
        calendar: &facts.calendar,
        free: facts.free,
    };
    let quote = offer.make(ctx, guest, request, now)?;
    store::quotes::insert(&ctx.db, &quote).await?;
    Ok(quote)
}

impl Offer<'_> {
    /// The quote, not yet kept.
    pub(super) fn make(
        &self,
        ctx: &Ctx,
        guest_id: UserId,
        request: QuoteRequest,
        now: Timestamp,
    ) -> Result<Quote, Refusal> {
        let QuoteRequest { stay, guests, promo_code } = request;
        if promo_code.is_some() {
            // No listing has promotions, so no code is one of theirs.
            let detail = "Leave the code out: this listing knows none of that name.";
            return Err(Refusal::rule("unknown_promo_code", "/promo_code", detail));
        }
        let (terms, calendar, rules_version) = (self.terms, self.calendar, RulesVersion::CURRENT);
        check_stay(terms, calendar, stay, guests, now)?;
        if !self.free {
            return Err(dates_unavailable());
        }
        let priced =
            quote(&QuoteInput { terms, calendar, rules_version, stay, guests, promotion: None, now })?;
        Ok(Quote {
            id: ctx.new_id(),
            property_id: self.property_id,
            guest_id,
            stay,
            guests,
            promo_code,
            terms: terms.clone(),
            calendar: calendar.within(stay),
            rules_version,
            priced,
            policy: PolicySnapshot::current(terms.cancellation_policy),
            property_version: self.version,
            created_at: now,
            expires_at: now.saturating_add(QUOTE_TTL).unwrap_or(now),
        })
    }
}
