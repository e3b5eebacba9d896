//! Which revision of a listing strangers see, and of which the read cache was told.
//!
//! Triggers raise the revision in the statement of the change; see `migrations/0019_listing_revisions.sql`.

use domain::ids::PropertyId;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};

/// A listing at a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The listing.
    pub property_id: PropertyId,
    /// Its revision; grows with every change that strangers may see.
    pub revision: i64,
}

/// The listing's revision; 0 where it was never changed.
pub async fn current(db: &Db, property_id: PropertyId) -> Result<i64, DbError> {
    let revision: Option<i64> = db
        .optional(
            Statement::new(
                "SELECT to_jsonb(revision)::text FROM listing_revisions WHERE property_id = :property::uuid",
            )
            .uuid("property", property_id)
            .idempotent(),
        )
        .await?;
    Ok(revision.unwrap_or(0))
}

/// Up to `limit` changes that the cache was not told of, the oldest first.
pub async fn untold(db: &Db, limit: u32) -> Result<Vec<Revision>, DbError> {
    db.rows(
        Statement::new(
            "SELECT jsonb_build_object('property_id', r.property_id, 'revision', r.revision)::text
             FROM listing_revisions r WHERE r.told < r.revision
             ORDER BY r.changed_at LIMIT :limit::int4",
        )
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}

/// Remembers that the cache was told of these; a later change stays untold.
pub async fn told(db: &Db, revisions: &[Revision]) -> Result<(), DbError> {
    db.affected(
        Statement::new(
            "UPDATE listing_revisions r SET told = t.revision
             FROM jsonb_to_recordset(:told::jsonb) AS t (property_id uuid, revision bigint)
             WHERE r.property_id = t.property_id AND r.told < t.revision",
        )
        .json("told", &revisions)?
        .idempotent(),
    )
    .await?;
    Ok(())
}
