//! What a payment's outcome does to its booking. The payment's row and the booking move in one statement.

use domain::booking::Transition;
use domain::ids::{OutboxId, PaymentId};
use domain::messages::Message;
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// What brought the outcome to light; marked done in the statement of the effect, and only with it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cause<'a> {
    /// The message that was worked on.
    pub message: Option<OutboxId>,
    /// The provider's id of the event that was worked on.
    pub provider_event: Option<&'a str>,
}

/// What became of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// The payment and the booking moved.
    Moved,
    /// The payment moved; the booking had nothing to wait for any more.
    TooLate,
    /// The payment was past this already: nothing happened, not even to the cause.
    Stale,
}

/// A payment that the provider has set aside, and what that means for its booking.
#[derive(Clone, Debug)]
pub struct Authorisation<'a> {
    /// The payment.
    pub payment: PaymentId,
    /// The provider's id of it.
    pub provider_id: &'a str,
    /// What brought it to light.
    pub cause: Cause<'a>,
    /// The row of the booking's table.
    pub transition: &'static Transition,
    /// When the claim ends by itself from now on: the host's time to answer a request, or never.
    pub claim_until: Option<Timestamp>,
    /// What follows when the booking moves: the capture, the notices.
    pub messages: &'a [Message],
    /// What follows when its nights are gone: the void, the notice.
    pub late_messages: &'a [Message],
    /// When it is heard of.
    pub now: Timestamp,
}

/// Records that the provider has set the amount aside and, in the same statement, moves the booking out of
/// `pending_payment`: to `confirmed`, its nights no longer ending by themselves, or to `requested`, its nights held for
/// the host's answer.
///
/// The claim decides: while it is there the booking moves, even if its time is over, for nobody has taken the nights.
/// Where it is gone, or the booking is no longer `pending_payment`, the payment is recorded as authorised, the booking
/// stays as it is, and `late_messages` go out in place of `messages`. A payment that is past `processing` and
/// `requires_action` is left alone ([`Applied::Stale`]); so saying it twice is saying it once.
pub async fn apply_authorisation(db: &Db, authorisation: &Authorisation<'_>) -> Result<Applied> {
    let Authorisation { transition, cause, .. } = authorisation;
    let statement = Statement::new(
        "WITH held AS (
             SELECT c.id FROM claims c JOIN payments p ON p.booking_id = c.booking_id
             WHERE p.id = :payment::uuid AND c.released_at IS NULL FOR NO KEY UPDATE OF c),
         paid AS (
             UPDATE payments p SET state = 'authorised', provider_id = :provider_id,
                    authorised_at = :now::timestamptz, next_action = NULL, failure = NULL,
                    updated_at = :now::timestamptz, version = p.version + 1
             FROM (SELECT count(*) AS claims FROM held) h
             WHERE p.id = :payment::uuid AND p.state IN ('processing', 'requires_action') AND h.claims >= 0
             RETURNING p.booking_id, h.claims),
         moved AS (
             UPDATE bookings b SET state = :to_state, hold_expires_at = :claim_until::timestamptz,
                    confirmed_at = CASE WHEN :to_state = 'confirmed' THEN :now::timestamptz END,
                    updated_at = :now::timestamptz, version = b.version + 1
             FROM paid WHERE b.id = paid.booking_id AND b.state = :from_state AND paid.claims = 1
             RETURNING b.id, b.version),
         nights AS (
             UPDATE claims c SET expires_at = :claim_until::timestamptz
             FROM moved WHERE c.booking_id = moved.id AND c.released_at IS NULL),
         told AS (
             INSERT INTO booking_events (booking_id, version, at, event, actor, from_state, to_state)
             SELECT id, version, :now::timestamptz, :event, :actor, :from_state, :to_state FROM moved),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM paid CROSS JOIN LATERAL jsonb_to_recordset(
                 CASE WHEN EXISTS (SELECT FROM moved) THEN :outbox::jsonb ELSE :late_outbox::jsonb END)
                 AS m(id uuid, topic text, body jsonb)),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM paid WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM paid WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM moved) THEN 'moved'::text
                              WHEN EXISTS (SELECT FROM paid) THEN 'too_late' ELSE 'stale' END)::text",
    )
    .uuid("payment", authorisation.payment)
    .text("provider_id", authorisation.provider_id)
    .text("from_state", transition.from.code())
    .text("to_state", transition.to.code())
    .text("event", transition.event.code())
    .text("actor", transition.actor.code())
    .instant("claim_until", authorisation.claim_until)
    .text("outbox", messages_json(authorisation.messages)?.as_str())
    .text("late_outbox", messages_json(authorisation.late_messages)?.as_str())
    .uuid_opt("message", cause.message)
    .text("provider_event", cause.provider_event)
    .instant("now", authorisation.now)
    .idempotent();
    db.one(statement).await
}

/// A payment that was declined.
#[derive(Clone, Debug)]
pub struct PaymentFailure<'a> {
    /// The payment.
    pub payment: PaymentId,
    /// The provider's id of it, if it gave one.
    pub provider_id: Option<&'a str>,
    /// Why; a stable code.
    pub failure: &'a str,
    /// What brought it to light.
    pub cause: Cause<'a>,
    /// What follows while the booking waits for another attempt.
    pub messages: &'a [Message],
    /// When it is heard of.
    pub now: Timestamp,
}

/// Records that a payment was declined. The booking stays `pending_payment` until its hold ends: another attempt is
/// allowed. Where it no longer waits, nobody is told ([`Applied::TooLate`]).
pub async fn apply_payment_failed(db: &Db, failure: &PaymentFailure<'_>) -> Result<Applied> {
    let statement = Statement::new(
        "WITH failed AS (
             UPDATE payments SET state = 'failed', failure = :failure, next_action = NULL,
                    provider_id = coalesce(:provider_id, provider_id), updated_at = :now::timestamptz,
                    version = version + 1
             WHERE id = :payment::uuid AND state IN ('processing', 'requires_action')
             RETURNING booking_id),
         waiting AS (
             SELECT b.id FROM failed JOIN bookings b ON b.id = failed.booking_id
             WHERE b.state = 'pending_payment' AND b.hold_expires_at > :now::timestamptz),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM waiting CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM failed WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM failed WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM waiting) THEN 'moved'::text
                              WHEN EXISTS (SELECT FROM failed) THEN 'too_late' ELSE 'stale' END)::text",
    )
    .uuid("payment", failure.payment)
    .text("provider_id", failure.provider_id)
    .text("failure", failure.failure)
    .uuid_opt("message", failure.cause.message)
    .text("provider_event", failure.cause.provider_event)
    .text("outbox", messages_json(failure.messages)?.as_str())
    .instant("now", failure.now)
    .idempotent();
    db.one(statement).await
}
