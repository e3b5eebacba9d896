//! Calendars of other platforms that hosts let be read.
//!
//! What they say becomes claims in the table of claims, in a lane of each calendar's own; the database's function
//! `apply_feed` replaces them as a whole, and a trigger hands over nights that a stay gives back.

mod conflicts;
mod manage;
mod poll;

pub use conflicts::{ConflictFacts, TroubleFacts, conflict, trouble};
pub use manage::{Asked, Change, Conflict, Feed, Made, NewFeed, change, delete, find, insert, list, refresh};
pub use poll::{Applied, Outcome, Polled, Taken, Work, apply, claim, fail, keep, take_due};
