//! One event: when it is, how long, and whether it takes nights at all.

use calcard::icalendar::{
    ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarProperty, ICalendarStatus,
    ICalendarTransparency, ICalendarValue,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Unit};

use crate::error::Unreadable;
use crate::moment::Moment;
use crate::zones::Zones;

/// An event, as far as it is of use.
#[derive(Clone, Debug)]
pub(crate) struct Event<'c> {
    pub(crate) component: &'c ICalendarComponent,
    pub(crate) uid: &'c str,
    pub(crate) start: Moment,
    /// From the start's clock to the end's: the same for each time that it repeats.
    length: Span,
    /// Which of the times of another event of the same `UID` this one stands for.
    pub(crate) replaces: Option<Moment>,
    /// Whether it takes nights.
    pub(crate) is_busy: bool,
}

impl<'c> Event<'c> {
    pub(crate) fn read(
        component: &'c ICalendarComponent,
        zones: &Zones<'_>,
        home: &TimeZone,
    ) -> Result<Self, Unreadable> {
        let replaces = component.property(&ICalendarProperty::RecurrenceId);
        if replaces.is_some_and(has_range) {
            return Err(Unreadable::UnsupportedRecurrence);
        }
        let replaces = replaces.map(|entry| Moment::one(entry, zones)).transpose()?;
        let is_busy = component.status() != Some(&ICalendarStatus::Cancelled)
            && component.transparency() != Some(&ICalendarTransparency::Transparent);
        let start = match (component.property(&ICalendarProperty::Dtstart), &replaces) {
            (Some(entry), _) => Moment::one(entry, zones)?,
            // Word that one time is called off needs no more than to say which.
            (None, Some(instead)) => instead.clone(),
            (None, None) => return Err(Unreadable::InvalidEvent),
        };
        let length = length(component, &start, zones, home)?;
        let uid = component.uid().unwrap_or_default();
        Ok(Self { component, uid, start, length, replaces, is_busy })
    }

    /// The nights of the time that begins at `start`: the first one, and the date of departure.
    pub(crate) fn nights(&self, start: &Moment, home: &TimeZone) -> (Date, Date) {
        let end = start.at(start.shown.saturating_add(self.length));
        nights(start, &end, home)
    }
}

/// From the date of the start up to but without that of the end, and at least one.
pub(crate) fn nights(start: &Moment, end: &Moment, home: &TimeZone) -> (Date, Date) {
    let from = start.at_home(home).date();
    (from, end.at_home(home).date().max(Moment::next_date(from)))
}

fn length(
    component: &ICalendarComponent,
    start: &Moment,
    zones: &Zones<'_>,
    home: &TimeZone,
) -> Result<Span, Unreadable> {
    let end = match component.property(&ICalendarProperty::Dtend) {
        Some(entry) => Moment::one(entry, zones)?,
        None => match component.property(&ICalendarProperty::Duration).map(|entry| entry.values.first()) {
            Some(Some(ICalendarValue::Duration(duration))) => start.plus(duration)?,
            Some(_) => return Err(Unreadable::InvalidEvent),
            None => start.clone(),
        },
    };
    // Where both say a date or one says a time, both are read at home.
    if end.at_home(home) < start.at_home(home) {
        let same_day = end.is_date && end.shown.date() == start.at_home(home).date();
        return if same_day { Ok(Span::new()) } else { Err(Unreadable::InvalidEvent) };
    }
    let until = (Unit::Day, start.by_own_clock(&end, home));
    start.shown.until(until).map_err(|_| Unreadable::InvalidEvent)
}

fn has_range(entry: &ICalendarEntry) -> bool {
    entry.has_parameter(&ICalendarParameterName::Range)
}
