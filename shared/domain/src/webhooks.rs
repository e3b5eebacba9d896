//! Outbound webhooks: what integrators are told, when a call is tried again, and when no more.
//!
//! By the Standard Webhooks specification: <https://github.com/standard-webhooks/standard-webhooks>.

use jiff::{SignedDuration, Timestamp};

use crate::coded::coded;

coded! {
    /// What may be told of a host's own properties. An endpoint says which of them it wants.
    EventKind, "unknown_event_type" {
        /// A guest asks to stay.
        BookingRequested = "booking.requested",
        /// A stay is booked.
        BookingConfirmed = "booking.confirmed",
        /// Nights, guests, or something else about a booking changed; its state did not.
        BookingUpdated = "booking.updated",
        /// A request was declined.
        BookingDeclined = "booking.declined",
        /// A request was withdrawn by its guest.
        BookingWithdrawn = "booking.withdrawn",
        /// A request ended unanswered.
        BookingExpired = "booking.expired",
        /// A stay was called off by either side.
        BookingCancelled = "booking.cancelled",
        /// The guest has arrived.
        BookingCheckedIn = "booking.checked_in",
        /// The stay is over.
        BookingCompleted = "booking.completed",
        /// The guest did not come.
        BookingNoShow = "booking.no_show",
        /// The guest's money was taken.
        PaymentCaptured = "payment.captured",
        /// Money went back to the guest.
        PaymentRefunded = "payment.refunded",
        /// The guest's bank took the money back and asks why.
        PaymentDisputed = "payment.disputed",
        /// A guest's review became public.
        ReviewRevealed = "review.revealed",
        /// A public review was removed.
        ReviewRemoved = "review.removed",
    }
}

coded! {
    /// Why an endpoint is not called.
    DisabledReason, "unknown_disabled_reason" {
        /// Its owner switched it off.
        ByOwner = "by_owner",
        /// It failed for [`DISABLE_AFTER`] without a break.
        Failing = "failing",
        /// It answered 410: it is no more.
        Gone = "gone",
    }
}

/// The pauses before each attempt after the first: the specification's recommended schedule, ten attempts over three days.
const PAUSES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// So many attempts are made at a delivery.
pub const MAX_TRIES: u32 = 10;
/// After so long without one success an endpoint is switched off.
pub const DISABLE_AFTER: SignedDuration = SignedDuration::from_hours(72);
/// How long an old secret signs beside a new one.
pub const ROTATION_OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// A pause grows by up to this share of itself, in percent, so that what failed together does not come again together.
const JITTER_PERCENT: u64 = 20;
/// What an endpoint asks for by `Retry-After` is granted up to this long.
const MAX_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The endpoint took it: a status of 2xx.
    Taken,
    /// The endpoint says that it is no more: 410.
    Gone,
    /// Anything else, with what the endpoint asked for by `Retry-After`.
    Failed {
        /// The pause that the endpoint asked for.
        retry_after: Option<SignedDuration>,
    },
}

/// What follows from an attempt, for its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Delivered,
    /// It is tried again.
    At(Timestamp),
    /// It is given up.
    GivenUp,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// For the delivery.
    pub next: Next,
    /// Whether the endpoint is switched off, and why.
    pub disable: Option<DisabledReason>,
}

/// Decides after the attempt number `tries` (from 1) that ended with `answer` at `now`, at an endpoint that has failed
/// without a break since `failing_since`. `chance` is any number.
pub fn after(
    answer: Answer,
    tries: u32,
    failing_since: Option<Timestamp>,
    now: Timestamp,
    chance: u64,
) -> Verdict {
    let retry_after = match answer {
        Answer::Taken => return Verdict { next: Next::Delivered, disable: None },
        Answer::Gone => return Verdict { next: Next::GivenUp, disable: Some(DisabledReason::Gone) },
        Answer::Failed { retry_after } => retry_after,
    };
    let is_hopeless = failing_since.is_some_and(|since| now.duration_since(since) >= DISABLE_AFTER);
    if is_hopeless {
        return Verdict { next: Next::GivenUp, disable: Some(DisabledReason::Failing) };
    }
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let next = PAUSES.get(index).and_then(|pause| {
        let pause = jittered(*pause, chance).max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER));
        now.checked_add(pause).ok()
    });
    Verdict { next: next.map_or(Next::GivenUp, Next::At), disable: None }
}

fn jittered(pause: SignedDuration, chance: u64) -> SignedDuration {
    let most = u64::try_from(pause.as_millis()).unwrap_or(0) * JITTER_PERCENT / 100;
    let more = chance % (most + 1);
    pause + SignedDuration::from_millis(i64::try_from(more).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Answer = Answer::Failed { retry_after: None };

    fn now() -> Timestamp {
        "2026-12-01T12:00:00Z".parse().unwrap()
    }

    fn pause(tries: u32, chance: u64) -> Option<SignedDuration> {
        match after(FAILED, tries, None, now(), chance).next {
            Next::At(at) => Some(at.duration_since(now())),
            Next::GivenUp => None,
            Next::Delivered => panic!("it failed"),
        }
    }

    #[test]
    fn pauses_are_the_specifications() {
        let seconds: Vec<i64> = (1..MAX_TRIES).map(|tries| pause(tries, 0).unwrap().as_secs()).collect();
        let hours = |hours: i64| hours * 3600;
        assert_eq!(seconds, [5, 300, 1800, hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)]);
        assert_eq!(pause(MAX_TRIES, 0), None);
        assert_eq!(pause(u32::MAX, 0), None);
    }

    #[test]
    fn chance_makes_a_pause_longer_by_a_fifth_at_most() {
        let found: Vec<i128> =
            (0..2000_u64).map(|chance| pause(1, chance * 7919).unwrap().as_millis()).collect();
        assert!(found.iter().all(|millis| (5000..=6000).contains(millis)));
        assert!(found.iter().any(|millis| *millis < 5050) && found.iter().any(|millis| *millis > 5950));
    }

    #[test]
    fn an_endpoint_may_ask_for_a_longer_pause_but_not_for_ever() {
        let asked = |seconds| {
            let answer = Answer::Failed { retry_after: Some(SignedDuration::from_secs(seconds)) };
            after(answer, 1, None, now(), 0).next
        };
        assert_eq!(asked(1), Next::At(now() + SignedDuration::from_secs(5)));
        assert_eq!(asked(120), Next::At(now() + SignedDuration::from_secs(120)));
        assert_eq!(asked(1_000_000), Next::At(now() + SignedDuration::from_hours(24)));
        assert_eq!(asked(-5), Next::At(now() + SignedDuration::from_secs(5)));
    }

    #[test]
    fn three_days_without_a_success_switch_an_endpoint_off() {
        let since = |hours| Some(now() - SignedDuration::from_hours(hours));
        assert_eq!(after(FAILED, 2, since(71), now(), 0).disable, None);
        let verdict = after(FAILED, 2, since(72), now(), 0);
        assert_eq!(verdict, Verdict { next: Next::GivenUp, disable: Some(DisabledReason::Failing) });
        // The last attempt at the first event that failed comes late enough.
        let all = PAUSES.iter().fold(SignedDuration::ZERO, |sum, pause| sum + *pause);
        assert!(all >= DISABLE_AFTER, "{all}");
        assert_eq!(
            after(Answer::Taken, 9, since(500), now(), 0),
            Verdict { next: Next::Delivered, disable: None }
        );
        let gone = after(Answer::Gone, 1, None, now(), 0);
        assert_eq!(gone, Verdict { next: Next::GivenUp, disable: Some(DisabledReason::Gone) });
    }
}
