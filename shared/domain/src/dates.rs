//! Dates of nights, clocks on walls, and the instants they stand for.
//!
//! A night is a calendar date in the listing's own time zone; an instant is UTC and worked out from the date, the zone
//! and a time on the wall there.

mod stay;
mod time_of_day;
mod zone;

pub(crate) use stay::days_between;
pub use stay::{LAST_DATE, MAX_NIGHTS, Stay};
pub use time_of_day::TimeOfDay;
pub use zone::Zone;
