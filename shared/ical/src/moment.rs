//! A date or a time, as an event says it.

use calcard::common::PartialDateTime;
use calcard::icalendar::{ICalendarDuration, ICalendarEntry, ICalendarValue};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, ToSpan as _};

use crate::error::Unreadable;
use crate::zones::Zones;

/// A date or a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// What calendar and clock show where it is said; midnight of a mere date.
    pub(crate) shown: DateTime,
    /// Where it is said; `None` is the home itself.
    pub(crate) zone: Option<TimeZone>,
    /// Whether it is a date without a time.
    pub(crate) is_date: bool,
}

impl Moment {
    /// The values of a line that names dates or times.
    pub(crate) fn all(entry: &ICalendarEntry, zones: &Zones<'_>) -> Result<Vec<Self>, Unreadable> {
        entry.values.iter().map(|value| Self::of(value, entry, zones)).collect()
    }

    /// The one value of a line.
    pub(crate) fn one(entry: &ICalendarEntry, zones: &Zones<'_>) -> Result<Self, Unreadable> {
        let value = entry.values.first().ok_or(Unreadable::InvalidEvent)?;
        Self::of(value, entry, zones)
    }

    fn of(value: &ICalendarValue, entry: &ICalendarEntry, zones: &Zones<'_>) -> Result<Self, Unreadable> {
        let ICalendarValue::PartialDateTime(partial) = value else { return Err(Unreadable::InvalidEvent) };
        Self::read(partial, entry.tz_id(), zones).ok_or(Unreadable::InvalidEvent)
    }

    pub(crate) fn read(partial: &PartialDateTime, zone: Option<&str>, zones: &Zones<'_>) -> Option<Self> {
        let year = i16::try_from(partial.year?).ok()?;
        let [month, day] = [partial.month?, partial.day?].map(i8::try_from);
        let date = Date::new(year, month.ok()?, day.ok()?).ok()?;
        let Some(hour) = partial.hour else {
            return Some(Self { shown: date.to_datetime(Time::midnight()), zone: None, is_date: true });
        };
        // A leap second is read as the one before it.
        let second = partial.second.unwrap_or(0).min(59);
        let [hour, minute, second] = [hour, partial.minute.unwrap_or(0), second].map(i8::try_from);
        let time = Time::new(hour.ok()?, minute.ok()?, second.ok()?, 0).ok()?;
        let zone = match partial.tz_hour {
            Some(hours) => {
                let seconds = i32::from(hours) * 3600 + i32::from(partial.tz_minute.unwrap_or(0)) * 60;
                let seconds = if partial.tz_minus { -seconds } else { seconds };
                Some(Offset::from_seconds(seconds).ok()?.to_time_zone())
            }
            None => zone.and_then(|name| zones.find(name)),
        };
        Some(Self { shown: date.to_datetime(time), zone, is_date: false })
    }

    /// The same at another date and time of the same clock.
    pub(crate) fn at(&self, shown: DateTime) -> Self {
        Self { shown, ..self.clone() }
    }

    /// What it is at home. A time that a clock change skips comes out as much later as the clocks jump (RFC 5545, 3.3.5).
    pub(crate) fn at_home(&self, home: &TimeZone) -> DateTime {
        self.seen_in(home)
    }

    /// What another moment is by this one's clock.
    pub(crate) fn by_own_clock(&self, other: &Self, home: &TimeZone) -> DateTime {
        let own = self.zone.as_ref().unwrap_or(home);
        let told = Self { zone: Some(other.zone.clone().unwrap_or_else(|| home.clone())), ..other.clone() };
        if other.is_date { other.shown } else { told.seen_in(own) }
    }

    fn seen_in(&self, there: &TimeZone) -> DateTime {
        let Some(zone) = self.zone.as_ref().filter(|zone| *zone != there) else { return self.shown };
        zone.to_ambiguous_timestamp(self.shown).compatible().map_or(self.shown, |at| there.to_datetime(at))
    }

    /// So much later. Of times the days count by the calendar, the rest by the clock.
    pub(crate) fn plus(&self, duration: &ICalendarDuration) -> Result<Self, Unreadable> {
        let days = i64::from(duration.weeks) * 7 + i64::from(duration.days);
        let seconds =
            i64::from(duration.hours) * 3600 + i64::from(duration.minutes) * 60 + i64::from(duration.seconds);
        if duration.neg && days + seconds > 0 {
            return Err(Unreadable::InvalidEvent);
        }
        let span = |span: Result<Span, jiff::Error>| span.map_err(|_| Unreadable::InvalidEvent);
        let days = span(Span::new().try_days(days))?;
        let seconds = span(Span::new().try_seconds(seconds))?;
        Ok(self.at(self.shown.saturating_add(days).saturating_add(seconds)))
    }

    /// The night after it.
    pub(crate) fn next_date(date: Date) -> Date {
        date.saturating_add(1.day())
    }
}
