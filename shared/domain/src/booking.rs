//! The life of a booking, told by one table.
//!
//! A booking is born `pending_payment`: its nights are held for 15 minutes while the guest pays. Once the provider has
//! set the amount aside, an instant booking is `confirmed` and captured at once; a request waits, `requested`, for the
//! host's answer, 24 hours at most, its nights and the amount still held. A confirmed booking is lived (`checked_in`,
//! `completed`), cancelled by either side, or the guest never comes (`no_show`).
//!
//! Nothing but [`transition`] moves a booking; whoever applies one writes the new state, the audit row and the outbox
//! rows of its effects in one statement.

mod mermaid;
mod table;
mod timer;
mod windows;

use crate::coded::coded;
use crate::listing::BookingMode;
use crate::refusal::Refusal;

pub use mermaid::mermaid;
pub use table::TABLE;
pub use timer::{HOLD, REQUEST_ANSWER, Timer};
pub use windows::{Windows, act, allowed_actions};

coded! {
    /// Where a booking stands.
    BookingState, "unknown_booking_state" {
        /// The nights are held while the guest pays.
        PendingPayment = "pending_payment",
        /// The amount is set aside and the host has to answer.
        Requested = "requested",
        /// The stay is booked.
        Confirmed = "confirmed",
        /// The guest has arrived.
        CheckedIn = "checked_in",
        /// The stay is over.
        Completed = "completed",
        /// The guest cancelled before arrival.
        CancelledByGuest = "cancelled_by_guest",
        /// The host cancelled before arrival.
        CancelledByHost = "cancelled_by_host",
        /// The host said no to the request.
        Declined = "declined",
        /// The guest took the request back.
        Withdrawn = "withdrawn",
        /// The hold or the request ran out of time.
        Expired = "expired",
        /// The hold ran out of time after a declined payment.
        PaymentFailed = "payment_failed",
        /// The guest never came.
        NoShow = "no_show",
    }
}

coded! {
    /// What happens to a booking. Those that people cause are named as the operation they call.
    BookingEvent, "unknown_booking_event" {
        /// The amount of an instant booking is set aside.
        PaymentAuthorised = "payment_authorised",
        /// The amount of a request to book is set aside.
        RequestAuthorised = "request_authorised",
        /// The hold is over and nobody paid.
        HoldExpired = "hold_expired",
        /// The hold is over and the last attempt to pay was declined.
        PaymentFailed = "payment_failed",
        /// The host takes the request.
        Accept = "accept",
        /// The host refuses the request.
        Decline = "decline",
        /// The guest takes the request back.
        Withdraw = "withdraw",
        /// The host did not answer in time.
        RequestExpired = "request_expired",
        /// Either side cancels; by a guest who has arrived, an early departure.
        Cancel = "cancel",
        /// The guest arrives.
        CheckIn = "check_in",
        /// The guest leaves.
        CheckOut = "check_out",
        /// The guest did not come.
        NoShow = "no_show",
        /// The check-out time has passed.
        StayEnded = "stay_ended",
    }
}

coded! {
    /// Who causes an event.
    Actor, "unknown_actor" {
        /// The guest who booked.
        Guest = "guest",
        /// The host, or a co-host with the permission.
        Host = "host",
        /// A timer or the payment provider.
        System = "system",
    }
}

coded! {
    /// What people are told of a booking.
    Notice, "unknown_notice" {
        /// A guest asks to book.
        Requested = "requested",
        /// The stay is booked.
        Confirmed = "confirmed",
        /// The host said no.
        Declined = "declined",
        /// The guest took the request back.
        Withdrawn = "withdrawn",
        /// The request ran out of time.
        RequestExpired = "request_expired",
        /// The hold ran out of time.
        HoldExpired = "hold_expired",
        /// An attempt to pay was declined while the hold stands.
        PaymentDeclined = "payment_declined",
        /// The guest's bank asks the guest for a proof before the hold ends.
        PaymentActionRequired = "payment_action_required",
        /// The amount was set aside when the nights were gone; it is let go.
        PaidTooLate = "paid_too_late",
        /// The hold ran out of time after a declined payment.
        PaymentFailed = "payment_failed",
        /// The guest cancelled.
        CancelledByGuest = "cancelled_by_guest",
        /// The host cancelled.
        CancelledByHost = "cancelled_by_host",
        /// The guest has arrived.
        CheckedIn = "checked_in",
        /// The guest left before the last night.
        LeftEarly = "left_early",
        /// The stay is over; a review may be written.
        Completed = "completed",
        /// The host says that the guest did not come.
        NoShow = "no_show",
        /// The guest wants other dates or another party.
        ModificationProposedByGuest = "modification_proposed_by_guest",
        /// The host wants other dates or another party.
        ModificationProposedByHost = "modification_proposed_by_host",
        /// The booking is changed.
        ModificationAccepted = "modification_accepted",
        /// A change was declined or taken back.
        ModificationDeclined = "modification_declined",
        /// A change was neither answered nor paid in time.
        ModificationExpired = "modification_expired",
        /// The difference could not be charged; the booking is as it was.
        ModificationPaymentFailed = "modification_payment_failed",
        /// The difference was set aside when the change was over; it is let go.
        ModificationPaidTooLate = "modification_paid_too_late",
    }
}

/// What a transition entails beside the new state; carried out through the outbox or in the same statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// All nights go back on sale.
    ReleaseNights,
    /// The nights from today on go back on sale.
    ReleaseUnspentNights,
    /// The amount that was set aside is taken.
    CapturePayment,
    /// The amount that was set aside, if any, is let go.
    VoidPayment,
    /// What [`crate::cancellation::settle`] gives the guest goes back.
    RefundPayment,
    /// The host's share becomes due by the payout's own clock.
    SchedulePayout,
    /// Both sides may review each other from now on, see [`crate::review`].
    StartReviewClock,
    /// People are told.
    Notify(Notice),
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state it starts from.
    pub from: BookingState,
    /// What happens.
    pub event: BookingEvent,
    /// Who may cause it.
    pub actor: Actor,
    /// The state it leads to.
    pub to: BookingState,
    /// What it entails, in this order.
    pub effects: &'static [Effect],
    /// The clock that starts with the new state.
    pub timer: Option<Timer>,
}

impl Transition {
    /// Whether the event had happened before: the booking stays as it is and nothing follows.
    pub fn is_repeat(&self) -> bool {
        self.from == self.to
    }
}

impl BookingState {
    /// The state that a booking is born in; its [`Timer::Hold`] runs from then.
    pub const INITIAL: Self = Self::PendingPayment;

    /// Whether a booking stays in this state for good.
    pub fn is_final(self) -> bool {
        TABLE.iter().all(|row| row.from != self || row.is_repeat())
    }

    /// Whether the nights of a booking in this state are off the market.
    pub const fn holds_nights(self) -> bool {
        matches!(
            self,
            Self::PendingPayment | Self::Requested | Self::Confirmed | Self::CheckedIn | Self::Completed
        )
    }
}

impl BookingEvent {
    /// What an authorised payment means for a listing that books in `mode`.
    pub const fn authorised(mode: BookingMode) -> Self {
        match mode {
            BookingMode::Instant => Self::PaymentAuthorised,
            BookingMode::Request => Self::RequestAuthorised,
        }
    }
}

/// The row for `event` caused by `actor` in `state`; where there is none, a conflict with code `illegal_transition`.
///
/// Says nothing of time: [`act`] also asks whether the event's window is open.
pub fn transition(
    state: BookingState,
    event: BookingEvent,
    actor: Actor,
) -> Result<&'static Transition, Refusal> {
    let found = TABLE.iter().find(|row| (row.from, row.event, row.actor) == (state, event, actor));
    found.ok_or_else(|| {
        let detail = format!("A booking that is {state} allows no {event} by the {actor}.");
        Refusal::conflict("illegal_transition", detail)
    })
}

#[cfg(test)]
mod tests;
