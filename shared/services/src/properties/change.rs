//! Changing a listing.

use domain::ids::{PropertyId, UserId};
use domain::invalid::Invalid;
use domain::refusal::{Refusal, RefusalClass};
use store::properties::{self, Listing, Property, PropertyState};

use super::create::refuse_faults;
use super::view::own;
use crate::{Ctx, Failure};

/// Changes the host's listing by `edit`, if it is still at `version` where one is given.
///
/// Bookings that stand keep the terms they were made under.
pub async fn change(
    ctx: &Ctx,
    host: UserId,
    id: PropertyId,
    version: Option<i64>,
    edit: impl FnOnce(&mut Listing) -> Result<(), Refusal>,
) -> Result<Property, Failure> {
    let property = own(ctx, host, id).await?;
    if version.is_some_and(|version| version != property.version) {
        return Err(changed_meanwhile().into());
    }
    let mut listing = property.listing;
    edit(&mut listing)?;
    refuse_faults(&listing)?;
    if property.state == PropertyState::Published && listing.terms.nightly_price.is_zero() {
        let missing = Invalid::new("missing", "A listing on the market keeps a price. Unpublish it first.");
        return Err(missing.refuse("/nightly_price").into());
    }
    if properties::change(&ctx.db, id, host, property.version, &listing, ctx.now()).await? {
        return own(ctx, host, id).await;
    }
    Err(changed_meanwhile().into())
}

/// Somebody was quicker.
pub(super) fn changed_meanwhile() -> Refusal {
    let detail = "It was changed since you read it. Read it again and send its new ETag.";
    Refusal::new(RefusalClass::Precondition, "precondition_failed", detail)
}
