//! Who helps a host with a listing.

use domain::cohost::{Act, Permission};
use domain::ids::{PropertyId, UserId};
use domain::refusal::Refusal;
use store::cohosts::{self, Cohost, Named};

use crate::{Ctx, Failure};

/// A listing has no more co-hosts.
pub const MOST: u32 = 20;

/// The host in whose name somebody changes a listing: their own, or that of the host who gave them the permission for
/// it. For anyone else the listing is not there. A co-host's act is on record as the co-host's.
pub async fn acting_host(ctx: &Ctx, user: UserId, property: PropertyId, act: Act) -> Result<UserId, Failure> {
    let asked = (act.permission(), Some(act));
    cohosts::acting_host(&ctx.db, property, user, asked, ctx.now()).await?.ok_or(Failure::NotFound)
}

/// The same, for looking at what others do not see of it.
pub async fn host_seen_by(
    ctx: &Ctx,
    user: UserId,
    property: PropertyId,
    permission: Permission,
) -> Result<UserId, Failure> {
    let asked = (permission, None);
    cohosts::acting_host(&ctx.db, property, user, asked, ctx.now()).await?.ok_or(Failure::NotFound)
}

/// The co-hosts of a host's listing.
pub async fn list(ctx: &Ctx, host: UserId, property: PropertyId) -> Result<Vec<Cohost>, Failure> {
    cohosts::of_listing(&ctx.db, property, host).await?.ok_or(Failure::NotFound)
}

/// Names a co-host, or gives one other permissions.
pub async fn name(
    ctx: &Ctx,
    host: UserId,
    property: PropertyId,
    user: UserId,
    permissions: &[Permission],
) -> Result<Vec<Cohost>, Failure> {
    match cohosts::name(&ctx.db, (property, host), user, permissions, MOST, ctx.now()).await? {
        Some(Named::Done) => list(ctx, host, property).await,
        Some(Named::UnknownUser) => {
            Err(Refusal::rule("unknown_user", "/user_id", "There is no such account, or it is your own.")
                .into())
        }
        Some(Named::TooMany) => {
            Err(Refusal::conflict("too_many_cohosts", "A listing has 20 co-hosts at most.").into())
        }
        None => Err(Failure::NotFound),
    }
}

/// Takes a co-host's permissions away; a co-host may go by themselves.
pub async fn dismiss(ctx: &Ctx, by: UserId, property: PropertyId, user: UserId) -> Result<(), Failure> {
    if cohosts::dismiss(&ctx.db, property, user, by, ctx.now()).await? {
        return Ok(());
    }
    Err(Failure::NotFound)
}
