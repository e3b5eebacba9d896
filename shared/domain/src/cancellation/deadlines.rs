//! The deadlines that a guest is shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Arrival, PolicySnapshot};

/// Until when a cancellation gives back how much of nights and fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The last instant.
    pub until: Timestamp,
    /// The share, in percent.
    pub refund_percent: u8,
}

/// The deadlines that are still to come at `now`, the next one first, each with a smaller share than the one before.
///
/// A quote asks with `now` for `booked_at` and `confirmed_at`: as if it were booked at once. What comes back after the last
/// deadline depends on the nights stayed and is no share.
pub fn deadlines(
    policy: &PolicySnapshot,
    arrival: &Arrival<'_>,
    booked_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Deadline> {
    let mut shown: Vec<Deadline> = Vec::new();
    if let Some(until) = full_until(policy, arrival, booked_at, confirmed_at) {
        shown.push(Deadline { until, refund_percent: 100 });
    }
    for tier in policy.tiers.iter().filter(|tier| tier.refund_percent < 100) {
        let until = arrival.deadline(tier.until);
        // A smaller share that ends sooner is never seen.
        if shown.last().is_none_or(|last| last.until < until) {
            shown.push(Deadline { until, refund_percent: tier.refund_percent });
        }
    }
    shown.retain(|deadline| now <= deadline.until);
    shown
}

/// The last instant at which everything comes back, if the policy knows one.
pub(super) fn full_until(
    policy: &PolicySnapshot,
    arrival: &Arrival<'_>,
    booked_at: Timestamp,
    confirmed_at: Option<Timestamp>,
) -> Option<Timestamp> {
    let by_tier = policy
        .tiers
        .iter()
        .filter(|tier| tier.refund_percent == 100)
        .map(|tier| arrival.deadline(tier.until));
    by_tier
        .chain(policy.after_booking.map(|window| arrival.window_end(window, booked_at)))
        .chain(policy.grace.zip(confirmed_at).map(|(window, start)| arrival.window_end(window, start)))
        .max()
}
