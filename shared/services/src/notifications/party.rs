//! Who is told of what.

use domain::booking::{BookingState, Notice};
use domain::review::ReviewSide;

/// The sides of a booking that a notice concerns. Whoever only reads what they did themselves a moment ago, and loses
/// or gains nothing by it, is left in peace.
pub(super) const fn audience(notice: Notice) -> &'static [ReviewSide] {
    use ReviewSide::{Guest, Host};
    match notice {
        Notice::Requested
        | Notice::Confirmed
        | Notice::Withdrawn
        | Notice::RequestExpired
        | Notice::CancelledByGuest
        | Notice::CancelledByHost
        | Notice::CheckedIn
        | Notice::LeftEarly
        | Notice::Completed
        | Notice::NoShow
        | Notice::ModificationAccepted
        | Notice::ModificationDeclined
        | Notice::ModificationExpired
        | Notice::ModificationPaymentFailed => &[Guest, Host],
        Notice::ModificationProposedByGuest => &[Host],
        Notice::Declined
        | Notice::HoldExpired
        | Notice::PaymentDeclined
        | Notice::PaymentActionRequired
        | Notice::PaymentFailed
        | Notice::PaidTooLate
        | Notice::ModificationProposedByHost
        | Notice::ModificationPaidTooLate => &[Guest],
    }
}

/// Whether a notice still tells where the booking stands: its mail may come late.
pub(super) const fn is_current(notice: Notice, state: BookingState) -> bool {
    match notice {
        Notice::Requested => matches!(state, BookingState::Requested),
        Notice::PaymentDeclined | Notice::PaymentActionRequired => {
            matches!(state, BookingState::PendingPayment)
        }
        Notice::Confirmed => {
            matches!(state, BookingState::Confirmed | BookingState::CheckedIn | BookingState::Completed)
        }
        Notice::ModificationProposedByGuest | Notice::ModificationProposedByHost => {
            matches!(state, BookingState::Confirmed | BookingState::CheckedIn)
        }
        Notice::CheckedIn => matches!(state, BookingState::CheckedIn | BookingState::Completed),
        // No way leads on from these.
        Notice::Declined
        | Notice::Withdrawn
        | Notice::RequestExpired
        | Notice::HoldExpired
        | Notice::PaymentFailed
        | Notice::PaidTooLate
        | Notice::CancelledByGuest
        | Notice::CancelledByHost
        | Notice::LeftEarly
        | Notice::Completed
        | Notice::NoShow
        | Notice::ModificationAccepted
        | Notice::ModificationDeclined
        | Notice::ModificationExpired
        | Notice::ModificationPaymentFailed
        | Notice::ModificationPaidTooLate => true,
    }
}
