//! Making an offer.

use domain::cancellation::PolicySnapshot;
use domain::dates::Stay;
use domain::guests::Guests;
use domain::ids::{PromotionId, PropertyId, UserId};
use domain::listing::ListingTerms;
use domain::pricing::{PromoCode, Promotion, QUOTE_TTL, QuoteInput, RulesVersion, quote};
use domain::refusal::Refusal;
use domain::rules::{Calendar, check_stay, dates_unavailable};
use jiff::Timestamp;
use serde_json::json;
use store::promotions::StoredPromotion;
use store::quotes::Quote;

use super::QuoteRequest;
use crate::properties::NightState;
use crate::{Ctx, Failure};

/// A listing as far as an offer depends on it.
pub(super) struct Offer<'a> {
    pub(super) property_id: PropertyId,
    pub(super) version: i64,
    pub(super) terms: &'a ListingTerms,
    pub(super) calendar: &'a Calendar,
    pub(super) free: bool,
    pub(super) promotion: Option<(PromotionId, Promotion)>,
}

/// Offers the stay to `guest` for a quarter of an hour.
///
/// Refuses with the listing's rules (see [`check_stay`]), when no unit is free for all the nights with
/// `dates_unavailable`, and with what is against a promotion's code: `unknown_promo_code`, `promo_used_up`, and those of
/// [`quote`].
pub async fn create(
    ctx: &Ctx,
    guest: UserId,
    property_id: PropertyId,
    request: QuoteRequest,
) -> Result<Quote, Failure> {
    let now = ctx.now();
    let QuoteRequest { stay, guests, promo_code } = request;
    let facts = store::properties::stay_facts(&ctx.db, property_id, stay, promo_code.as_ref(), now).await?;
    let facts = facts.ok_or(Failure::NotFound)?;
    let promotion = claimed(promo_code.as_ref(), facts.promotion)?;
    let offer = Offer {
        property_id,
        version: facts.version,
        terms: &facts.terms,
        calendar: &facts.calendar,
        free: facts.free,
        promotion,
    };
    let quote = match offer.make(ctx, guest, stay, guests, now) {
        Ok(quote) => quote,
        Err(refusal) if refusal.code == "dates_unavailable" => {
            return Err(explained(ctx, guest, property_id, stay, refusal).await?);
        }
        Err(refusal) => return Err(refusal.into()),
    };
    store::quotes::insert(&ctx.db, &quote).await?;
    Ok(quote)
}

/// The refusal with the nights that are not for sale, as the calendar shows them; to the host, who tries what guests
/// see, also why. There may be none: then each night is free on some unit, and all of them on none.
async fn explained(
    ctx: &Ctx,
    asker: UserId,
    property: PropertyId,
    stay: Stay,
    refusal: Refusal,
) -> Result<Failure, Failure> {
    let (from, to) = (stay.check_in(), stay.check_out());
    let nights = crate::properties::calendar(ctx, Some(asker), property, from, to).await?;
    let taken = nights.into_iter().filter(|night| night.state != NightState::Available);
    let value = taken
        .map(|night| match night.why_not {
            Some(why_not) => json!({ "date": night.date, "state": night.state, "why_not": why_not }),
            None => json!({ "date": night.date, "state": night.state }),
        })
        .collect();
    Ok(Failure::RefusedWith { refusal, member: "nights", value })
}

/// The promotion of the code that the guest gave.
fn claimed(
    code: Option<&PromoCode>,
    found: Option<StoredPromotion>,
) -> Result<Option<(PromotionId, Promotion)>, Refusal> {
    if code.is_none() {
        return Ok(None);
    }
    let Some(found) = found else {
        let detail = "Leave the code out: this listing knows none of that name.";
        return Err(Refusal::rule("unknown_promo_code", "/promo_code", detail));
    };
    if found.is_used_up() {
        return Err(used_up());
    }
    Ok(Some((found.id, found.promotion)))
}

/// The conflict of a promotion whose uses are all taken; a hold that runs out gives one back.
pub(crate) fn used_up() -> Refusal {
    Refusal::conflict("promo_used_up", "Leave the code out: it has been used as often as it may be.")
        .at("/promo_code")
}

impl Offer<'_> {
    /// The quote, not yet kept.
    pub(super) fn make(
        &self,
        ctx: &Ctx,
        guest_id: UserId,
        stay: Stay,
        guests: Guests,
        now: Timestamp,
    ) -> Result<Quote, Refusal> {
        let (terms, calendar, rules_version) = (self.terms, self.calendar, RulesVersion::CURRENT);
        check_stay(terms, calendar, stay, guests, now)?;
        if !self.free {
            return Err(dates_unavailable());
        }
        let promotion = self.promotion.as_ref().map(|(_, promotion)| promotion);
        let priced = quote(&QuoteInput { terms, calendar, rules_version, stay, guests, promotion, now })?;
        Ok(Quote {
            id: ctx.new_id(),
            property_id: self.property_id,
            guest_id,
            stay,
            guests,
            promotion: self.promotion.clone(),
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
