//! When an event may happen.

use jiff::{Timestamp, ToSpan};

use super::{Actor, BookingEvent, BookingState, TABLE, Transition, transition};
use crate::dates::{Stay, TimeOfDay, Zone};
use crate::refusal::Refusal;

/// The instants that decide what may be done with a booking, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// When the host's time to answer a request ends; `None` when nobody asked.
    pub answer_until: Option<Timestamp>,
    /// The check-in time on the day of arrival.
    pub check_in_at: Timestamp,
    /// The start of the day of arrival: guests who are let in before the check-in time may say so.
    pub check_in_from: Timestamp,
    /// The start of the day after the arrival: from then a guest who has not come may be declared a no-show.
    pub no_show_from: Timestamp,
    /// The start of the day of departure; who leaves on an earlier day departs early.
    pub check_out_from: Timestamp,
    /// The check-out time on the day of departure.
    pub stay_ends: Timestamp,
}

impl Windows {
    /// The windows of `stay` at a place in `zone` with these times on its door.
    pub fn new(
        stay: Stay,
        zone: &Zone,
        check_in_time: TimeOfDay,
        check_out_time: TimeOfDay,
        answer_until: Option<Timestamp>,
    ) -> Self {
        Self {
            answer_until,
            check_in_at: zone.instant_of(stay.check_in(), check_in_time),
            check_in_from: zone.start_of(stay.check_in()),
            no_show_from: zone.start_of(stay.check_in().saturating_add(1.day())),
            check_out_from: zone.start_of(stay.check_out()),
            stay_ends: zone.instant_of(stay.check_out(), check_out_time),
        }
    }

    /// Refuses an event outside its window with a conflict: `too_early` or `too_late`.
    fn check(&self, event: BookingEvent, now: Timestamp) -> Result<(), Refusal> {
        let (from, until) = match event {
            BookingEvent::Accept => (None, self.answer_until),
            BookingEvent::Cancel => (None, Some(self.stay_ends)),
            BookingEvent::CheckIn => (Some(self.check_in_from), Some(self.stay_ends)),
            BookingEvent::CheckOut => (Some(self.check_out_from), None),
            BookingEvent::NoShow => (Some(self.no_show_from), Some(self.stay_ends)),
            BookingEvent::StayEnded => (Some(self.stay_ends), None),
            _ => (None, None),
        };
        if let Some(from) = from.filter(|from| now < *from) {
            let detail = format!("This is possible from {from} on.");
            return Err(Refusal::conflict("too_early", detail));
        }
        if let Some(until) = until.filter(|until| now >= *until) {
            let detail = format!("This was possible until {until}.");
            return Err(Refusal::conflict("too_late", detail));
        }
        Ok(())
    }
}

/// The row for `event` caused by `actor` in `state` at `now`.
///
/// Refuses with `illegal_transition` what the table does not have, and with `too_early` or `too_late` what is outside its
/// window. What was done already may be said again at any time.
pub fn act(
    state: BookingState,
    event: BookingEvent,
    actor: Actor,
    now: Timestamp,
    windows: &Windows,
) -> Result<&'static Transition, Refusal> {
    let row = transition(state, event, actor)?;
    if !row.is_repeat() {
        windows.check(event, now)?;
    }
    Ok(row)
}

/// What `actor` may do now with a booking in `state`, in the table's order.
pub fn allowed_actions(
    state: BookingState,
    actor: Actor,
    now: Timestamp,
    windows: &Windows,
) -> Vec<BookingEvent> {
    TABLE
        .iter()
        .filter(|row| row.from == state && row.actor == actor && !row.is_repeat())
        .filter(|row| windows.check(row.event, now).is_ok())
        .map(|row| row.event)
        .collect()
}
