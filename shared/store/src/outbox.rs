//! Messages that must reach a queue at least once.
//!
//! A statement that causes messages binds them as `:outbox` (see [`messages_json`]) and has a part
//! `INSERT INTO outbox … FROM jsonb_to_recordset(:outbox::jsonb) …`, guarded by the effect that causes them. A
//! consumer marks its message done in the statement of its effect.

use domain::ids::OutboxId;
use domain::messages::Message;
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// The messages as one parameter; arrays cannot be bound. `None` and an empty list are the empty array.
pub fn messages_json(messages: &[Message]) -> Result<String, serde_json::Error> {
    serde_json::to_string(messages)
}

/// Takes up to `limit` messages that are due, and puts off their next turn: one minute, then two, four … to an hour.
///
/// Two sweepers never take the same row: whoever comes second skips what the first has locked.
pub async fn take_due(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<Message>, DbError> {
    let rows: Vec<serde_json::Value> = db
        .rows(
            Statement::new(
                "UPDATE outbox SET
                     sent_count = sent_count + 1,
                     next_send_at = :now::timestamptz + least(power(2, sent_count), 60) * interval '1 minute'
                 WHERE id IN (
                     SELECT id FROM outbox
                     WHERE done_at IS NULL AND next_send_at <= :now::timestamptz
                     ORDER BY next_send_at LIMIT :limit::int4 FOR UPDATE SKIP LOCKED)
                 RETURNING jsonb_build_object('id', id, 'topic', topic, 'body', body)::text",
            )
            .instant("now", now)
            .int("limit", i64::from(limit))
            .idempotent(),
        )
        .await?;
    rows.into_iter()
        .map(|row| Message::deserialize(row).map_err(|error| DbError::inconsistent("outbox", error)))
        .collect()
}

/// Marks a message as done that had no other effect to record.
pub async fn mark_done(db: &Db, id: OutboxId, now: Timestamp) -> Result<(), DbError> {
    db.affected(
        Statement::new(
            "UPDATE outbox SET done_at = :now::timestamptz WHERE id = :id::uuid AND done_at IS NULL",
        )
        .uuid("id", id)
        .instant("now", now)
        .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Forgets up to `limit` messages that were done before `before`; answers how many.
pub async fn forget_done(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbError> {
    db.affected(
        Statement::new(
            "DELETE FROM outbox WHERE id IN (
                 SELECT id FROM outbox WHERE done_at < :before::timestamptz ORDER BY done_at LIMIT :limit::int4)",
        )
        .instant("before", before)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}
