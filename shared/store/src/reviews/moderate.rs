//! Complaints about reviews, and what the staff did about them.

use domain::ids::{ReviewId, UserId};
use domain::review::{Rating, ReviewSide};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::db::{Db, DbError, Statement};

/// What the staff did about a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportOutcome {
    /// The review lost its words.
    Removed,
    /// The review stayed.
    Kept,
}

/// A complaint, with the review that it is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// Its id.
    pub id: Uuid,
    /// Who complained.
    pub reporter_id: UserId,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: Timestamp,
    /// When the staff settled it.
    pub settled_at: Option<Timestamp>,
    /// What the staff did.
    pub outcome: Option<ReportOutcome>,
    /// The review.
    pub review_id: ReviewId,
    /// Who wrote it.
    pub author_id: UserId,
    /// Of whom it speaks.
    pub subject_id: UserId,
    /// Which side wrote it.
    pub side: ReviewSide,
    /// Its whole rating.
    pub overall: Rating,
    /// What everyone reads; empty in a tombstone.
    pub public_text: String,
}

/// What a page selects; each half of the complaints has its own condition, so that those that wait have an index.
macro_rules! page {
    ($which:literal) => {
        concat!(
            "SELECT jsonb_build_object('id', k.id, 'reporter_id', k.reporter_id, 'reason', k.reason,
                 'created_at', k.created_at, 'settled_at', k.settled_at, 'outcome', k.outcome,
                 'review_id', r.id, 'author_id', r.author_id, 'subject_id', r.subject_id, 'side', r.side,
                 'overall', r.overall, 'public_text', r.public_text)::text
             FROM review_reports k JOIN reviews r ON r.id = k.review_id
             WHERE k.settled_at IS ",
            $which,
            " AND (:after::uuid IS NULL OR k.id < :after::uuid) ORDER BY k.id DESC LIMIT :limit::int4"
        )
    };
}

/// Up to `limit` complaints, the newest first, after `after`: those that wait for the staff, or those that are settled.
pub async fn reports(
    db: &Db,
    settled: bool,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Report>, DbError> {
    let sql = if settled { page!("NOT NULL") } else { page!("NULL") };
    db.rows(Statement::new(sql).uuid_opt("after", after).int("limit", i64::from(limit)).idempotent()).await
}

/// The staff's word on a revealed review, with its reason on record and all complaints of it settled. Answers whether
/// there was such a review; saying it twice is saying it once.
pub async fn moderate(
    db: &Db,
    id: ReviewId,
    staff: UserId,
    outcome: ReportOutcome,
    reason: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let statement = Statement::new(
        "SELECT to_jsonb(moderate_review(:id::uuid, :staff::uuid, :remove, :reason, :now::timestamptz))::text",
    )
    .uuid("id", id)
    .uuid("staff", staff)
    .boolean("remove", outcome == ReportOutcome::Removed)
    .text("reason", reason)
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}
