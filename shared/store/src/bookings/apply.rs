//! Carrying out a transition.

use domain::booking::Transition;
use domain::cancellation::Settlement;
use domain::ids::{BookingId, PaymentId, RefundId, UserId};
use domain::messages::Message;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Booking, Result, assemble, booking_rows};
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// What becomes of the nights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All stay off sale.
    All,
    /// Those before this date stay off sale, the others go back; none stays where the date is the arrival's or earlier.
    Until(Date),
}

/// Money that goes back with the transition.
#[derive(Clone, Copy, Debug)]
pub struct NewRefund<'a> {
    /// Its id, made beforehand.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much, above zero.
    pub amount: Money,
    /// Why; up to 500 characters.
    pub reason: &'a str,
}

/// A transition that was decided on a booking as it was read.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// Which booking.
    pub booking: BookingId,
    /// The version that the decision was made on.
    pub version: i64,
    /// The row of the table.
    pub transition: &'static Transition,
    /// Who causes it, where it is a person.
    pub actor_id: Option<UserId>,
    /// What the person gave as a reason.
    pub reason: Option<&'a str>,
    /// What becomes of the nights.
    pub keep: Keep,
    /// What a cancellation settled.
    pub settlement: Option<&'a Settlement>,
    /// The payments that the decision was made on, with their versions: where one has changed meanwhile, nothing happens.
    pub payments: &'a [(PaymentId, i64)],
    /// Money that goes back, of these payments.
    pub refunds: &'a [NewRefund<'a>],
    /// What follows; goes to the outbox with the change.
    pub messages: &'a [Message],
    /// When it happens.
    pub now: Timestamp,
}

/// Moves a booking: state, claim, refund, audit row and outbox in one statement. `None` when the booking or its payment
/// is no longer as it was read: nothing happened then, unless this very statement ran before with an outcome that was
/// lost, which the caller sees by reading again.
///
/// The claim's row is locked first, as everywhere, so that whoever ends an overdue hold and whoever answers the request
/// in the same moment come one after the other.
pub async fn apply(db: &Db, change: &Change<'_>) -> Result<Option<Booking>> {
    let statement = bind(Statement::new(SQL), change)?.idempotent();
    Ok(assemble(db.rows(statement).await?))
}

const SQL: &str = concat!(
    "WITH held AS (
         SELECT id FROM claims WHERE booking_id = :booking::uuid AND released_at IS NULL FOR NO KEY UPDATE),
     paid AS (
         SELECT p.id FROM payments p CROSS JOIN (SELECT count(*) AS claims FROM held) h
         JOIN jsonb_array_elements(:payments::jsonb) AS k ON true
         WHERE p.id = (k ->> 0)::uuid AND p.version = (k ->> 1)::int8 AND h.claims >= 0
         ORDER BY p.id FOR NO KEY UPDATE OF p),
     b AS (
         UPDATE bookings b SET state = :to_state, hold_expires_at = NULL,
                confirmed_at = CASE WHEN :to_state = 'confirmed' THEN :now::timestamptz ELSE b.confirmed_at END,
                checked_in_at = CASE WHEN :to_state = 'checked_in' THEN :now::timestamptz ELSE b.checked_in_at END,
                checked_out_at = CASE WHEN :to_state = 'completed' THEN :now::timestamptz ELSE b.checked_out_at END,
                ended_at = CASE WHEN :is_final THEN :now::timestamptz ELSE b.ended_at END,
                settlement = coalesce(:settlement::jsonb, b.settlement),
                updated_at = :now::timestamptz, version = b.version + 1
         FROM (SELECT count(*) AS claims FROM held) h, (SELECT count(*) AS payments FROM paid) p
         WHERE b.id = :booking::uuid AND b.version = :version::int8 AND b.state = :from_state
           AND h.claims >= 0 AND p.payments = jsonb_array_length(:payments::jsonb)
         RETURNING b.*),
     nights AS (
         UPDATE claims c SET expires_at = NULL,
                released_at = CASE WHEN :keep_until::date <= lower(c.nights) THEN :now::timestamptz END,
                nights = CASE WHEN k.shorter THEN daterange(lower(c.nights), :keep_until::date) ELSE c.nights END,
                padded = CASE WHEN k.shorter
                    THEN daterange(lower(c.padded), :keep_until::date + (upper(c.padded) - upper(c.nights)))
                    ELSE c.padded END
         FROM b CROSS JOIN LATERAL (
             SELECT :keep_until::date > b.check_in AND :keep_until::date < b.check_out AS shorter) k
         WHERE c.booking_id = b.id AND c.released_at IS NULL),
     counted AS (
         UPDATE payments p SET refunded = p.refunded + r.amount, updated_at = :now::timestamptz,
                version = p.version + 1
         FROM b CROSS JOIN jsonb_to_recordset(:refunds::jsonb) AS r(payment uuid, amount int8)
         WHERE p.id = r.payment),
     refund AS (
         INSERT INTO refunds (id, payment_id, amount, reason, state, requested_by, created_at, updated_at)
         SELECT r.id, r.payment, r.amount, r.reason, 'pending', :actor_id::uuid, :now::timestamptz,
                :now::timestamptz
         FROM b CROSS JOIN jsonb_to_recordset(:refunds::jsonb) AS r(id uuid, payment uuid, amount int8, reason text)),
     told AS (
         INSERT INTO booking_events (booking_id, version, at, event, actor, actor_id, from_state, to_state, details)
         SELECT id, version, :now::timestamptz, :event, :actor, :actor_id::uuid, :from_state, state,
                jsonb_strip_nulls(jsonb_build_object('reason', :reason::text))
         FROM b),
     sent AS (
         INSERT INTO outbox (id, topic, body, created_at, next_send_at)
         SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
         FROM b CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb))
     ",
    booking_rows!()
);

/// A refund as the statement reads it.
pub(super) fn row_of(refund: &NewRefund<'_>) -> serde_json::Value {
    serde_json::json!({
        "id": refund.id, "payment": refund.payment, "amount": refund.amount.amount(), "reason": refund.reason,
    })
}

fn bind(statement: Statement, change: &Change<'_>) -> Result<Statement> {
    let transition = change.transition;
    let keep_until = match change.keep {
        Keep::All => Date::MAX,
        Keep::Until(date) => date,
    };
    let refunds: Vec<_> = change.refunds.iter().map(row_of).collect();
    let settlement = change.settlement.map(serde_json::to_string).transpose()?;
    Ok(statement
        .uuid("booking", change.booking)
        .int("version", change.version)
        .text("from_state", transition.from.code())
        .text("to_state", transition.to.code())
        .boolean("is_final", transition.to.is_final())
        .text("event", transition.event.code())
        .text("actor", transition.actor.code())
        .uuid_opt("actor_id", change.actor_id)
        .text("reason", change.reason)
        .date("keep_until", keep_until)
        .text("settlement", settlement.as_deref())
        .json("payments", &change.payments)?
        .json("refunds", &refunds)?
        .text("outbox", messages_json(change.messages)?.as_str())
        .instant("now", change.now))
}
