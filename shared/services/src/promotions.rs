//! Promotions of a listing: what its host does with them.

use domain::ids::{PromotionId, PropertyId, UserId};
use domain::pricing::{Benefit, Promotion};
use domain::refusal::Refusal;
use store::promotions::{self, MAX_PROMOTIONS, Made, StoredPromotion};

use crate::properties::own;
use crate::{Ctx, Failure};

/// Gives the host's listing a promotion.
///
/// Refuses an amount in another currency than the listing's (`currency_mismatch`), a code that the listing has
/// (`promo_code_taken`), and more than [`MAX_PROMOTIONS`] (`too_many_promotions`).
pub async fn create(
    ctx: &Ctx,
    host: UserId,
    property: PropertyId,
    promotion: Promotion,
    max_uses: Option<u32>,
) -> Result<StoredPromotion, Failure> {
    let currency = own(ctx, host, property).await?.listing.terms.currency;
    if let Benefit::Amount(amount) = promotion.benefit
        && amount.currency() != currency
    {
        let detail = format!("Give the amount in {currency}, the listing's currency.");
        return Err(Refusal::rule("currency_mismatch", "/benefit/amount/currency", detail).into());
    }
    let new = StoredPromotion { id: ctx.new_id(), promotion, max_uses, used: 0, created_at: ctx.now() };
    match promotions::insert(&ctx.db, property, host, &new).await? {
        None => Err(Failure::NotFound),
        Some(Made::Done) => Ok(new),
        Some(Made::CodeTaken) => {
            let detail = "Choose another code: this listing has a promotion of it.";
            Err(Refusal::conflict("promo_code_taken", detail).at("/code").into())
        }
        Some(Made::TooMany) => {
            let detail = format!("Take one back first: a listing has at most {MAX_PROMOTIONS}.");
            Err(Refusal::conflict("too_many_promotions", detail).into())
        }
    }
}

/// The promotions of the host's listing, the oldest first.
pub async fn list(ctx: &Ctx, host: UserId, property: PropertyId) -> Result<Vec<StoredPromotion>, Failure> {
    promotions::list(&ctx.db, property, host, ctx.now()).await?.ok_or(Failure::NotFound)
}

/// Takes a promotion back. Quotes that stand keep their price until they end.
pub async fn withdraw(ctx: &Ctx, host: UserId, property: PropertyId, id: PromotionId) -> Result<(), Failure> {
    let done = promotions::withdraw(&ctx.db, property, host, id, ctx.now()).await?;
    if done { Ok(()) } else { Err(Failure::NotFound) }
}
