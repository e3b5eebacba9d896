//! Everything that takes nights off sale: holds, stays, host blocks, nights of foreign calendars. One table decides.
//!
//! - A race for nights is decided by the exclusion constraints alone. Whoever claims writes
//!   `INSERT … ON CONFLICT DO NOTHING RETURNING …` in the statement of its effect; no row back means taken.
//! - A hold that is over still stands in the way of the constraint, and so do nights that a modification held for its
//!   charge. Whoever wants them ends it in the same statement, by the database's function `take_over`. Where several could
//!   do so, they first lock the listing, or the holds of several units would be ended in opposite orders.
//! - Locks are taken in one order everywhere: claims, payments, bookings.

use domain::booking::{Actor, BookingEvent, BookingState, Effect, Notice, TABLE, Transition};
use domain::messages::{Message, NotificationMessage, PaymentMessage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Db, DbError, Statement};

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

/// Binds `:lapses` and `:void`, which `lapse_bookings` takes: what the booking's table says of holds that are over.
fn bind_lapses(statement: Statement) -> Result<Statement, DbError> {
    let lapses: Vec<Lapse> =
        TABLE.iter().filter(|row| row.actor == Actor::System).filter_map(Lapse::of).collect();
    let void = PaymentMessage::Void { payment_id: Uuid::nil().into() };
    Ok(statement.json("lapses", &lapses)?.json("void", &void)?)
}

/// Binds `:lapses`, `:dropped` and `:void`, which `take_over` takes: what becomes of holds that are over, and the notice of
/// a modification whose charge took too long.
pub(crate) fn bind_take_over(statement: Statement) -> Result<Statement, DbError> {
    Ok(bind_lapses(statement)?.json("dropped", &modification_expired())?)
}

/// The notice of a modification whose time is over, for a booking yet to be named.
pub(crate) fn modification_expired() -> NotificationMessage {
    NotificationMessage::Booking { booking_id: Uuid::nil().into(), event: Notice::ModificationExpired }
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
    let statement = Statement::new(
        "WITH due AS (
             SELECT id FROM claims
             WHERE released_at IS NULL AND expires_at IS NOT NULL AND expires_at <= :now::timestamptz
             ORDER BY expires_at LIMIT :limit::int4 FOR UPDATE SKIP LOCKED),
         rel AS (
             UPDATE claims c SET released_at = :now::timestamptz FROM due WHERE c.id = due.id
             RETURNING c.booking_id)
         SELECT jsonb_build_object('holds', count(*),
             'sent', lapse_bookings(array_agg(rel.booking_id), :lapses::jsonb, :void::jsonb, :now::timestamptz))::text
         FROM rel",
    )
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
