//! Revealing what waited long enough.

use domain::ids::BookingId;
use domain::messages::Message;
use jiff::Timestamp;

use crate::db::{Db, DbError, Statement};

/// Up to `limit` stays with a review whose time to wait is over, the longest waiting first.
pub async fn due(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<BookingId>, DbError> {
    db.rows(
        Statement::new(
            "SELECT DISTINCT to_jsonb(d.booking_id)::text FROM (
                 SELECT r.booking_id FROM reviews r
                 WHERE r.revealed_at IS NULL AND r.reveal_due_at <= :now::timestamptz
                 ORDER BY r.reveal_due_at LIMIT :limit::int4) d",
        )
        .instant("now", now)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}

/// Reveals the reviews of these stays and stores the message of each one that had any: `told` names the booking in its
/// body. Answers the bookings whose reviews it revealed.
///
/// A booking that someone else holds is left for the next turn.
pub async fn reveal(
    db: &Db,
    bookings: &[BookingId],
    told: &[Message],
    now: Timestamp,
) -> Result<Vec<BookingId>, DbError> {
    let statement = Statement::new(
        "WITH held AS MATERIALIZED (
             SELECT b.id FROM bookings b
             WHERE b.id IN (SELECT jsonb_array_elements_text(:bookings::jsonb)::uuid)
             ORDER BY b.id FOR NO KEY UPDATE SKIP LOCKED),
         shown AS MATERIALIZED (
             SELECT s.id FROM (SELECT array_agg(held.id) AS ids FROM held) h,
                 reveal_reviews(h.ids, :now::timestamptz) AS s(id)),
         told AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)
             WHERE (m.body ->> 'booking_id')::uuid IN (SELECT id FROM shown))
         SELECT to_jsonb(id)::text FROM shown",
    )
    .json("bookings", &bookings)?
    .text("outbox", crate::outbox::messages_json(told)?.as_str())
    .instant("now", now);
    db.rows(statement).await
}
