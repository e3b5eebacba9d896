//! What a host lets be written by itself.

use domain::cohost::{Act, Permission};
use domain::conversation::{Moment, Template};
use domain::ids::{PropertyId, UserId};
use store::threads::templates::{self, StoredTemplate};

use crate::cohosts::{acting_host, host_seen_by};
use crate::{Ctx, Failure};

/// The templates of a listing, for its host and the co-hosts who see to its bookings.
pub async fn templates(
    ctx: &Ctx,
    user: UserId,
    property: PropertyId,
) -> Result<Vec<StoredTemplate>, Failure> {
    host_seen_by(ctx, user, property, Permission::Bookings).await?;
    Ok(templates::of_listing(&ctx.db, property).await?)
}

/// Sets what is written at a moment of every stay. Stays that are booked follow, but for a confirmation that is past;
/// what is overdue then, and not too late, goes out within a minute.
pub async fn set_template(
    ctx: &Ctx,
    user: UserId,
    property: PropertyId,
    template: &Template,
) -> Result<(), Failure> {
    acting_host(ctx, user, property, Act::ChangeTemplates).await?;
    Ok(templates::set(&ctx.db, property, template, ctx.now()).await?)
}

/// Stops what is written at a moment.
pub async fn remove_template(
    ctx: &Ctx,
    user: UserId,
    property: PropertyId,
    moment: Moment,
) -> Result<(), Failure> {
    acting_host(ctx, user, property, Act::ChangeTemplates).await?;
    if templates::remove(&ctx.db, property, moment, ctx.now()).await? {
        return Ok(());
    }
    Err(Failure::NotFound)
}
