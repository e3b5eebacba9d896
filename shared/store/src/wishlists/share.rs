//! Links to wishlists.

use domain::ids::{UserId, WishlistId};
use jiff::Timestamp;

use super::items::{items_sql, page};
use super::{Item, Position};
use crate::db::{Db, DbError, Statement};
use crate::single_use_tokens::hex;

/// A wishlist as everybody with its link sees it: neither its id nor whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Its name.
    pub name: String,
    /// Some of its listings, the last added first.
    pub items: Vec<Item>,
}

/// Lets whoever has the token of this digest read the list; a link that was out leads nowhere from then on. Answers
/// whether the list is the owner's.
pub async fn share(
    db: &Db,
    id: WishlistId,
    owner: UserId,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = db
        .affected(
            Statement::new(
                "UPDATE wishlists SET share_digest = decode(:digest, 'hex'), updated_at = :now::timestamptz,
                     version = version + 1
                 WHERE id = :id::uuid AND owner_id = :owner::uuid",
            )
            .uuid("id", id)
            .uuid("owner", owner)
            .text("digest", hex(digest).as_str())
            .instant("now", now),
        )
        .await?;
    Ok(changed > 0)
}

/// Takes the link back; answers whether there was one.
pub async fn unshare(db: &Db, id: WishlistId, owner: UserId, now: Timestamp) -> Result<bool, DbError> {
    let changed = db
        .affected(
            Statement::new(
                "UPDATE wishlists SET share_digest = NULL, updated_at = :now::timestamptz, version = version + 1
                 WHERE id = :id::uuid AND owner_id = :owner::uuid AND share_digest IS NOT NULL",
            )
            .uuid("id", id)
            .uuid("owner", owner)
            .instant("now", now),
        )
        .await?;
    Ok(changed > 0)
}

/// The list that a token's digest opens, with up to `limit` of its listings after `after`. `None` where it opens none:
/// there is no such link any more, or its owner is suspended or gone.
pub async fn shared(
    db: &Db,
    digest: &[u8; 32],
    after: Option<Position>,
    limit: u32,
) -> Result<Option<Shared>, DbError> {
    let sql = items_sql!(
        "w.share_digest = decode(:digest, 'hex') AND EXISTS (
             SELECT FROM users u WHERE u.id = w.owner_id AND u.suspended_at IS NULL AND u.erased_at IS NULL)"
    );
    let statement = Statement::new(sql).text("digest", hex(digest).as_str());
    Ok(page(db, statement, after, limit).await?.map(|(name, items)| Shared { name, items }))
}
