//! The table.

use super::Actor::{self, Guest, Host, System};
use super::BookingEvent::{
    Accept, Cancel, CheckIn, CheckOut, Decline, HoldExpired, NoShow as DeclareNoShow, PaymentAuthorised,
    PaymentFailed as LastAttemptFailed, RequestAuthorised, RequestExpired, StayEnded, Withdraw,
};
use super::BookingState::{
    CancelledByGuest, CancelledByHost, CheckedIn, Completed, Confirmed, Declined, Expired, NoShow,
    PaymentFailed, PendingPayment, Requested, Withdrawn,
};
use super::Effect::{
    CapturePayment, Notify, RefundPayment, ReleaseNights, ReleaseUnspentNights, SchedulePayout,
    StartReviewClock, VoidPayment,
};
use super::{BookingEvent, BookingState, Effect, Notice, Timer, Transition};

/// Every way in which a booking moves. What is not here is refused.
#[rustfmt::skip]
pub const TABLE: &[Transition] = &[
    // Paying for the hold.
    row(PendingPayment, PaymentAuthorised, System, Confirmed, &[CapturePayment, Notify(Notice::Confirmed)], Some(Timer::StayEnd)),
    row(PendingPayment, RequestAuthorised, System, Requested, &[Notify(Notice::Requested)], Some(Timer::RequestAnswer)),
    row(PendingPayment, HoldExpired, System, Expired, &[ReleaseNights, VoidPayment, Notify(Notice::HoldExpired)], None),
    row(PendingPayment, LastAttemptFailed, System, PaymentFailed, &[ReleaseNights, VoidPayment, Notify(Notice::PaymentFailed)], None),
    // A request to book.
    row(Requested, Accept, Host, Confirmed, &[CapturePayment, Notify(Notice::Confirmed)], Some(Timer::StayEnd)),
    row(Requested, Decline, Host, Declined, &[ReleaseNights, VoidPayment, Notify(Notice::Declined)], None),
    row(Requested, Withdraw, Guest, Withdrawn, &[ReleaseNights, VoidPayment, Notify(Notice::Withdrawn)], None),
    row(Requested, RequestExpired, System, Expired, &[ReleaseNights, VoidPayment, Notify(Notice::RequestExpired)], None),
    // Calling it off.
    row(Confirmed, Cancel, Guest, CancelledByGuest, &[ReleaseNights, RefundPayment, Notify(Notice::CancelledByGuest)], None),
    row(Confirmed, Cancel, Host, CancelledByHost, &[ReleaseNights, RefundPayment, Notify(Notice::CancelledByHost)], None),
    row(Confirmed, DeclareNoShow, Host, NoShow, &[ReleaseUnspentNights, SchedulePayout, Notify(Notice::NoShow)], None),
    // Living it. The timer of the stay's end began with the confirmation.
    row(Confirmed, CheckIn, Guest, CheckedIn, &[SchedulePayout, Notify(Notice::CheckedIn)], None),
    row(Confirmed, CheckIn, Host, CheckedIn, &[SchedulePayout, Notify(Notice::CheckedIn)], None),
    row(Confirmed, StayEnded, System, Completed, &[SchedulePayout, StartReviewClock, Notify(Notice::Completed)], None),
    row(CheckedIn, Cancel, Guest, Completed, &[ReleaseUnspentNights, RefundPayment, StartReviewClock, Notify(Notice::LeftEarly)], None),
    row(CheckedIn, CheckOut, Guest, Completed, &[StartReviewClock, Notify(Notice::Completed)], None),
    row(CheckedIn, CheckOut, Host, Completed, &[StartReviewClock, Notify(Notice::Completed)], None),
    row(CheckedIn, StayEnded, System, Completed, &[StartReviewClock, Notify(Notice::Completed)], None),
    // Said twice: nothing more happens.
    row(CheckedIn, CheckIn, Guest, CheckedIn, &[], None),
    row(CheckedIn, CheckIn, Host, CheckedIn, &[], None),
    row(Completed, CheckOut, Guest, Completed, &[], None),
    row(Completed, CheckOut, Host, Completed, &[], None),
];

const fn row(
    from: BookingState,
    event: BookingEvent,
    actor: Actor,
    to: BookingState,
    effects: &'static [Effect],
    timer: Option<Timer>,
) -> Transition {
    Transition { from, event, actor, to, effects, timer }
}
