//! Stays that are over.

use domain::booking::{BookingEvent, BookingState, Effect, TABLE};
use domain::messages::{Message, NotificationMessage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Result;
use crate::db::{Db, Statement};

/// One way in which a stay ends by itself, as the statement reads it.
#[derive(Debug, Serialize)]
struct End {
    from_state: BookingState,
    to_state: BookingState,
    /// The notice, for a booking yet to be named.
    notice: Option<NotificationMessage>,
}

fn ends() -> Vec<End> {
    let ended = TABLE.iter().filter(|row| row.event == BookingEvent::StayEnded);
    ended
        .map(|row| End {
            from_state: row.from,
            to_state: row.to,
            notice: row.effects.iter().find_map(|effect| match effect {
                Effect::Notify(event) => {
                    Some(NotificationMessage::Booking { booking_id: Uuid::nil().into(), event: *event })
                }
                _ => None,
            }),
        })
        .collect()
}

/// What a batch completed.
#[derive(Debug, Deserialize)]
pub struct Completed {
    /// How many stays; less than the limit when no more were due.
    pub stays: u32,
    /// The messages that followed, in the outbox already.
    pub sent: Vec<Message>,
}

/// Completes up to `limit` stays whose check-out time has passed at `now`.
///
/// They count as left at the check-out time, whenever this runs, so that no clock that starts there depends on it.
pub async fn complete_due(db: &Db, now: Timestamp, limit: u32) -> Result<Completed> {
    let statement = Statement::new(
        "WITH due AS (
             SELECT id FROM bookings
             WHERE state IN ('confirmed', 'checked_in') AND check_out_at <= :now::timestamptz
             ORDER BY check_out_at LIMIT :limit::int4 FOR NO KEY UPDATE SKIP LOCKED),
         moved AS (
             UPDATE bookings b SET state = t.to_state, checked_out_at = b.check_out_at,
                    ended_at = :now::timestamptz, updated_at = :now::timestamptz, version = b.version + 1
             FROM due, jsonb_to_recordset(:ends::jsonb) AS t(from_state text, to_state text, notice jsonb)
             WHERE b.id = due.id AND b.state = t.from_state
             RETURNING b.id, b.version, t.from_state, t.to_state, t.notice),
         told AS (
             INSERT INTO booking_events (booking_id, version, at, event, actor, from_state, to_state)
             SELECT id, version, :now::timestamptz, :event, 'system', from_state, to_state FROM moved),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT gen_random_uuid(), 'notifications', notice || jsonb_build_object('booking_id', id),
                    :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM moved WHERE jsonb_typeof(notice) = 'object'
             RETURNING id, topic, body)
         SELECT jsonb_build_object('stays', (SELECT count(*) FROM moved),
             'sent', (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM sent s))::text",
    )
    .instant("now", now)
    .int("limit", i64::from(limit))
    .text("event", BookingEvent::StayEnded.code())
    .json("ends", &ends())?
    .idempotent();
    db.one(statement).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statement looks for these two states by name, for its index.
    #[test]
    fn stays_end_from_two_states() {
        let from: Vec<BookingState> = ends().iter().map(|end| end.from_state).collect();
        assert_eq!(from, [BookingState::Confirmed, BookingState::CheckedIn]);
    }
}
