//! The clocks that start with a state.

use jiff::{SignedDuration, Timestamp};

use super::Windows;

/// How long nights are held for a guest who pays.
pub const HOLD: SignedDuration = SignedDuration::from_mins(15);

/// How long a host has to answer a request.
pub const REQUEST_ANSWER: SignedDuration = SignedDuration::from_hours(24);

/// A clock that ends a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Ends a hold with `hold_expired`, or with `payment_failed` if the last attempt was declined.
    Hold,
    /// Ends a request with `request_expired`.
    RequestAnswer,
    /// Ends a stay with `stay_ended`.
    StayEnd,
}

impl Timer {
    /// When the clock that starts at `now` rings.
    ///
    /// A request must be answered before the guest would arrive, so its clock stops at the check-in time at the latest;
    /// for a request made after that, at the end of the stay.
    pub fn due(self, now: Timestamp, windows: &Windows) -> Timestamp {
        match self {
            Self::Hold => after(now, HOLD),
            Self::RequestAnswer => {
                let arrival_passed = now >= windows.check_in_at;
                let latest = if arrival_passed { windows.stay_ends } else { windows.check_in_at };
                after(now, REQUEST_ANSWER).min(latest)
            }
            Self::StayEnd => windows.stay_ends,
        }
    }
}

fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
