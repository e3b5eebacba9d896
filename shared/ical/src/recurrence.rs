//! The times at which an event repeats.

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarFrequency,
    ICalendarPeriod, ICalendarProperty, ICalendarRecurrenceRule, ICalendarValue,
};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::error::Unreadable;
use crate::event::{Event, nights};
use crate::moment::Moment;
use crate::read::{Times, Window};
use crate::zones::Zones;

/// A rule is unrolled this far, counted from its beginning: daily since 27 years.
const MAX_STEPS: usize = 10_000;

/// All times of an event that are not replaced or taken out, each as its nights; those far from the window are left out.
pub(crate) fn times(
    event: &Event<'_>,
    replaced: &[&Moment],
    window: Window,
    zones: &Zones<'_>,
    home: &TimeZone,
) -> Result<Times, Unreadable> {
    let component = event.component;
    let mut starts = vec![event.start.shown];
    for entry in component.properties(&ICalendarProperty::Rrule) {
        let Some(ICalendarValue::RecurrenceRule(rule)) = entry.values.first() else {
            return Err(Unreadable::UnsupportedRecurrence);
        };
        starts.extend(unroll(rule, &event.start, window, zones, home)?);
    }
    let mut out = Vec::new();
    for entry in component.properties(&ICalendarProperty::Exdate) {
        out.extend(Moment::all(entry, zones)?);
    }
    let mut found = Vec::new();
    for entry in component.properties(&ICalendarProperty::Rdate) {
        for value in &entry.values {
            match value {
                ICalendarValue::Period(period) => found.push(period_nights(period, entry, zones, home)?),
                _ => starts.extend(
                    Moment::all(entry, zones)?.iter().map(|more| event.start.by_own_clock(more, home)),
                ),
            }
        }
    }
    starts.sort_unstable();
    starts.dedup();
    let gone =
        |start: &Moment| out.iter().chain(replaced.iter().copied()).any(|other| is_same(start, other, home));
    let starts = starts.into_iter().map(|shown| event.start.at(shown)).filter(|start| !gone(start));
    found.extend(starts.map(|start| event.nights(&start, home)));
    found.retain(|(from, to)| *to > window.from && *from < window.to);
    Ok(found)
}

/// A mere date means whatever is on that date, and of a date the time that is said with it means nothing.
fn is_same(start: &Moment, other: &Moment, home: &TimeZone) -> bool {
    if other.is_date || start.is_date {
        return start.shown.date() == other.shown.date();
    }
    start.at_home(home) == other.at_home(home)
}

fn period_nights(
    period: &ICalendarPeriod,
    entry: &ICalendarEntry,
    zones: &Zones<'_>,
    home: &TimeZone,
) -> Result<(jiff::civil::Date, jiff::civil::Date), Unreadable> {
    let read = |partial: &PartialDateTime| {
        Moment::read(partial, entry.tz_id(), zones).ok_or(Unreadable::InvalidEvent)
    };
    let (start, end) = match period {
        ICalendarPeriod::Range { start, end } => (read(start)?, read(end)?),
        ICalendarPeriod::Duration { start, duration } => {
            let start = read(start)?;
            let end = start.plus(duration)?;
            (start, end)
        }
    };
    Ok(nights(&start, &end, home))
}

/// The times of a rule, by the clock of its start, as far as the window reaches.
fn unroll(
    rule: &ICalendarRecurrenceRule,
    start: &Moment,
    window: Window,
    zones: &Zones<'_>,
    home: &TimeZone,
) -> Result<Vec<DateTime>, Unreadable> {
    if rule.freq > ICalendarFrequency::Daily || rule.interval == Some(0) {
        return Err(Unreadable::UnsupportedRecurrence);
    }
    // A day more: elsewhere it may be yesterday still.
    let reach = window.to.saturating_add(1.day()).to_datetime(Time::midnight());
    let last = match &rule.until {
        Some(until) => last(until, start, zones, home)?.min(reach),
        None => reach,
    };
    if last < start.shown {
        return Ok(Vec::new());
    }
    let rule = ICalendarRecurrenceRule { until: Some(floating(last)), ..rule.clone() };
    let line = |name, value| ICalendarEntry { name, params: Vec::new(), values: vec![value] };
    let event = ICalendarComponent {
        component_type: ICalendarComponentType::VEvent,
        entries: vec![
            line(
                ICalendarProperty::Dtstart,
                ICalendarValue::PartialDateTime(Box::new(floating(start.shown))),
            ),
            line(ICalendarProperty::Rrule, ICalendarValue::RecurrenceRule(Box::new(rule))),
        ],
        component_ids: Vec::new(),
    };
    let calendar = ICalendar {
        components: vec![
            ICalendarComponent { component_ids: vec![1], ..ICalendarComponent::default() },
            event,
        ],
    };
    // By a clock without a zone: what days a rule means is a matter of the wall, not of the world.
    let unrolled = calendar.expand_dates(Tz::Floating, MAX_STEPS);
    if !unrolled.errors.is_empty() || unrolled.events.len() >= MAX_STEPS {
        return Err(Unreadable::UnsupportedRecurrence);
    }
    let shown = |seconds| Timestamp::from_second(seconds).map(|at| TimeZone::UTC.to_datetime(at));
    let times: Result<_, _> = unrolled.events.iter().map(|time| shown(time.start.timestamp())).collect();
    times.map_err(|_| Unreadable::UnsupportedRecurrence)
}

/// The last moment of a rule, by the clock of its start. A date includes what is on it.
fn last(
    until: &PartialDateTime,
    start: &Moment,
    zones: &Zones<'_>,
    home: &TimeZone,
) -> Result<DateTime, Unreadable> {
    let until = Moment::read(until, None, zones).ok_or(Unreadable::UnsupportedRecurrence)?;
    if until.is_date {
        return Ok(until.shown.date().to_datetime(Time::constant(23, 59, 59, 0)));
    }
    // Without a zone it is by the start's own clock.
    let by_clock = until.zone.is_some() && !start.is_date;
    Ok(if by_clock { start.by_own_clock(&until, home) } else { until.shown })
}

fn floating(shown: DateTime) -> PartialDateTime {
    let part = |value: i8| u8::try_from(value).ok();
    PartialDateTime {
        year: u16::try_from(shown.year()).ok(),
        month: part(shown.month()),
        day: part(shown.day()),
        hour: part(shown.hour()),
        minute: part(shown.minute()),
        second: part(shown.second()),
        ..PartialDateTime::default()
    }
}
