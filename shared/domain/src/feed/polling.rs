//! When a calendar is read again.

use jiff::{SignedDuration, Timestamp};

/// How often a calendar is read that can be.
pub const POLL_EVERY: SignedDuration = SignedDuration::from_mins(30);
/// No calendar is read again sooner, whoever asks.
pub const MIN_BETWEEN: SignedDuration = SignedDuration::from_mins(5);
/// A calendar that cannot be read is tried at least so often.
const SLOWEST: SignedDuration = SignedDuration::from_hours(6);
/// The other side's wish to be left alone is granted for so long.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(24);
/// After so long without success the host is told.
pub const WARN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// After so long the calendar is no longer read, and the host is told of that, too.
pub const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A try that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    /// Tries that failed one after another, this one included.
    pub failures: u32,
    /// When the first of them did.
    pub since: Timestamp,
    /// Whether the host was told of it.
    pub warned: bool,
    /// How long the other side asks to be left alone.
    pub retry_after: Option<SignedDuration>,
}

/// What follows from a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// Whether the host is told now.
        warn: bool,
    },
    /// It is not tried any more until somebody says so.
    GivenUp,
}

/// When a calendar is read again that was read at `now`. `chance` spreads calendars over time.
pub fn after_success(now: Timestamp, chance: u64) -> Timestamp {
    later(now, spread(POLL_EVERY, chance))
}

/// What follows from a try that failed at `now`: twice as long a pause after each, up to six hours, a tenth more or less.
pub fn after_failure(failed: Failed, now: Timestamp, chance: u64) -> After {
    let lasting = now.duration_since(failed.since);
    if lasting >= GIVE_UP_AFTER {
        return After::GivenUp;
    }
    let doublings = failed.failures.saturating_sub(1).min(8);
    let pause = POLL_EVERY.saturating_mul(1 << doublings).min(SLOWEST);
    let wish = failed.retry_after.unwrap_or_default().min(LONGEST_WISH);
    let at = later(now, spread(pause, chance).max(wish));
    After::Again { at, warn: !failed.warned && lasting >= WARN_AFTER }
}

/// Between nine and eleven tenths of it.
fn spread(pause: SignedDuration, chance: u64) -> SignedDuration {
    let tenth = pause.as_secs() / 10;
    let within = i64::try_from(chance % 1_000).unwrap_or_default();
    SignedDuration::from_secs(pause.as_secs() - tenth + 2 * tenth * within / 999)
}

fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}
