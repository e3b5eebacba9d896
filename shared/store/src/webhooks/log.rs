//! What became of each event, for the owner of an endpoint.

use domain::ids::{BookingId, UserId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId};
use domain::webhooks::EventKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::deliver::Stream;
use crate::db::{Db, DbError, Statement};

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried, or tried again.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// When it ended.
    pub at: Timestamp,
    /// What the endpoint answered.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
}

/// A delivery with its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Delivery {
    /// Which one.
    pub id: WebhookDeliveryId,
    /// To which endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Of which event.
    pub event_id: WebhookEventId,
    /// What happened.
    pub kind: EventKind,
    /// Of which booking.
    pub booking_id: BookingId,
    /// The event's place among the booking's, from 1.
    pub sequence: i64,
    /// When it happened.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// The last twenty attempts, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// SQL: a delivery `d` of the event `v` as [`Delivery`] reads it.
macro_rules! delivery_json {
    () => {
        "jsonb_build_object('id', d.id, 'endpoint_id', d.endpoint_id, 'event_id', d.event_id, 'kind', v.kind,
             'booking_id', d.booking_id, 'sequence', d.sequence, 'created_at', d.created_at, 'state', d.state,
             'next_attempt_at', d.next_attempt_at, 'attempts', coalesce((
                 SELECT jsonb_agg(jsonb_build_object('number', a.number, 'at', a.at, 'status', a.status,
                     'error', a.error, 'duration_ms', a.duration_ms) ORDER BY a.number)
                 FROM webhook_attempts a WHERE a.delivery_id = d.id AND a.number > d.attempts - 20), '[]'))"
    };
}

/// The log of the owner's endpoint, the newest first, after the position `after`; empty where the endpoint is nobody's or
/// another's.
pub async fn deliveries(
    db: &Db,
    owner: UserId,
    endpoint: WebhookEndpointId,
    state: Option<DeliveryState>,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<Delivery>, DbError> {
    let sql = concat!(
        "SELECT (",
        delivery_json!(),
        ")::text FROM webhook_deliveries d
         JOIN webhook_events v ON v.id = d.event_id
         JOIN webhook_endpoints e ON e.id = d.endpoint_id
         WHERE d.endpoint_id = :endpoint::uuid AND e.owner_id = :owner::uuid
           AND (:state::text IS NULL OR d.state = :state)
           AND (d.created_at, d.id) < (coalesce(:after_at::timestamptz, 'infinity'),
                coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
         ORDER BY d.created_at DESC, d.id DESC LIMIT :limit::int4"
    );
    let statement = Statement::new(sql)
        .uuid("endpoint", endpoint)
        .uuid("owner", owner)
        .text("state", state.map(DeliveryState::as_str))
        .instant("after_at", after.map(|(at, _)| at))
        .uuid_opt("after_id", after.map(|(_, id)| id))
        .int("limit", i64::from(limit))
        .idempotent();
    db.rows(statement).await
}

/// Asks for an ended delivery of the owner's again, from the beginning of the schedule; one that is pending stays so.
/// `None` where the owner has none such.
pub async fn redeliver(
    db: &Db,
    owner: UserId,
    id: WebhookDeliveryId,
    now: Timestamp,
) -> Result<Option<(Delivery, Stream)>, DbError> {
    let sql = concat!(
        "WITH own AS (
             SELECT d.* FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
             WHERE d.id = :id::uuid AND e.owner_id = :owner::uuid),
         asked AS (
             UPDATE webhook_deliveries d
             SET state = 'pending', tries = 0, next_attempt_at = :now::timestamptz, ended_at = NULL,
                 queued_until = NULL, claimed_at = NULL
             FROM own WHERE d.id = own.id AND d.state <> 'pending' RETURNING d.*)
         SELECT (",
        delivery_json!(),
        ")::text FROM (SELECT * FROM asked UNION ALL
             SELECT * FROM own WHERE own.state = 'pending') d
         JOIN webhook_events v ON v.id = d.event_id"
    );
    let statement = Statement::new(sql).uuid("id", id).uuid("owner", owner).instant("now", now).idempotent();
    let delivery: Option<Delivery> = db.optional(statement).await?;
    Ok(delivery.map(|delivery| {
        let stream = Stream { endpoint_id: delivery.endpoint_id, booking_id: delivery.booking_id };
        (delivery, stream)
    }))
}
