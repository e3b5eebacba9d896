//! Time is an argument: nothing in this workspace asks the machine for it directly.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Where a caller learns what time it is.
///
/// The answer is cut to whole milliseconds, so that an instant survives a trip through the database and JSON unchanged.
pub trait Clock: Debug + Send + Sync {
    /// The present instant, in UTC, in whole milliseconds.
    fn now(&self) -> Timestamp;
}

/// A clock that several owners hold.
pub type SharedClock = Arc<dyn Clock>;

/// A clock that stands still until it is told to move; for tests.
#[derive(Debug)]
pub struct ManualClock {
    millis: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `start`, cut to whole milliseconds.
    pub fn at(start: Timestamp) -> Self {
        Self { millis: AtomicI64::new(start.as_millisecond()) }
    }

    /// Moves the clock by `millis`, which may be negative.
    pub fn advance_millis(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// Puts the clock at `to`, cut to whole milliseconds.
    pub fn set(&self, to: Timestamp) {
        self.millis.store(to.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        // The value came from a Timestamp; only an absurd advance can leave the range.
        Timestamp::from_millisecond(self.millis.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}
