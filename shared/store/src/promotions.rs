//! Promotions: rebates that a guest claims by a code.
//!
//! How often one was used is no counter: it is the number of bookings that stand on it, so a hold that runs out gives its
//! use back by itself. `use_promotion` in the database counts under the promotion's lock when a booking is made.

use domain::ids::{PromotionId, PropertyId, UserId};
use domain::pricing::Promotion;
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

type Result<T> = std::result::Result<T, DbError>;

/// How many promotions a listing may have at a time.
pub const MAX_PROMOTIONS: u16 = 100;

/// A promotion of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredPromotion {
    /// Which one.
    pub id: PromotionId,
    /// What it gives.
    pub promotion: Promotion,
    /// How many bookings may use it.
    pub max_uses: Option<u32>,
    /// How many bookings use it.
    pub used: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl StoredPromotion {
    /// Whether no further booking may use it.
    pub fn is_used_up(&self) -> bool {
        self.max_uses.is_some_and(|most| self.used >= u64::from(most))
    }
}

/// SQL: a promotion `o` as [`StoredPromotion`] reads it, at `:now`.
macro_rules! promotion_json {
    () => {
        "jsonb_build_object('id', o.id, 'promotion', o.promotion, 'max_uses', o.max_uses,
             'used', promotion_uses(o.id, :now::timestamptz), 'created_at', o.created_at)"
    };
}

pub(crate) use promotion_json;

/// What became of a new promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It holds.
    Done,
    /// The listing has one of this code.
    CodeTaken,
    /// The listing has [`MAX_PROMOTIONS`] already.
    TooMany,
}

/// Makes a promotion of the host's listing; `None` when the host has no such listing.
pub async fn insert(
    db: &Db,
    property: PropertyId,
    host: UserId,
    new: &StoredPromotion,
) -> Result<Option<Made>> {
    #[derive(Deserialize)]
    struct Row {
        made: bool,
        taken: bool,
    }
    let row: Option<Row> = db
        .optional(
            Statement::new(
                "WITH p AS (
                     SELECT id FROM properties
                     WHERE id = :property::uuid AND host_id = :host::uuid AND state <> 'archived'),
                 made AS (
                     INSERT INTO promotions (id, property_id, code, promotion, max_uses, created_at)
                     SELECT :id::uuid, p.id, :code, :promotion::jsonb, :max_uses::int4, :now::timestamptz
                     FROM p
                     WHERE (SELECT count(*) FROM promotions o
                            WHERE o.property_id = p.id AND o.withdrawn_at IS NULL) < :most::int8
                     ON CONFLICT DO NOTHING RETURNING id)
                 SELECT jsonb_build_object(
                     'made', EXISTS (SELECT FROM made) OR EXISTS (SELECT FROM promotions WHERE id = :id::uuid),
                     'taken', EXISTS (SELECT FROM promotions o
                                      WHERE o.property_id = p.id AND o.code = :code AND o.withdrawn_at IS NULL))::text
                 FROM p",
            )
            .uuid("id", new.id)
            .uuid("property", property)
            .uuid("host", host)
            .text("code", new.promotion.code.as_str())
            .json("promotion", &new.promotion)?
            .int("max_uses", new.max_uses.map(i64::from))
            .int("most", i64::from(MAX_PROMOTIONS))
            .instant("now", new.created_at)
            .idempotent(),
        )
        .await?;
    Ok(row.map(|row| match row {
        Row { made: true, .. } => Made::Done,
        Row { taken: true, .. } => Made::CodeTaken,
        Row { .. } => Made::TooMany,
    }))
}

/// The promotions of the host's listing that were not taken back, the oldest first; `None` when the host has no such
/// listing.
pub async fn list(
    db: &Db,
    property: PropertyId,
    host: UserId,
    now: Timestamp,
) -> Result<Option<Vec<StoredPromotion>>> {
    db.optional(
        Statement::new(concat!(
            "SELECT coalesce((
                 SELECT jsonb_agg(",
            promotion_json!(),
            " ORDER BY o.id) FROM promotions o WHERE o.property_id = p.id AND o.withdrawn_at IS NULL), '[]')::text
             FROM properties p WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'"
        ))
        .uuid("property", property)
        .uuid("host", host)
        .instant("now", now)
        .idempotent(),
    )
    .await
}

/// Takes a promotion of the host's listing back; false when there is none. Quotes that stand keep their price.
pub async fn withdraw(
    db: &Db,
    property: PropertyId,
    host: UserId,
    id: PromotionId,
    now: Timestamp,
) -> Result<bool> {
    let rows = db
        .texts(
            Statement::new(
                "UPDATE promotions o SET withdrawn_at = coalesce(o.withdrawn_at, :now::timestamptz)
                 FROM properties p
                 WHERE o.id = :id::uuid AND o.property_id = :property::uuid AND p.id = o.property_id
                   AND p.host_id = :host::uuid AND (o.withdrawn_at IS NULL OR o.withdrawn_at = :now::timestamptz)
                 RETURNING to_jsonb(o.id)::text",
            )
            .uuid("id", id)
            .uuid("property", property)
            .uuid("host", host)
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    Ok(!rows.is_empty())
}
