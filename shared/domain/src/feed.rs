//! Calendars of other platforms that a host lets be read: which nights they take here, when they are read again, and what
//! of them is only the echo of what is told them.

mod nights;
mod own;
mod polling;

use jiff::civil::Date;

pub use nights::Nights;
pub use own::{Own, Said, SaidEvent};
pub use polling::{
    After, Failed, GIVE_UP_AFTER, MIN_BETWEEN, POLL_EVERY, WARN_AFTER, after_failure, after_success,
};

/// How many calendars a unit has at most.
pub const MAX_FEEDS: u32 = 10;
/// So many nights from tonight on are read: three years.
pub const HORIZON_NIGHTS: u16 = 1096;

/// An event of a foreign calendar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedEvent {
    /// The first night.
    pub from: Date,
    /// The date of departure: the night after it is free.
    pub to: Date,
    /// What the other side calls it; not to be relied upon. Some change it daily.
    pub uid: String,
}

#[cfg(test)]
mod tests;
