//! What the staff does to listings.

use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;

use super::Result;
use crate::db::{Db, Statement};

/// Whether the staff lets a listing be on the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken off, and its host cannot put it back.
    Bar,
    /// Its host may publish it again.
    Admit,
}

/// Bars or admits a listing, with the reason on record; said again it changes nothing. Answers false where there is no
/// such listing. Bookings that stand go on.
pub async fn judge(
    db: &Db,
    admin: UserId,
    id: PropertyId,
    verdict: Verdict,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let statement = Statement::new(
        "WITH judged AS (
             UPDATE properties SET
                 state = CASE WHEN :bar AND state = 'published' THEN 'unlisted' ELSE state END,
                 barred_at = CASE WHEN :bar THEN :now::timestamptz END,
                 updated_at = :now::timestamptz, version = version + 1
             WHERE id = :id::uuid AND state <> 'archived' AND (barred_at IS NULL) = :bar
             RETURNING id),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
             SELECT :now::timestamptz, :admin::uuid,
                    CASE WHEN :bar THEN 'property_unlisted' ELSE 'property_relisted' END, 'property', id, :reason
             FROM judged)
         SELECT to_jsonb(id)::text FROM properties WHERE id = :id::uuid AND state <> 'archived'",
    )
    .uuid("admin", admin)
    .uuid("id", id)
    .boolean("bar", verdict == Verdict::Bar)
    .text("reason", reason)
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}
