//! What happened to a booking.

use async_graphql::SimpleObject;
use jiff::Timestamp;
use store::bookings::Event;

use crate::schema::codes::{BookingState, TrailActor};
use crate::schema::user::User;

/// One event of a booking's life.
#[derive(Debug, SimpleObject)]
pub(crate) struct TrailEntry {
    /// When it happened.
    at: Timestamp,
    /// What happened, such as `accept`.
    event: String,
    /// On whose side it was caused.
    actor: TrailActor,
    /// The person, where it was one: of the host's people the one who did it, for the host's side alone.
    person: Option<User>,
    /// The state before; none where it was made.
    from_state: Option<BookingState>,
    /// The state after.
    to_state: BookingState,
    /// The reason that was given.
    reason: Option<String>,
}

impl From<Event> for TrailEntry {
    fn from(event: Event) -> Self {
        Self {
            at: event.at,
            event: event.event,
            actor: event.actor.into(),
            person: event.actor_id.map(User),
            from_state: event.from_state.map(Into::into),
            to_state: event.to_state.into(),
            reason: event.reason,
        }
    }
}
