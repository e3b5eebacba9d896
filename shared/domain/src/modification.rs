//! Changing a stay that is booked: other dates, another party.
//!
//! One side proposes, the other accepts or declines. Nights that stay keep the price they were booked at; added nights
//! cost what they cost under the listing's rules of the day; nights that are given up fall under the booking's own
//! cancellation policy. Where the guest has to pay more, the nights of both stays are held while the difference is
//! charged, and the stays are swapped when it is set aside; where the charge fails, the booking is as it was.

mod price;

use jiff::{SignedDuration, Timestamp};

use crate::booking::{Actor, BookingState, Windows};
use crate::coded::coded;
use crate::dates::Stay;
use crate::refusal::Refusal;

pub use price::{ModificationCase, Repriced, reprice};

/// How long the other side has to answer.
pub const PROPOSAL_TTL: SignedDuration = SignedDuration::from_hours(24);

/// How long the nights are held while the difference is charged.
pub const CHARGE_HOLD: SignedDuration = SignedDuration::from_mins(15);

coded! {
    /// Where a modification stands.
    ModificationState, "unknown_modification_state" {
        /// Waits for the other side.
        Proposed = "proposed",
        /// Accepted; the nights are held while the guest is charged.
        Paying = "paying",
        /// Done: the booking is as it was proposed.
        Accepted = "accepted",
        /// The other side said no.
        Declined = "declined",
        /// The side that proposed it took it back.
        Withdrawn = "withdrawn",
        /// Nobody answered, or paid, in time; or the booking changed meanwhile.
        Expired = "expired",
        /// The charge was declined.
        PaymentFailed = "payment_failed",
    }
}

impl ModificationState {
    /// Whether something may still come of it; a booking has one open modification at most.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Proposed | Self::Paying)
    }
}

/// Whether a booking may be modified at all: it is confirmed or lived, and not over.
///
/// Refuses with `illegal_transition` and `too_late`.
pub fn may_propose(state: BookingState, now: Timestamp, windows: &Windows) -> Result<(), Refusal> {
    if !matches!(state, BookingState::Confirmed | BookingState::CheckedIn) {
        let detail = format!("A booking that is {state} is not modified.");
        return Err(Refusal::conflict("illegal_transition", detail));
    }
    if now >= windows.stay_ends {
        return Err(Refusal::conflict("too_late", "The stay is over."));
    }
    Ok(())
}

/// Who may answer a proposal of `proposer`.
pub const fn answers(proposer: Actor) -> Actor {
    match proposer {
        Actor::Guest => Actor::Host,
        Actor::Host | Actor::System => Actor::Guest,
    }
}

/// Whether the dates may be swapped: the new stay shares a night with the booked one, its arrival stays once the guest
/// has arrived, and no night that is over is added or given up. Asked in the listing's zone: `today` is its date.
///
/// Refuses with `dates_apart`, `past_date` and `already_arrived` at `/check_in` or `/check_out`.
pub fn check_dates(
    booked: Stay,
    wanted: Stay,
    state: BookingState,
    today: jiff::civil::Date,
) -> Result<(), Refusal> {
    if !booked.overlaps(wanted) {
        let detail = "Keep at least one of the booked nights. For wholly other dates cancel, and book anew.";
        return Err(Refusal::rule("dates_apart", "/check_in", detail));
    }
    if wanted.check_in() != booked.check_in() {
        if state == BookingState::CheckedIn {
            let detail = "Leave the arrival as it is: the guest has arrived.";
            return Err(Refusal::rule("already_arrived", "/check_in", detail));
        }
        if wanted.check_in() < today || booked.check_in() < today {
            let detail = format!("Leave the arrival as it is, or choose one from {today} on.");
            return Err(Refusal::rule("past_date", "/check_in", detail));
        }
    }
    // Who leaves today leaves early, by a cancellation.
    if wanted.check_out() != booked.check_out() && wanted.check_out() <= today {
        let detail = format!("Choose a departure after {today}, or cancel to leave at once.");
        return Err(Refusal::rule("past_date", "/check_out", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
