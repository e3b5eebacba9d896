//! Submitting a review.

use std::collections::BTreeMap;

use domain::ids::{BookingId, PropertyId, ReviewId, UserId};
use domain::messages::Message;
use domain::review::{Category, Rating, ReviewSide};
use jiff::Timestamp;
use serde::Serialize;

use super::{Review, review_json};
use crate::db::{Db, DbError, Statement};

/// A review to be kept.
#[derive(Clone, Debug, Serialize)]
pub struct NewReview<'a> {
    /// Its id, made beforehand.
    pub id: ReviewId,
    /// The stay.
    pub booking_id: BookingId,
    /// The place of the stay.
    pub property_id: PropertyId,
    /// Who writes.
    pub author_id: UserId,
    /// Of whom.
    pub subject_id: UserId,
    /// Which side writes.
    pub side: ReviewSide,
    /// The whole.
    pub overall: Rating,
    /// Some of the side's categories.
    pub categories: &'a BTreeMap<Category, Rating>,
    /// What everyone reads.
    pub public_text: &'a str,
    /// What only the other side reads; may be empty.
    pub private_text: &'a str,
    /// When it is submitted.
    pub created_at: Timestamp,
    /// When it is revealed at the latest.
    pub reveal_due_at: Timestamp,
}

/// Keeps a review. The second one of a stay reveals both in the same statement and stores `when_revealed`.
///
/// Answers `None` where the stay is not completed or this side has a review already.
pub async fn submit(
    db: &Db,
    review: &NewReview<'_>,
    when_revealed: &[Message],
) -> Result<Option<Review>, DbError> {
    let sql = concat!(
        "WITH kept AS MATERIALIZED (
             SELECT s.* FROM submit_review(jsonb_populate_record(NULL::reviews, :review::jsonb)) s),
         told AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)
             -- A repeated call must not speak for the other side's.
             WHERE EXISTS (SELECT FROM kept WHERE revealed_at = :now::timestamptz)
             ON CONFLICT (id) DO NOTHING)
         SELECT ",
        review_json!(),
        " FROM kept r JOIN users a ON a.id = r.author_id"
    );
    let statement = Statement::new(sql)
        .json("review", review)?
        .text("outbox", crate::outbox::messages_json(when_revealed)?.as_str())
        .uuid("viewer", review.author_id)
        .instant("now", review.created_at)
        .idempotent();
    db.optional(statement).await
}
