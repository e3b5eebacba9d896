//! The work of the queue: what is due, whose attempt it is, how it ended.

use domain::ids::{BookingId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId};
use domain::messages::Message;
use domain::webhooks::{EventKind, Next, Verdict};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::db::{Db, DbError, Statement};
use crate::outbox::messages_json;

/// Deliveries of one booking to one endpoint: they go out one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Stream {
    /// To whom.
    pub endpoint_id: WebhookEndpointId,
    /// Of what.
    pub booking_id: BookingId,
}

/// The streams whose first delivery is due, up to `limit`; they are not answered again before `queued_until`.
pub async fn take_due(
    db: &Db,
    now: Timestamp,
    queued_until: Timestamp,
    limit: u32,
) -> Result<Vec<Stream>, DbError> {
    db.rows(
        Statement::new(
            "WITH due AS (
                 SELECT d.id FROM webhook_deliveries d
                 JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.disabled IS NULL
                 WHERE d.state = 'pending' AND d.next_attempt_at <= :now::timestamptz
                   AND (d.queued_until IS NULL OR d.queued_until <= :now::timestamptz)
                   AND NOT EXISTS (
                       SELECT FROM webhook_deliveries b
                       WHERE b.endpoint_id = d.endpoint_id AND b.booking_id = d.booking_id AND b.state = 'pending'
                         AND b.sequence < d.sequence)
                 ORDER BY d.next_attempt_at LIMIT :limit::int4 FOR UPDATE OF d SKIP LOCKED)
             UPDATE webhook_deliveries d SET queued_until = :until::timestamptz FROM due WHERE d.id = due.id
             RETURNING jsonb_build_object('endpoint_id', d.endpoint_id, 'booking_id', d.booking_id)::text",
        )
        .instant("now", now)
        .instant("until", queued_until)
        .int("limit", i64::from(limit)),
    )
    .await
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Event {
    /// The same for every attempt and every endpoint.
    pub id: WebhookEventId,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// Its place among the booking's events, from 1.
    pub sequence: i64,
    /// Ids and states.
    pub data: Map<String, Value>,
}

/// An attempt that is the caller's to make.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Claim {
    /// Of which delivery.
    pub delivery_id: WebhookDeliveryId,
    /// The attempt's number in all, from 1.
    pub attempt: i32,
    /// Its number since the delivery was last asked for, from 1.
    pub tries: u32,
    /// What to tell.
    pub event: Event,
    /// Where.
    pub url: String,
    /// What signs: the secret, and the one before it while that is good; hexadecimal digits.
    pub secrets: Vec<String>,
    /// Since when no attempt at this endpoint succeeded.
    pub failing_since: Option<Timestamp>,
}

/// Claims the stream's first delivery, where it is due and nobody else's. Claims of `stale_before` or earlier are taken
/// over.
pub async fn claim(
    db: &Db,
    stream: Stream,
    now: Timestamp,
    stale_before: Timestamp,
) -> Result<Option<Claim>, DbError> {
    db.optional(
        Statement::new(
            "WITH head AS (
                 SELECT d.id FROM webhook_deliveries d
                 JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.disabled IS NULL
                 WHERE d.endpoint_id = :endpoint::uuid AND d.booking_id = :booking::uuid AND d.state = 'pending'
                 ORDER BY d.sequence LIMIT 1),
             taken AS (
                 UPDATE webhook_deliveries d
                 SET claimed_at = :now::timestamptz, attempts = d.attempts + 1, tries = d.tries + 1
                 FROM head
                 WHERE d.id = head.id AND d.state = 'pending' AND d.next_attempt_at <= :now::timestamptz
                   AND (d.claimed_at IS NULL OR d.claimed_at <= :stale_before::timestamptz)
                 RETURNING d.*)
             SELECT jsonb_build_object(
                 'delivery_id', t.id, 'attempt', t.attempts, 'tries', t.tries, 'url', e.url,
                 'event', jsonb_build_object('id', v.id, 'kind', v.kind, 'at', v.at, 'sequence', v.sequence,
                     'data', v.data),
                 'secrets', CASE WHEN e.previous_secret_until > :now::timestamptz
                     THEN jsonb_build_array(encode(e.secret, 'hex'), encode(e.previous_secret, 'hex'))
                     ELSE jsonb_build_array(encode(e.secret, 'hex')) END,
                 'failing_since', e.failing_since)::text
             FROM taken t
             JOIN webhook_events v ON v.id = t.event_id
             JOIN webhook_endpoints e ON e.id = t.endpoint_id",
        )
        .uuid("endpoint", stream.endpoint_id)
        .uuid("booking", stream.booking_id)
        .instant("now", now)
        .instant("stale_before", stale_before),
    )
    .await
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// What the endpoint answered.
    pub status: Option<u16>,
    /// Why there was no answer; a stable code of 1 to 100 characters.
    pub error: Option<&'a str>,
    /// How long it took.
    pub duration_ms: i64,
    /// What follows from it.
    pub verdict: Verdict,
}

/// Records how a claimed attempt ended and what follows. With a verdict that switches the endpoint off, what waits for it
/// is given up too, and `messages` are stored.
pub async fn settle(
    db: &Db,
    claim: &Claim,
    outcome: &Outcome<'_>,
    messages: &[Message],
    now: Timestamp,
) -> Result<(), DbError> {
    let (state, next) = match outcome.verdict.next {
        Next::Delivered => ("delivered", None),
        Next::At(at) => ("pending", Some(at)),
        Next::GivenUp => ("failed", None),
    };
    let statement = Statement::new(
        "WITH settled AS (
             UPDATE webhook_deliveries d
             SET state = :state, next_attempt_at = :next::timestamptz, claimed_at = NULL, queued_until = NULL,
                 ended_at = CASE WHEN :state::text <> 'pending' THEN :now::timestamptz END
             WHERE d.id = :delivery::uuid AND d.attempts = :attempt::int4 AND d.claimed_at IS NOT NULL
               AND d.state = 'pending'
             RETURNING d.id, d.endpoint_id),
         logged AS (
             INSERT INTO webhook_attempts (delivery_id, number, at, status, error, duration_ms)
             SELECT id, :attempt::int4, :now::timestamptz, :status::int4, :error, :duration::int8 FROM settled
             ON CONFLICT DO NOTHING),
         marked AS (
             UPDATE webhook_endpoints e
             SET failing_since = CASE WHEN :state::text = 'delivered' THEN NULL
                     ELSE coalesce(e.failing_since, :now::timestamptz) END,
                 disabled = :disable, version = e.version + CASE WHEN :disable::text IS NULL THEN 0 ELSE 1 END
             FROM settled
             WHERE e.id = settled.endpoint_id AND e.disabled IS NULL
               AND (:state::text <> 'delivered' OR e.failing_since IS NOT NULL)
             RETURNING e.id, e.disabled),
         dropped AS (
             UPDATE webhook_deliveries d
             SET state = 'failed', next_attempt_at = NULL, queued_until = NULL, claimed_at = NULL,
                 ended_at = :now::timestamptz
             FROM marked
             WHERE marked.disabled IS NOT NULL AND d.endpoint_id = marked.id AND d.state = 'pending'
               AND d.id <> :delivery::uuid),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM marked CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)
             WHERE marked.disabled IS NOT NULL)
         SELECT 'true'",
    )
    .uuid("delivery", claim.delivery_id)
    .int("attempt", i64::from(claim.attempt))
    .text("state", state)
    .instant("next", next)
    .int("status", outcome.status.map(i64::from))
    .text("error", outcome.error)
    .int("duration", outcome.duration_ms)
    .text("disable", outcome.verdict.disable.map(domain::webhooks::DisabledReason::code))
    .text("outbox", messages_json(messages)?.as_str())
    .instant("now", now)
    .idempotent();
    db.texts(statement).await.map(|_| ())
}

/// Forgets up to `limit` events of before `before` that nothing is pending of, with their deliveries; answers how many.
pub async fn forget_old(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbError> {
    db.affected(
        Statement::new(
            "DELETE FROM webhook_events WHERE id IN (
                 SELECT v.id FROM webhook_events v
                 WHERE v.at < :before::timestamptz AND NOT EXISTS (
                     SELECT FROM webhook_deliveries d WHERE d.event_id = v.id AND d.state = 'pending')
                 ORDER BY v.at LIMIT :limit::int4)",
        )
        .instant("before", before)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}
