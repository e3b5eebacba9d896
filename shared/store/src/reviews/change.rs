//! Changing, removing, answering and reporting a review.

use std::collections::BTreeMap;

use domain::ids::{ReviewId, UserId};
use domain::review::{Category, Rating};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Review, review_json};
use crate::db::{Db, DbError, Statement};

/// New words and ratings; `None` leaves the old ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReviewChange<'a> {
    /// The whole.
    pub overall: Option<Rating>,
    /// All category ratings, in place of the old ones.
    pub categories: Option<&'a BTreeMap<Category, Rating>>,
    /// What everyone reads.
    pub public_text: Option<&'a str>,
    /// What only the other side reads; empty takes it back.
    pub private_text: Option<&'a str>,
}

/// Changes an unrevealed review of `author` if `version` is still the present one (or none is asked for).
///
/// A reveal at the same moment wins: the statement then finds no unrevealed review.
pub async fn change(
    db: &Db,
    id: ReviewId,
    author: UserId,
    version: Option<i64>,
    change: &ReviewChange<'_>,
    now: Timestamp,
) -> Result<Option<Review>, DbError> {
    let sql = concat!(
        "WITH r AS (
             UPDATE reviews SET overall = coalesce(:overall::int2, overall),
                 categories = coalesce(:categories::jsonb, categories),
                 public_text = coalesce(:public_text, public_text),
                 private_text = coalesce(:private_text, private_text),
                 updated_at = :now::timestamptz, version = version + 1
             WHERE id = :id::uuid AND author_id = :viewer::uuid AND revealed_at IS NULL
               AND reveal_due_at > :now::timestamptz AND version = coalesce(:version::int8, version)
             RETURNING *)
         SELECT ",
        review_json!(),
        " FROM r JOIN users a ON a.id = r.author_id"
    );
    let categories = change.categories.map(serde_json::to_string).transpose()?;
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("viewer", author)
        .int("version", version)
        .int("overall", change.overall.map(|rating| i64::from(rating.get())))
        .text("categories", categories.as_deref())
        .text("public_text", change.public_text)
        .text("private_text", change.private_text)
        .instant("now", now);
    db.optional(statement).await
}

/// Takes a review back for its author: without a trace before the reveal; after it a tombstone stays, and the listing's
/// ratings are corrected in the same statement. Answers whether there was one.
pub async fn withdraw(db: &Db, id: ReviewId, author: UserId, now: Timestamp) -> Result<bool, DbError> {
    db.one(
        Statement::new("SELECT to_jsonb(withdraw_review(:id::uuid, :author::uuid, :now::timestamptz))::text")
            .uuid("id", id)
            .uuid("author", author)
            .instant("now", now),
    )
    .await
}

/// Keeps the subject's public answer, once. `None` where the review is not a revealed one of theirs, or is answered.
pub async fn respond(
    db: &Db,
    id: ReviewId,
    subject: UserId,
    response: &str,
    now: Timestamp,
) -> Result<Option<Review>, DbError> {
    let sql = concat!(
        "WITH r AS (
             UPDATE reviews SET response = :response, response_at = :now::timestamptz, version = version + 1
             WHERE id = :id::uuid AND subject_id = :viewer::uuid AND revealed_at IS NOT NULL
               AND removed_at IS NULL AND response IS NULL
             RETURNING *)
         SELECT ",
        review_json!(),
        " FROM r JOIN users a ON a.id = r.author_id"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("viewer", subject)
        .text("response", response)
        .instant("now", now);
    db.optional(statement).await
}

/// A complaint about a review.
#[derive(Clone, Copy, Debug)]
pub struct NewReport<'a> {
    /// Its id, made beforehand.
    pub id: Uuid,
    /// The review.
    pub review_id: ReviewId,
    /// Who complains.
    pub reporter_id: UserId,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Keeps a complaint; answers false where this person has complained of it before.
pub async fn report(db: &Db, report: &NewReport<'_>) -> Result<bool, DbError> {
    let kept = db
        .texts(
            Statement::new(
                "WITH kept AS (
                     INSERT INTO review_reports (id, review_id, reporter_id, reason, created_at)
                     VALUES (:id::uuid, :review::uuid, :reporter::uuid, :reason, :now::timestamptz)
                     ON CONFLICT DO NOTHING RETURNING id)
                 SELECT to_jsonb(id)::text FROM kept
                 UNION ALL
                 -- A repeated call finds what its first run kept.
                 SELECT to_jsonb(id)::text FROM review_reports WHERE id = :id::uuid",
            )
            .uuid("id", report.id)
            .uuid("review", report.review_id)
            .uuid("reporter", report.reporter_id)
            .text("reason", report.reason)
            .instant("now", report.now)
            .idempotent(),
        )
        .await?;
    Ok(!kept.is_empty())
}
