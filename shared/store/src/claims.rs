//! Everything that takes nights off sale: holds, stays, host blocks, nights of foreign calendars. One table decides.
//!
//! - A race for nights is decided by the exclusion constraints alone. Whoever claims writes
//!   `INSERT … ON CONFLICT DO NOTHING RETURNING …` in the statement of its effect; no row back means taken.
//! - A hold that is over still stands in the way of the constraint. Whoever wants its nights ends it in the same
//!   statement: the INSERT reads the number of rows that the release made, so the release has run by then. Where several
//!   could do so, they first lock the listing, or the holds of several units would be ended in opposite orders.
//! - Locks are taken in one order everywhere: claims, payments, bookings.

use domain::booking::{Actor, BookingEvent, BookingState, Effect, TABLE, Transition};
use domain::messages::{Message, NotificationMessage, PaymentMessage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Db, DbError, Statement};

/// The parts of a WITH that end the bookings whose claims a part `rel (booking_id)` has just released: their new state,
/// the audit rows, the notices, and the voids of what was set aside. Messages come back from `lapsed_sent`.
///
/// Its parameters are `:now` and those of [`bind_lapses`]. A part `rel` holds the claims' locks, so nothing else moves
/// these bookings meanwhile.
macro_rules! lapsed {
    () => {
        "lapsed AS (
             UPDATE bookings b SET state = t.to_state, hold_expires_at = NULL, ended_at = :now::timestamptz,
                    updated_at = :now::timestamptz, version = b.version + 1
             FROM rel, jsonb_to_recordset(:lapses::jsonb)
                  AS t(from_state text, declined boolean, event text, to_state text, notice jsonb)
             WHERE b.id = rel.booking_id AND b.state = t.from_state
               AND (t.declined IS NULL OR t.declined = coalesce(
                   (SELECT p.state = 'failed' FROM payments p WHERE p.booking_id = b.id ORDER BY p.id DESC LIMIT 1),
                   false))
             RETURNING b.id, b.version, t.from_state, t.event, t.to_state, t.notice),
         lapsed_told AS (
             INSERT INTO booking_events (booking_id, version, at, event, actor, from_state, to_state)
             SELECT id, version, :now::timestamptz, event, 'system', from_state, to_state FROM lapsed),
         lapsed_sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT gen_random_uuid(), m.topic, m.body, :now::timestamptz,
                    :now::timestamptz + interval '1 minute'
             FROM (SELECT 'notifications' AS topic, notice || jsonb_build_object('booking_id', id) AS body
                   FROM lapsed
                   UNION ALL
                   SELECT 'payments', :void::jsonb || jsonb_build_object('payment_id', p.id)
                   FROM lapsed l JOIN payments p ON p.booking_id = l.id
                   WHERE p.state IN ('requires_action', 'authorised')) m
             RETURNING id, topic, body)"
    };
}

pub(crate) use lapsed;

/// One way in which time ends a hold, as the statements read it.
#[derive(Debug, Serialize)]
struct Lapse {
    from_state: BookingState,
    /// Whether the last attempt to pay was declined; `None` where that does not matter.
    declined: Option<bool>,
    event: BookingEvent,
    to_state: BookingState,
    /// The notice, for a booking yet to be named.
    notice: NotificationMessage,
}

impl Lapse {
    fn of(row: &Transition) -> Option<Self> {
        let declined = match row.event {
            BookingEvent::HoldExpired => Some(false),
            BookingEvent::PaymentFailed => Some(true),
            BookingEvent::RequestExpired => None,
            _ => return None,
        };
        let notice = row.effects.iter().find_map(|effect| match effect {
            Effect::Notify(notice) => Some(*notice),
            _ => None,
        })?;
        let notice = NotificationMessage::Booking { booking_id: Uuid::nil().into(), event: notice };
        Some(Self { from_state: row.from, declined, event: row.event, to_state: row.to, notice })
    }
}

/// Binds `:lapses` and `:void`, which [`lapsed!`] reads: what the booking's table says of holds that are over.
pub(crate) fn bind_lapses(statement: Statement) -> Result<Statement, DbError> {
    let lapses: Vec<Lapse> =
        TABLE.iter().filter(|row| row.actor == Actor::System).filter_map(Lapse::of).collect();
    let void = PaymentMessage::Void { payment_id: Uuid::nil().into() };
    Ok(statement.json("lapses", &lapses)?.json("void", &void)?)
}

/// What a batch ended.
#[derive(Debug, Deserialize)]
pub struct Lapsed {
    /// How many holds were looked at; less than the limit when no more were due.
    pub holds: u32,
    /// The messages that followed, in the outbox already.
    pub sent: Vec<Message>,
}

/// Ends up to `limit` holds and unanswered requests whose time is over at `now`.
///
/// Nothing waits for it: who wants such nights takes them over. Holds that someone else is working on are skipped.
pub async fn expire_due(db: &Db, now: Timestamp, limit: u32) -> Result<Lapsed, DbError> {
    let statement = Statement::new(concat!(
        "WITH due AS (
             SELECT id FROM claims
             WHERE released_at IS NULL AND expires_at IS NOT NULL AND expires_at <= :now::timestamptz
             ORDER BY expires_at LIMIT :limit::int4 FOR UPDATE SKIP LOCKED),
         rel AS (
             UPDATE claims c SET released_at = :now::timestamptz FROM due WHERE c.id = due.id
             RETURNING c.booking_id),
         ",
        lapsed!(),
        "SELECT jsonb_build_object('holds', (SELECT count(*) FROM rel),
             'sent', (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM lapsed_sent s))::text"
    ))
    .instant("now", now)
    .int("limit", i64::from(limit))
    .idempotent();
    db.one(bind_lapses(statement)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statement matches rows by state and by the fate of the last payment: each case must have exactly one.
    #[test]
    fn every_state_that_time_ends_has_its_lapse() {
        let lapses: Vec<Lapse> = TABLE.iter().filter_map(Lapse::of).collect();
        for (state, declined) in [
            (BookingState::PendingPayment, false),
            (BookingState::PendingPayment, true),
            (BookingState::Requested, false),
            (BookingState::Requested, true),
        ] {
            let found = lapses
                .iter()
                .filter(|lapse| {
                    lapse.from_state == state && lapse.declined.is_none_or(|only| only == declined)
                })
                .count();
            assert_eq!(found, 1, "{state} {declined}");
        }
    }
}
