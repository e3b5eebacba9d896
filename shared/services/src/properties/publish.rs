//! Putting a listing on the market and taking it off.

use domain::ids::{PropertyId, UserId};
use domain::listing::{PublicationFacts, missing_for_publication};
use domain::refusal::{Refusal, RefusalClass};
use store::properties::{self, HostAccount, Property, PropertyState};

use super::view::own;
use crate::{Ctx, Failure};

/// Publishes the host's listing; one that is published stays so.
///
/// Refuses with `not_ready_to_publish` and everything that is missing, and with `barred_by_staff`.
pub async fn publish(ctx: &Ctx, host: UserId, id: PropertyId) -> Result<Property, Failure> {
    let property = own(ctx, host, id).await?;
    if property.state == PropertyState::Published {
        return Ok(property);
    }
    if property.barred_at.is_some() {
        let detail = "The staff keeps this listing off the market. Write to the support.";
        return Err(Refusal::new(RefusalClass::Forbidden, "barred_by_staff", detail).into());
    }
    let account = properties::publication_state(&ctx.db, host).await?.host_account;
    refuse_unready(&property, account)?;
    if properties::publish(&ctx.db, id, host, property.version, ctx.now()).await? {
        return own(ctx, host, id).await;
    }
    Err(Refusal::conflict("conflict", "The listing was changed meanwhile. Look at it and publish it again.")
        .into())
}

fn refuse_unready(property: &Property, account: HostAccount) -> Result<(), Refusal> {
    let listing = &property.listing;
    let errors = missing_for_publication(&PublicationFacts {
        title: &listing.title,
        location: Some(listing.location),
        address: Some(&listing.address),
        zone: Some(&listing.terms.zone),
        capacity: Some(listing.terms.capacity),
        nightly_price: Some(listing.terms.nightly_price),
        cancellation_policy: Some(listing.terms.cancellation_policy),
        host_can_be_paid: account == HostAccount::Enabled,
    });
    if errors.is_empty() {
        return Ok(());
    }
    let detail = "The listing is not ready to be published; errors names all that is missing.";
    Err(Refusal { errors, ..Refusal::new(RefusalClass::Rule, "not_ready_to_publish", detail) })
}

/// Takes the host's listing off the market; one that is off it stays so. Bookings that stand go on.
pub async fn unpublish(ctx: &Ctx, host: UserId, id: PropertyId) -> Result<Property, Failure> {
    properties::unpublish(&ctx.db, id, host, ctx.now()).await?;
    own(ctx, host, id).await
}
