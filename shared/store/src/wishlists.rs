//! Lists of listings that people want to find again.

mod items;
mod share;

use domain::conversation::ListName;
use domain::ids::{UserId, WishlistId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

pub use items::{Added, Item, Place, Position, add, items, remove};
pub use share::{Shared, share, shared, unshare};

/// A wishlist as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wishlist {
    /// Its id.
    pub id: WishlistId,
    /// Its name.
    pub name: String,
    /// How many listings are in it.
    pub item_count: u32,
    /// Whether a link to it is out.
    pub is_shared: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, its link or its listings were changed last.
    pub updated_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// The JSON of a [`Wishlist`] from the row `w`.
macro_rules! wishlist_json {
    () => {
        "jsonb_build_object('id', w.id, 'name', w.name, 'is_shared', w.share_digest IS NOT NULL,
             'item_count', (SELECT count(*) FROM wishlist_items i WHERE i.wishlist_id = w.id),
             'created_at', w.created_at, 'updated_at', w.updated_at, 'version', w.version)::text"
    };
}

/// Makes a wishlist; `None` where the owner has `most` of them already. Made twice it is made once.
pub async fn create(
    db: &Db,
    id: WishlistId,
    owner: UserId,
    name: &ListName,
    most: u32,
    now: Timestamp,
) -> Result<Option<Wishlist>, DbError> {
    let sql = concat!(
        "SELECT ",
        wishlist_json!(),
        " FROM create_wishlist(:id::uuid, :owner::uuid, :name, :most::int4, :now::timestamptz) w
          WHERE w.id IS NOT NULL"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("owner", owner)
        .text("name", name.as_str())
        .int("most", i64::from(most))
        .instant("now", now)
        .idempotent();
    db.optional(statement).await
}

/// Up to `limit` wishlists of somebody after `after`, the newest first.
pub async fn list(
    db: &Db,
    owner: UserId,
    after: Option<WishlistId>,
    limit: u32,
) -> Result<Vec<Wishlist>, DbError> {
    let sql = concat!(
        "SELECT ",
        wishlist_json!(),
        " FROM wishlists w WHERE w.owner_id = :owner::uuid
            AND w.id < coalesce(:after::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          ORDER BY w.id DESC LIMIT :limit::int4"
    );
    let statement = Statement::new(sql)
        .uuid("owner", owner)
        .uuid_opt("after", after)
        .int("limit", i64::from(limit))
        .idempotent();
    db.rows(statement).await
}

/// A wishlist of the owner's.
pub async fn find(db: &Db, id: WishlistId, owner: UserId) -> Result<Option<Wishlist>, DbError> {
    let sql = concat!(
        "SELECT ",
        wishlist_json!(),
        " FROM wishlists w WHERE w.id = :id::uuid AND w.owner_id = :owner::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).uuid("owner", owner).idempotent()).await
}

/// Gives it another name if `version` is still the present one (or none is asked for).
pub async fn rename(
    db: &Db,
    id: WishlistId,
    owner: UserId,
    version: Option<i64>,
    name: &ListName,
    now: Timestamp,
) -> Result<Option<Wishlist>, DbError> {
    let sql = concat!(
        "WITH w AS (
             UPDATE wishlists SET name = :name, updated_at = :now::timestamptz, version = version + 1
             WHERE id = :id::uuid AND owner_id = :owner::uuid AND version = coalesce(:version::int8, version)
             RETURNING *)
         SELECT ",
        wishlist_json!(),
        " FROM w"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("owner", owner)
        .int("version", version)
        .text("name", name.as_str())
        .instant("now", now);
    db.optional(statement).await
}

/// Deletes it with its link; answers whether there was one.
pub async fn delete(db: &Db, id: WishlistId, owner: UserId) -> Result<bool, DbError> {
    let gone = db
        .affected(
            Statement::new("DELETE FROM wishlists WHERE id = :id::uuid AND owner_id = :owner::uuid")
                .uuid("id", id)
                .uuid("owner", owner),
        )
        .await?;
    Ok(gone > 0)
}
