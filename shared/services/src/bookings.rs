//! The life of a booking: made of a quote, answered, lived, cancelled.
//!
//! Every operation loads the booking once, asks the one table of transitions, and writes in one statement that finds
//! the booking as it was read or does nothing; then it begins anew.

mod book;
mod cancel;
mod details;
mod effects;
#[cfg(test)]
mod fixtures;
mod override_refund;
mod paid;
mod perform;
mod read;
mod way_back;

use domain::booking::Actor;
use domain::ids::UserId;
use domain::refusal::Refusal;
use store::bookings::Booking;

use crate::Failure;

pub use book::{Message, book};
pub use cancel::{Cancelled, Reason, cancel, preview};
pub use details::{DetailsChange, Edit, change_details};
pub use override_refund::{Override, override_refund};
pub use paid::{authorised, payment_failed};
pub use perform::perform;
pub use read::{events, find, find_many, list, seen_by};
pub(crate) use way_back::divide;

/// How often an operation begins anew when others change the booking at the same time.
pub(crate) const ATTEMPTS: u32 = 4;

/// On which side of the booking a person stands; who is on none does not see it.
///
/// Co-hosts with the permission stand on the host's; a guest who is one as well stays the guest.
pub fn side_of(booking: &Booking, person: UserId) -> Result<Actor, Failure> {
    if booking.guest_id == person {
        Ok(Actor::Guest)
    } else if booking.host_id == person || booking.cohosts.contains(&person) {
        Ok(Actor::Host)
    } else {
        Err(Failure::NotFound)
    }
}

/// The booking changed under every attempt.
pub(crate) fn contended() -> Failure {
    Refusal::conflict("conflict", "The booking is being changed by someone else. Read it again.").into()
}

#[cfg(test)]
mod tests {
    use domain::booking::BookingState;
    use domain::cancellation::CancellationPolicyCode;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_is_on_no_side_sees_nothing() {
        let mut booking = fixtures::booking(BookingState::Confirmed, CancellationPolicyCode::Flexible);
        assert_eq!(side_of(&booking, booking.guest_id).unwrap(), Actor::Guest);
        assert_eq!(side_of(&booking, booking.host_id).unwrap(), Actor::Host);
        let stranger = UserId::from(Uuid::from_u128(99));
        assert!(matches!(side_of(&booking, stranger), Err(Failure::NotFound)));
        booking.cohosts = vec![stranger, booking.guest_id];
        assert_eq!(side_of(&booking, stranger).unwrap(), Actor::Host);
        assert_eq!(side_of(&booking, booking.guest_id).unwrap(), Actor::Guest, "nobody answers themselves");
    }
}
