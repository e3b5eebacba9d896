//! Listings that people want to find again, in lists that they may show to others.

mod share;

use domain::conversation::ListName;
use domain::ids::{PropertyId, UserId, WishlistId};
use domain::refusal::{Refusal, RefusalClass};
use store::wishlists::{self, Added, Item, Position, Wishlist};

use crate::{Ctx, Failure};

pub use share::{share, shared, unshare};

/// How many wishlists somebody has at most.
pub const MOST_LISTS: u32 = 50;
/// How many listings one holds at most.
pub const MOST_ITEMS: u32 = 200;

/// Makes a wishlist. Refuses with `too_many_wishlists`.
pub async fn create(ctx: &Ctx, owner: UserId, name: &ListName) -> Result<Wishlist, Failure> {
    let made = wishlists::create(&ctx.db, ctx.new_id(), owner, name, MOST_LISTS, ctx.now()).await?;
    made.ok_or_else(|| {
        Refusal::conflict("too_many_wishlists", format!("Nobody has more than {MOST_LISTS} wishlists."))
            .into()
    })
}

/// Up to `limit` wishlists of somebody after `after`, the newest first.
pub async fn list(
    ctx: &Ctx,
    owner: UserId,
    after: Option<WishlistId>,
    limit: u32,
) -> Result<Vec<Wishlist>, Failure> {
    Ok(wishlists::list(&ctx.db, owner, after, limit).await?)
}

/// A wishlist of the owner's.
pub async fn get(ctx: &Ctx, owner: UserId, id: WishlistId) -> Result<Wishlist, Failure> {
    wishlists::find(&ctx.db, id, owner).await?.ok_or(Failure::NotFound)
}

/// Gives it another name. Refuses with `precondition_failed` where `version` is an old one.
pub async fn rename(
    ctx: &Ctx,
    owner: UserId,
    id: WishlistId,
    version: Option<i64>,
    name: &ListName,
) -> Result<Wishlist, Failure> {
    if let Some(renamed) = wishlists::rename(&ctx.db, id, owner, version, name, ctx.now()).await? {
        return Ok(renamed);
    }
    get(ctx, owner, id).await?;
    let detail = "It was changed since you read it. Read it again and send its new ETag.";
    Err(Refusal::new(RefusalClass::Precondition, "precondition_failed", detail).into())
}

/// Deletes it, and its link with it.
pub async fn delete(ctx: &Ctx, owner: UserId, id: WishlistId) -> Result<(), Failure> {
    found(wishlists::delete(&ctx.db, id, owner).await?)
}

/// Up to `limit` listings of a wishlist of the owner's after `after`, the last added first.
pub async fn items(
    ctx: &Ctx,
    owner: UserId,
    id: WishlistId,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Item>, Failure> {
    wishlists::items(&ctx.db, id, owner, after, limit).await?.ok_or(Failure::NotFound)
}

/// Adds a listing on the market; one that is in already stays where it is. Refuses with `wishlist_full`.
pub async fn add(ctx: &Ctx, owner: UserId, id: WishlistId, property: PropertyId) -> Result<(), Failure> {
    match wishlists::add(&ctx.db, id, owner, property, MOST_ITEMS, ctx.now()).await? {
        Added::Done => Ok(()),
        Added::Full => {
            Err(Refusal::conflict("wishlist_full", format!("A wishlist holds {MOST_ITEMS} listings.")).into())
        }
        Added::UnknownProperty | Added::UnknownList => Err(Failure::NotFound),
    }
}

/// Takes a listing out.
pub async fn remove(ctx: &Ctx, owner: UserId, id: WishlistId, property: PropertyId) -> Result<(), Failure> {
    found(wishlists::remove(&ctx.db, id, owner, property, ctx.now()).await?)
}

fn found(there: bool) -> Result<(), Failure> {
    if there { Ok(()) } else { Err(Failure::NotFound) }
}
