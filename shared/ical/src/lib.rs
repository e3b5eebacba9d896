//! Reads calendars of other platforms (RFC 5545), as they really are: from bytes to the nights that they take.
//!
//! A calendar is read whole or not at all. Whoever reads a broken one as a short one puts nights on sale that somebody
//! has: so a page of HTML, an empty body, a body that was cut off, an event without a readable beginning and a rule that
//! cannot be unrolled are errors, and what was read before goes on to hold.
//!
//! - A `DATE` is a night by its own name. A time is first brought to the home's zone: an event takes the nights that
//!   begin from the date of its start up to but without the date of its end, and at least one.
//! - Events that are cancelled (`STATUS`, or `METHOD` of the whole) or transparent (`TRANSP`) take nothing.
//! - `DTEND` equal to `DTSTART`, or neither it nor `DURATION`: one night. `DTEND` before `DTSTART`: an error.
//! - `TZID` is read in the spellings of the IANA, of Windows, in quotes, with a registry in front. Of one that nobody
//!   knows the time is taken as the home's own: the calendar is of the same place, and nights are coarse.
//! - Two events of one `UID` both count: some platforms give all events the same.
//! - Rules of days, weeks, months and years are unrolled within the window; a rule of hours or less is refused, as is
//!   `RECURRENCE-ID` with a `RANGE`. `EXRULE` is left unread: what it would free stays taken.

mod error;
mod event;
mod moment;
mod read;
mod recurrence;
mod text;
mod zones;

pub use error::Unreadable;
pub use read::{MAX_EVENTS, MAX_OCCURRENCES, Window, read};

#[cfg(test)]
mod tests;
