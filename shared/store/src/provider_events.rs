//! The inbox of the provider's events: stored once, worked from the queue.
//!
//! An event is processed in the statement of its effect. One whose effect cannot be had yet stays unprocessed, and its
//! message comes again.

use domain::ids::OutboxId;
use domain::messages::{Message, ProviderEventId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};
use crate::outbox::messages_json;

type Result<T> = std::result::Result<T, DbError>;

/// An event that was delivered.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// The provider's name of it; the same for every delivery.
    pub id: &'a ProviderEventId,
    /// The provider's word for what it tells of.
    pub kind: &'a str,
    /// The event as it was sent: JSON.
    pub payload: &'a str,
    /// What works on it; nothing for an event that nobody acts on, which counts as processed.
    pub messages: &'a [Message],
    /// When it was delivered.
    pub now: Timestamp,
}

/// An event in the inbox.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// The event as it was sent, but for the order and spacing of its members: JSON.
    pub payload: String,
    /// When it was delivered first.
    pub received_at: Timestamp,
    /// When its effect was had.
    pub processed_at: Option<Timestamp>,
}

/// A part of an event: a whole one may be larger than a row of the Data API can be, which is 64 KiB.
#[derive(Debug, Deserialize)]
struct Part {
    place: u32,
    text: String,
    received_at: Timestamp,
    processed_at: Option<Timestamp>,
}

/// Stores an event with the message that works on it. Answers whether it is new; a delivery that was there before
/// changes nothing.
pub async fn receive(db: &Db, event: &NewEvent<'_>) -> Result<bool> {
    let statement = Statement::new(
        "WITH fresh AS (
             INSERT INTO provider_events (id, kind, payload, received_at, processed_at)
             VALUES (:id, :kind, :payload::jsonb, :now::timestamptz,
                     CASE WHEN :outbox::jsonb = '[]' THEN :now::timestamptz END)
             ON CONFLICT DO NOTHING RETURNING id),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM fresh CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb))
         SELECT to_jsonb(EXISTS (SELECT FROM fresh))::text",
    )
    .text("id", event.id.as_str())
    .text("kind", event.kind)
    .text("payload", event.payload)
    .text("outbox", messages_json(event.messages)?.as_str())
    .instant("now", event.now)
    .idempotent();
    db.one(statement).await
}

/// The event.
pub async fn find(db: &Db, id: &ProviderEventId) -> Result<Option<StoredEvent>> {
    // 8,000 characters are 48,000 bytes at most, however they are escaped.
    let statement = Statement::new(
        "SELECT jsonb_build_object('place', n, 'text', substr(e.payload::text, n * 8000 + 1, 8000),
             'received_at', e.received_at, 'processed_at', e.processed_at)::text
         FROM provider_events e, generate_series(0, (length(e.payload::text) - 1) / 8000) n
         WHERE e.id = :id",
    )
    .text("id", id.as_str())
    .idempotent();
    let mut parts: Vec<Part> = db.rows(statement).await?;
    parts.sort_by_key(|part| part.place);
    let Some(first) = parts.first() else { return Ok(None) };
    let (received_at, processed_at) = (first.received_at, first.processed_at);
    Ok(Some(StoredEvent {
        payload: parts.into_iter().map(|part| part.text).collect(),
        received_at,
        processed_at,
    }))
}

/// Marks an event, and the message that works on it, done where there was no other effect to record.
pub async fn finish(db: &Db, id: &str, message: Option<OutboxId>, now: Timestamp) -> Result<()> {
    let statement = Statement::new(
        "WITH done AS (
             UPDATE outbox SET done_at = :now::timestamptz WHERE id = :message::uuid AND done_at IS NULL)
         UPDATE provider_events SET processed_at = :now::timestamptz WHERE id = :id AND processed_at IS NULL",
    )
    .text("id", id)
    .uuid_opt("message", message)
    .instant("now", now)
    .idempotent();
    db.affected(statement).await.map(|_| ())
}
