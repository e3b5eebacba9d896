//! Refunds: money on its way back to a guest.
//!
//! `payments.refunded` counts what was asked for and did not fail; it is raised in the statement that makes the refund's
//! row, behind the payment's row lock, and a CHECK keeps it at or below what was captured. `payments.returned` counts
//! what arrived; the payment's state follows from it.

use domain::ids::{OutboxId, PaymentId, RefundId, UserId};
use domain::messages::Message;
use domain::money::Money;
use domain::payment::RefundState;
use jiff::Timestamp;
use serde::Deserialize;

use crate::bookings::{Applied, Cause};
use crate::db::{Db, DbError, Statement};
use crate::outbox::messages_json;

type Result<T> = std::result::Result<T, DbError>;

/// The JSON of a row `r` of refunds and the row `p` of its payment, as [`Refund`] reads it.
macro_rules! refund_json {
    () => {
        "jsonb_build_object('id', r.id, 'payment_id', r.payment_id,
             'amount', jsonb_build_object('amount', r.amount, 'currency', p.currency),
             'reason', r.reason, 'state', r.state, 'provider_id', r.provider_id, 'created_at', r.created_at)"
    };
}

/// Money on its way back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The payment that it comes from.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Why; up to 500 characters.
    pub reason: String,
    /// Where it stands.
    pub state: RefundState,
    /// The provider's name of it, once it was asked.
    pub provider_id: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// A refund to be asked for.
#[derive(Clone, Debug)]
pub struct NewRefund<'a> {
    /// Its id, made beforehand.
    pub id: RefundId,
    /// The payment that it comes from.
    pub payment: PaymentId,
    /// How much, in minor units of the payment's currency; all that is left if `None`.
    pub amount: Option<i64>,
    /// Why; 1 to 500 characters.
    pub reason: &'a str,
    /// Who asks, and the key of the request; `None` where the system does.
    pub request: Option<(UserId, &'a str)>,
    /// The message that brings it about: it is marked done with the refund, and a done one brings nothing about.
    pub cause: Option<OutboxId>,
    /// What follows: the call to the provider.
    pub messages: &'a [Message],
    /// When it is asked for.
    pub now: Timestamp,
}

/// Makes a refund if the payment is captured and enough is left, however many ask at once. `None` where it is not.
///
/// A request that was made before, by its id or by its requester's key, answers the refund that it made then; unless
/// that happens in this very moment, then `None`.
pub async fn raise(db: &Db, new: &NewRefund<'_>) -> Result<Option<Refund>> {
    let sql = concat!(
        "WITH target AS (
             SELECT p.id, p.captured - p.refunded AS rest, coalesce(:amount::int8, p.captured - p.refunded) AS amount
             FROM payments p
             WHERE p.id = :payment::uuid AND p.state IN ('captured', 'partially_refunded')
             FOR NO KEY UPDATE),
         fresh AS (
             INSERT INTO refunds (id, payment_id, amount, reason, state, requested_by, request_key, created_at,
                 updated_at)
             SELECT :id::uuid, t.id, t.amount, :reason, 'pending', :requested_by::uuid, :request_key,
                    :now::timestamptz, :now::timestamptz
             FROM target t
             WHERE t.amount BETWEEN 1 AND t.rest
               AND (:cause::uuid IS NULL
                    OR EXISTS (SELECT FROM outbox o WHERE o.id = :cause::uuid AND o.done_at IS NULL))
             ON CONFLICT DO NOTHING RETURNING *),
         raised AS (
             UPDATE payments p SET refunded = p.refunded + f.amount, updated_at = :now::timestamptz,
                    version = p.version + 1
             FROM fresh f WHERE p.id = f.payment_id),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM fresh CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM fresh WHERE outbox.id = :cause::uuid AND outbox.done_at IS NULL)
         SELECT ",
        refund_json!(),
        "::text
         FROM (SELECT * FROM fresh
               UNION ALL
               SELECT * FROM refunds k
               WHERE k.payment_id = :payment::uuid
                 AND (k.id = :id::uuid OR k.requested_by = :requested_by::uuid AND k.request_key = :request_key)) r
         JOIN payments p ON p.id = r.payment_id"
    );
    let statement = Statement::new(sql)
        .uuid("id", new.id)
        .uuid("payment", new.payment)
        .int("amount", new.amount)
        .text("reason", new.reason)
        .uuid_opt("requested_by", new.request.map(|(user, _)| user))
        .text("request_key", new.request.map(|(_, key)| key))
        .uuid_opt("cause", new.cause)
        .text("outbox", messages_json(new.messages)?.as_str())
        .instant("now", new.now)
        .idempotent();
    db.optional(statement).await
}

/// The refund that a requester's key made.
pub async fn find_by_request(
    db: &Db,
    payment: PaymentId,
    requested_by: UserId,
    key: &str,
) -> Result<Option<Refund>> {
    let sql = concat!(
        "SELECT ",
        refund_json!(),
        "::text FROM refunds r JOIN payments p ON p.id = r.payment_id
         WHERE r.payment_id = :payment::uuid AND r.requested_by = :requested_by::uuid AND r.request_key = :key"
    );
    let statement = Statement::new(sql)
        .uuid("payment", payment)
        .uuid("requested_by", requested_by)
        .text("key", key)
        .idempotent();
    db.optional(statement).await
}

/// The refund, and the provider's name of the payment that it comes from.
pub async fn find(db: &Db, id: RefundId) -> Result<Option<(Refund, Option<String>)>> {
    let sql = concat!(
        "SELECT jsonb_build_array(",
        refund_json!(),
        ", p.provider_id)::text FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = :id::uuid"
    );
    let found: Option<(Refund, Option<String>)> =
        db.optional(Statement::new(sql).uuid("id", id).idempotent()).await?;
    Ok(found.inspect(|(refund, _)| crate::trail::payment(refund.payment_id)))
}

/// Records where the provider says a refund stands, and what follows for its payment: one that failed may be asked for
/// again, and the payment is refunded as far as refunds arrived. A bank may still send one back that succeeded.
pub async fn settle(
    db: &Db,
    id: RefundId,
    state: RefundState,
    provider_id: Option<&str>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Applied> {
    let statement = Statement::new(
        "WITH was AS (
             SELECT id, state FROM refunds WHERE id = :id::uuid FOR NO KEY UPDATE),
         settled AS (
             UPDATE refunds r SET state = :state, provider_id = coalesce(:provider_id, r.provider_id),
                    updated_at = :now::timestamptz
             FROM was
             WHERE r.id = was.id AND (was.state = 'pending' OR was.state = 'succeeded' AND :state = 'failed')
             RETURNING r.payment_id,
                 CASE WHEN :state = 'failed' THEN r.amount ELSE 0 END AS freed,
                 CASE WHEN :state = 'succeeded' THEN r.amount
                      WHEN was.state = 'succeeded' THEN -r.amount ELSE 0 END AS arrived),
         counted AS (
             UPDATE payments p SET refunded = p.refunded - s.freed, returned = p.returned + s.arrived,
                    state = CASE WHEN p.state NOT IN ('captured', 'partially_refunded', 'refunded') THEN p.state
                                 WHEN p.returned + s.arrived = 0 THEN 'captured'
                                 WHEN p.returned + s.arrived = p.captured THEN 'refunded'
                                 ELSE 'partially_refunded' END,
                    updated_at = :now::timestamptz, version = p.version + 1
             FROM settled s WHERE p.id = s.payment_id AND :state <> 'pending'),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM settled WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM settled WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM settled) THEN 'moved'::text ELSE 'stale' END)::text",
    )
    .uuid("id", id)
    .text("state", state.code())
    .text("provider_id", provider_id)
    .uuid_opt("message", cause.message)
    .text("provider_event", cause.provider_event)
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}
