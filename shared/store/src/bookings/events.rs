//! The audit trail.

use domain::booking::BookingState;
use domain::ids::{BookingId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::batch::{self, asked_ids, batch};
use crate::db::{Db, Statement};

/// Who caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventActor {
    /// The guest.
    Guest,
    /// The host.
    Host,
    /// A member of the staff.
    Admin,
    /// A timer or the payment provider.
    System,
}

/// One row of the trail.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// What happened: a booking event's code, or `created`.
    pub event: String,
    /// Who caused it.
    pub actor: EventActor,
    /// Who that was, where it was a person.
    pub actor_id: Option<UserId>,
    /// The state before; none for the first row.
    pub from_state: Option<BookingState>,
    /// The state after.
    pub to_state: BookingState,
    /// The booking's version from then on.
    pub version: i64,
    /// What the person gave as a reason.
    pub reason: Option<String>,
}

/// The most rows that are read; a booking's table of transitions makes far fewer.
const MOST: i64 = 200;

/// SQL: a row of `booking_events` as [`Event`] reads it.
macro_rules! event_json {
    () => {
        "jsonb_build_object('at', at, 'event', event, 'actor', actor, 'actor_id', actor_id,
             'from_state', from_state, 'to_state', to_state, 'version', version,
             'reason', details ->> 'reason')::text"
    };
}

/// The trails of the bookings, the oldest row of each first.
pub async fn events_of_many(db: &Db, bookings: &[BookingId]) -> Result<Vec<(BookingId, Vec<Event>)>> {
    const SQL: &str = batch!(concat!(
        "SELECT k.id, l.part, l.text FROM ",
        asked_ids!(),
        " CROSS JOIN LATERAL (SELECT version AS part, ",
        event_json!(),
        " AS text FROM booking_events WHERE booking_id = k.id ORDER BY version LIMIT :most::int4) l"
    ));
    batch::read_as(db, bookings.iter().copied(), || Statement::new(SQL).int("most", MOST)).await
}

/// The trail of a booking, the oldest row first.
pub async fn events(db: &Db, booking: BookingId) -> Result<Vec<Event>> {
    let statement = Statement::new(concat!(
        "SELECT ",
        event_json!(),
        " FROM booking_events WHERE booking_id = :booking::uuid ORDER BY version LIMIT :most::int4"
    ))
    .uuid("booking", booking)
    .int("most", MOST)
    .idempotent();
    db.rows(statement).await
}
