//! A payment that waits for its guest.

use domain::ids::PaymentId;
use domain::messages::Message;
use jiff::Timestamp;

use super::{NextAction, Result};
use crate::bookings::{Applied, Cause};
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// A bank that wants the guest's proof.
#[derive(Clone, Debug)]
pub struct ActionRequired<'a> {
    /// The payment.
    pub payment: PaymentId,
    /// The provider's id of it.
    pub provider_id: &'a str,
    /// What the guest must do.
    pub next_action: &'a NextAction,
    /// What brought it to light.
    pub cause: Cause<'a>,
    /// What follows while the booking waits: the notice.
    pub messages: &'a [Message],
    /// What follows when its nights are gone: the void.
    pub late_messages: &'a [Message],
    /// When it is heard of.
    pub now: Timestamp,
}

/// Records what the guest must do. The claim decides, as for an authorisation: where it is gone, `late_messages` go out
/// in place of `messages` ([`Applied::TooLate`]).
pub async fn record_action_required(db: &Db, action: &ActionRequired<'_>) -> Result<Applied> {
    let statement = Statement::new(
        "WITH held AS (
             SELECT c.id FROM claims c JOIN payments p ON p.booking_id = c.booking_id
             WHERE p.id = :payment::uuid AND c.released_at IS NULL FOR NO KEY UPDATE OF c),
         acted AS (
             UPDATE payments p SET state = 'requires_action', provider_id = :provider_id,
                    next_action = :next_action::jsonb, updated_at = :now::timestamptz, version = p.version + 1
             FROM (SELECT count(*) AS claims FROM held) h
             WHERE p.id = :payment::uuid AND p.state = 'processing' AND h.claims >= 0
             RETURNING p.booking_id, p.modification_id, h.claims),
         waiting AS (
             SELECT b.id FROM acted JOIN bookings b ON b.id = acted.booking_id
             WHERE acted.claims = 1 AND CASE WHEN acted.modification_id IS NULL THEN b.state = 'pending_payment'
                 ELSE EXISTS (SELECT FROM modifications m
                              WHERE m.id = acted.modification_id AND m.state = 'paying') END),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM acted CROSS JOIN LATERAL jsonb_to_recordset(
                 CASE WHEN EXISTS (SELECT FROM waiting) THEN :outbox::jsonb ELSE :late_outbox::jsonb END)
                 AS m(id uuid, topic text, body jsonb)),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM acted WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM acted WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM waiting) THEN 'moved'::text
                              WHEN EXISTS (SELECT FROM acted) THEN 'too_late' ELSE 'stale' END)::text",
    )
    .uuid("payment", action.payment)
    .text("provider_id", action.provider_id)
    .json("next_action", action.next_action)?
    .text("outbox", messages_json(action.messages)?.as_str())
    .text("late_outbox", messages_json(action.late_messages)?.as_str())
    .uuid_opt("message", action.cause.message)
    .text("provider_event", action.cause.provider_event)
    .instant("now", action.now)
    .idempotent();
    db.one(statement).await
}
