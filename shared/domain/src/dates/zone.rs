//! A place's time zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::TimeOfDay;
use crate::invalid::Invalid;

/// A time zone of the IANA database, by the copy built into this program: the same answers on every machine.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// The longest name taken, in bytes; the longest in use has 32.
    const MAX_NAME: usize = 64;

    /// Universal time, for a person who names no zone.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The name, such as `Europe/Paris`, in the database's own spelling.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The instant at which the wall clocks here show `time` on `date`.
    ///
    /// A time that a clock change skips is read by the offset before the change, so it comes out as much later as the
    /// clocks jump; a time that happens twice is its first occurrence (RFC 5545, section 3.3.5). Within a day of the
    /// calendar's ends (years -9999 and 9999) the answer is the nearest instant there is.
    pub fn instant_of(&self, date: Date, time: TimeOfDay) -> Timestamp {
        self.instant(date.to_datetime(time.time()))
    }

    /// The first instant of `date` here; midnight, unless a clock change skips it.
    pub fn start_of(&self, date: Date) -> Timestamp {
        self.instant(date.to_datetime(Time::midnight()))
    }

    /// The instant with the same time on the wall as `time` on `date`, `days` calendar days earlier.
    pub fn days_before(&self, date: Date, time: TimeOfDay, days: u16) -> Timestamp {
        self.instant_of(date.saturating_sub(i64::from(days).days()), time)
    }

    /// The date on the calendars here at `now`.
    pub fn today(&self, now: Timestamp) -> Date {
        self.0.to_datetime(now).date()
    }

    /// What calendar and clock on the wall here show at `at`.
    pub fn wall_clock(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    fn instant(&self, datetime: DateTime) -> Timestamp {
        let end = if datetime.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.0.to_ambiguous_timestamp(datetime).compatible().unwrap_or(end)
    }
}

impl FromStr for Zone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || Invalid::new("unknown_time_zone", "Write an IANA time zone, such as Europe/Paris.");
        if text.len() > Self::MAX_NAME {
            return Err(unknown());
        }
        let zone = TimeZoneDatabase::bundled().get(text).map_err(|_| unknown())?;
        // The database also knows a zone for "no one knows", in which no date has an instant.
        if zone.is_unknown() { Err(unknown()) } else { Ok(Self(zone)) }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl TryFrom<String> for Zone {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_those_of_the_database() {
        assert_eq!(zone("europe/paris").name(), "Europe/Paris");
        assert_eq!(serde_json::to_string(&zone("America/New_York")).unwrap(), "\"America/New_York\"");
        assert_eq!(zone("UTC"), Zone::UTC);
        for bad in
            ["", "Paris", "Etc/Unknown", "UTC+1", "../UTC", "+02:00", "Europe/Paris\0", &"A".repeat(65)]
        {
            assert!(bad.parse::<Zone>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_skipped_time_moves_on_by_the_gap() {
        // New York, 8 March 2026: 02:00 becomes 03:00.
        let half_past_two = "02:30".parse().unwrap();
        assert_eq!(
            zone("America/New_York").instant_of(date(2026, 3, 8), half_past_two),
            at("2026-03-08T07:30:00Z")
        );
    }

    #[test]
    fn a_repeated_time_is_its_first_occurrence() {
        // New York, 1 November 2026: 02:00 becomes 01:00.
        let half_past_one = "01:30".parse().unwrap();
        assert_eq!(
            zone("America/New_York").instant_of(date(2026, 11, 1), half_past_one),
            at("2026-11-01T05:30:00Z")
        );
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_starts_at_one() {
        // Santiago, 6 September 2026: midnight becomes 01:00.
        assert_eq!(zone("America/Santiago").start_of(date(2026, 9, 6)), at("2026-09-06T04:00:00Z"));
    }

    #[test]
    fn days_before_keep_the_time_on_the_wall_across_a_clock_change() {
        let paris = zone("Europe/Paris");
        let (check_in, three) = (date(2026, 3, 31), TimeOfDay::DEFAULT_CHECK_IN);
        assert_eq!(paris.instant_of(check_in, three), at("2026-03-31T13:00:00Z"));
        // Summer time began on the 29th: five calendar days are one hour less than 120 hours.
        assert_eq!(paris.days_before(check_in, three, 5), at("2026-03-26T14:00:00Z"));
    }

    #[test]
    fn today_is_where_the_listing_is() {
        let now = at("2026-06-30T23:30:00Z");
        assert_eq!(zone("Pacific/Auckland").today(now), date(2026, 7, 1));
        assert_eq!(zone("America/Los_Angeles").today(now), date(2026, 6, 30));
    }
}
