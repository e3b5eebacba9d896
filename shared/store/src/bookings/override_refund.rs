//! Money that the staff gives back, whatever the policy on the booking says.

use domain::ids::{BookingId, PaymentId, RefundId, UserId};
use domain::messages::Message;
use domain::money::Money;
use jiff::Timestamp;
use serde::Deserialize;

use super::{NewRefund, Result};
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// A decision of the staff, made on a booking as it was read.
#[derive(Clone, Debug)]
pub struct OverrideRefund<'a> {
    /// Which booking.
    pub booking: BookingId,
    /// The version that the decision was made on.
    pub version: i64,
    /// The payments that it was made on, with their versions: where one has changed meanwhile, nothing happens.
    pub payments: &'a [(PaymentId, i64)],
    /// Who decides.
    pub admin: UserId,
    /// The key of the request: the same key is the same decision.
    pub key: &'a str,
    /// Why; 1 to 500 characters.
    pub reason: &'a str,
    /// What goes back, at least one.
    pub refunds: &'a [NewRefund<'a>],
    /// What follows; goes to the outbox with the decision.
    pub messages: &'a [Message],
    /// When.
    pub now: Timestamp,
}

/// Carries the decision out: the refunds, the booking's audit row, the entry of the audit log and the outbox in one
/// statement. Answers false where the booking or a payment is no longer as it was read: nothing happened then.
///
/// A statement that runs twice finds the booking changed by itself, so [`refunds_of_override`] is to be asked first.
pub async fn override_refund(db: &Db, new: &OverrideRefund<'_>) -> Result<bool> {
    let refunds: Vec<_> = new
        .refunds
        .iter()
        .map(|refund| {
            serde_json::json!({ "id": refund.id, "payment": refund.payment, "amount": refund.amount.amount() })
        })
        .collect();
    let statement = Statement::new(
        "WITH paid AS (
             SELECT p.id FROM payments p JOIN jsonb_array_elements(:payments::jsonb) AS k ON true
             WHERE p.id = (k ->> 0)::uuid AND p.version = (k ->> 1)::int8
             ORDER BY p.id FOR NO KEY UPDATE OF p),
         b AS (
             UPDATE bookings b SET updated_at = :now::timestamptz, version = b.version + 1
             FROM (SELECT count(*) AS payments FROM paid) p
             WHERE b.id = :booking::uuid AND b.version = :version::int8
               AND p.payments = jsonb_array_length(:payments::jsonb)
             RETURNING b.id, b.version, b.state, b.currency),
         wanted AS (
             SELECT r.id, r.payment, r.amount
             FROM b CROSS JOIN jsonb_to_recordset(:refunds::jsonb) AS r(id uuid, payment uuid, amount int8)),
         counted AS (
             UPDATE payments p SET refunded = p.refunded + w.amount, updated_at = :now::timestamptz,
                    version = p.version + 1
             FROM wanted w WHERE p.id = w.payment),
         refund AS (
             INSERT INTO refunds (id, payment_id, amount, reason, state, requested_by, request_key, created_at,
                 updated_at)
             SELECT w.id, w.payment, w.amount, :reason, 'pending', :admin::uuid, :key, :now::timestamptz,
                    :now::timestamptz
             FROM wanted w),
         told AS (
             INSERT INTO booking_events (booking_id, version, at, event, actor, actor_id, from_state, to_state, details)
             SELECT id, version, :now::timestamptz, 'refund_overridden', 'admin', :admin::uuid, state, state,
                    jsonb_build_object('reason', :reason::text,
                        'refund', (SELECT jsonb_build_object('amount', sum(w.amount), 'currency', b.currency)
                                   FROM wanted w))
             FROM b),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
             SELECT :now::timestamptz, :admin::uuid, 'refund_overridden', 'booking', id, :reason FROM b),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM b CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb))
         SELECT to_jsonb(id)::text FROM b",
    )
    .uuid("booking", new.booking)
    .int("version", new.version)
    .json("payments", &new.payments)?
    .uuid("admin", new.admin)
    .text("key", new.key)
    .text("reason", new.reason)
    .json("refunds", &refunds)?
    .text("outbox", messages_json(new.messages)?.as_str())
    .instant("now", new.now)
    .idempotent();
    Ok(!db.texts(statement).await?.is_empty())
}

/// One refund of such a decision.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OverriddenRefund {
    /// Its id.
    pub id: RefundId,
    /// The payment that it comes from.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
}

/// What a decision of this key gave back, by payment; empty where there was none.
pub async fn refunds_of_override(
    db: &Db,
    booking: BookingId,
    admin: UserId,
    key: &str,
) -> Result<Vec<OverriddenRefund>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('id', r.id, 'payment_id', r.payment_id,
             'amount', jsonb_build_object('amount', r.amount, 'currency', p.currency))::text
         FROM payments p JOIN refunds r ON r.payment_id = p.id
         WHERE p.booking_id = :booking::uuid AND r.requested_by = :admin::uuid AND r.request_key = :key
         ORDER BY p.id",
    )
    .uuid("booking", booking)
    .uuid("admin", admin)
    .text("key", key)
    .idempotent();
    db.rows(statement).await
}
