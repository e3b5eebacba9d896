//! The listings of a wishlist.

use domain::ids::{PropertyId, UserId, WishlistId};
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};

/// A listing of a wishlist.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Item {
    /// The listing.
    pub property_id: PropertyId,
    /// When it was added.
    pub added_at: Timestamp,
    /// What everybody may know of it; none while it is off the market.
    pub place: Option<Place>,
}

/// What everybody may know of a listing, in short.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// Its name.
    pub title: String,
    /// What kind of place it is.
    pub kind: String,
    /// Town or city.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// How many adults and children it takes.
    pub capacity: u8,
    /// The price of a night for which nothing else is said.
    pub nightly_price: Money,
}

/// A place in the order, the last added first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When it was added.
    pub added_at: Timestamp,
    /// The listing.
    pub property_id: PropertyId,
}

impl Item {
    /// Where it stands.
    pub const fn position(&self) -> Position {
        Position { added_at: self.added_at, property_id: self.property_id }
    }
}

/// What became of adding a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Added {
    /// It is in the list, now or since before.
    Done,
    /// The list has as many as it may have.
    Full,
    /// There is no such listing on the market.
    UnknownProperty,
    /// The owner has no such list.
    UnknownList,
}

/// SQL: the name of the wishlist that is meant, then the page of its items. There is no row where there is no such list.
macro_rules! items_sql {
    ($which:literal) => {
        concat!(
            "WITH w AS (SELECT w.id, w.name FROM wishlists w WHERE ",
            $which,
            ")
             SELECT r.text FROM (
                 SELECT NULL::timestamptz AS added_at, NULL::uuid AS property_id, to_jsonb(w.name)::text AS text FROM w
                 UNION ALL
                 (SELECT i.added_at, i.property_id, jsonb_build_object(
                     'property_id', i.property_id, 'added_at', i.added_at, 'place',
                     CASE WHEN p.state = 'published' THEN jsonb_build_object(
                         'title', p.title, 'kind', p.kind, 'city', p.address -> 'city',
                         'country', p.address -> 'country', 'capacity', p.capacity,
                         'nightly_price', jsonb_build_object('amount', p.nightly_price, 'currency', p.currency))
                     END)::text
                  FROM w JOIN wishlist_items i ON i.wishlist_id = w.id JOIN properties p ON p.id = i.property_id
                  WHERE (i.added_at, i.property_id) < (coalesce(:after_at::timestamptz, 'infinity'),
                      coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  ORDER BY i.added_at DESC, i.property_id DESC LIMIT :limit::int4)) r
             ORDER BY r.added_at DESC NULLS FIRST, r.property_id DESC"
        )
    };
}

pub(super) use items_sql;

#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Name(String),
    Item(Box<Item>),
}

/// What a statement of `items_sql` finds: the list's name and the page.
pub(super) async fn page(
    db: &Db,
    statement: Statement,
    after: Option<Position>,
    limit: u32,
) -> Result<Option<(String, Vec<Item>)>, DbError> {
    let statement = statement
        .instant("after_at", after.map(|after| after.added_at))
        .uuid_opt("after_id", after.map(|after| after.property_id))
        .int("limit", i64::from(limit))
        .idempotent();
    let (mut name, mut items) = (None, Vec::new());
    for row in db.rows(statement).await? {
        match row {
            Row::Name(of_list) => name = Some(of_list),
            Row::Item(item) => items.push(*item),
        }
    }
    Ok(name.map(|name| (name, items)))
}

/// Up to `limit` listings of a wishlist after `after`, the last added first; `None` where it is not the owner's.
pub async fn items(
    db: &Db,
    id: WishlistId,
    owner: UserId,
    after: Option<Position>,
    limit: u32,
) -> Result<Option<Vec<Item>>, DbError> {
    let sql = items_sql!("w.id = :id::uuid AND w.owner_id = :owner::uuid");
    let statement = Statement::new(sql).uuid("id", id).uuid("owner", owner);
    Ok(page(db, statement, after, limit).await?.map(|(_, items)| items))
}

/// Adds a listing on the market to a list of the owner's that holds `most` at most.
pub async fn add(
    db: &Db,
    id: WishlistId,
    owner: UserId,
    property: PropertyId,
    most: u32,
    now: Timestamp,
) -> Result<Added, DbError> {
    db.one(
        Statement::new(
            "SELECT to_jsonb(add_to_wishlist(
                 :id::uuid, :owner::uuid, :property::uuid, :most::int4, :now::timestamptz))::text",
        )
        .uuid("id", id)
        .uuid("owner", owner)
        .uuid("property", property)
        .int("most", i64::from(most))
        .instant("now", now)
        .idempotent(),
    )
    .await
}

/// Takes a listing out; answers whether it was in.
pub async fn remove(
    db: &Db,
    id: WishlistId,
    owner: UserId,
    property: PropertyId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let statement = Statement::new(
        "WITH gone AS (
             DELETE FROM wishlist_items i USING wishlists w
             WHERE w.id = :id::uuid AND w.owner_id = :owner::uuid AND i.wishlist_id = w.id
               AND i.property_id = :property::uuid
             RETURNING i.wishlist_id),
         touched AS (
             UPDATE wishlists k SET updated_at = :now::timestamptz, version = k.version + 1
             FROM gone WHERE k.id = gone.wishlist_id)
         SELECT to_jsonb(wishlist_id)::text FROM gone",
    )
    .uuid("id", id)
    .uuid("owner", owner)
    .uuid("property", property)
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}
