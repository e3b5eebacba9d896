//! Making a listing.

use domain::ids::{PropertyId, UserId};
use domain::refusal::{Refusal, RefusalClass};
use store::properties::{self, Listing, Property};

use super::{faults, view::own};
use crate::{Ctx, Failure};

/// A listing to be made.
#[derive(Clone, Debug)]
pub struct NewListing {
    /// What the host says of it.
    pub listing: Listing,
    /// How many interchangeable units it has: 1 to 500.
    pub units: u16,
    /// The host's name for it in the system it is imported from.
    pub source_ref: Option<String>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Created {
    /// A new draft.
    New(Property),
    /// The host has a listing of this `source_ref` already; it is as it was.
    Existing(Property),
}

/// Makes a draft. A second listing of the host with one `source_ref` is not made: importing twice is importing once.
pub async fn create(ctx: &Ctx, host: UserId, new: &NewListing) -> Result<Created, Failure> {
    refuse_faults(&new.listing)?;
    let id: PropertyId = ctx.new_id();
    let source_ref = new.source_ref.as_deref();
    if properties::create(&ctx.db, id, host, &new.listing, new.units, source_ref, ctx.now()).await? {
        return Ok(Created::New(own(ctx, host, id).await?));
    }
    let existing = match source_ref {
        Some(source_ref) => properties::by_source(&ctx.db, host, source_ref).await?,
        None => None,
    };
    // Neither made nor there: it was archived in this very moment.
    let id = existing.ok_or_else(|| Refusal::conflict("conflict", "Try again."))?;
    Ok(Created::Existing(own(ctx, host, id).await?))
}

/// Refuses terms that are out of bounds, with every place.
pub(super) fn refuse_faults(listing: &Listing) -> Result<(), Refusal> {
    let errors = faults(&listing.terms);
    if errors.is_empty() {
        return Ok(());
    }
    let detail = "Some of the terms are out of bounds; errors names each place.";
    Err(Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", detail) })
}
