//! A whole calendar.

use std::collections::HashMap;

use calcard::icalendar::{
    ICalendar, ICalendarComponentType, ICalendarMethod, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};
use domain::dates::Zone;
use domain::feed::FeedEvent;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::error::Unreadable;
use crate::event::Event;
use crate::moment::Moment;
use crate::recurrence::times;
use crate::text;
use crate::zones::Zones;

/// A calendar of more events is refused.
pub const MAX_EVENTS: usize = 2_000;
/// So is one whose events take place more often within the window.
pub const MAX_OCCURRENCES: usize = 5_000;
/// Events with a rule are dear.
const MAX_RULES: usize = 200;

/// The nights that are of interest: events that end before or begin after are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first night.
    pub from: Date,
    /// The date after the last night.
    pub to: Date,
}

/// Nights, each as the first one and the date of departure.
pub(crate) type Times = Vec<(Date, Date)>;

/// The events of a calendar that take nights of the window, as nights of a home in `zone`, in order.
pub fn read(bytes: &[u8], zone: &Zone, window: Window) -> Result<Vec<FeedEvent>, Unreadable> {
    let text = text::lines(bytes);
    text::check(&text)?;
    let home = TimeZoneDatabase::bundled().get(zone.name()).unwrap_or(TimeZone::UTC);
    let mut parser = Parser::new(&text);
    let mut found = Vec::new();
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => found.extend(events(&calendar, window, &home)?),
            Entry::Eof => break,
            _ => return Err(Unreadable::Malformed),
        }
    }
    if found.len() > MAX_OCCURRENCES {
        return Err(Unreadable::TooManyEvents);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn events(calendar: &ICalendar, window: Window, home: &TimeZone) -> Result<Vec<FeedEvent>, Unreadable> {
    if is_cancelled(calendar) {
        return Ok(Vec::new());
    }
    let zones = Zones::of(calendar);
    let components =
        calendar.components.iter().filter(|part| part.component_type == ICalendarComponentType::VEvent);
    let events: Vec<Event<'_>> =
        components.map(|part| Event::read(part, &zones, home)).collect::<Result<_, _>>()?;
    if events.iter().filter(|event| event.component.has_property(&ICalendarProperty::Rrule)).count()
        > MAX_RULES
    {
        return Err(Unreadable::TooManyEvents);
    }
    let mut replaced: HashMap<&str, Vec<&Moment>> = HashMap::new();
    for event in &events {
        replaced.entry(event.uid).or_default().extend(&event.replaces);
    }
    let mut found = Vec::new();
    for event in events.iter().filter(|event| event.is_busy) {
        // One that stands for another is not replaced by itself.
        let replaced = match event.replaces {
            None => replaced.get(event.uid).map(Vec::as_slice).unwrap_or_default(),
            Some(_) => &[],
        };
        let times = times(event, replaced, window, &zones, home)?;
        found.extend(times.into_iter().map(|(from, to)| FeedEvent { from, to, uid: event.uid.to_owned() }));
        if found.len() > MAX_OCCURRENCES {
            return Err(Unreadable::TooManyEvents);
        }
    }
    Ok(found)
}

/// Whether the whole of it is word that what it holds is called off (RFC 5546, 3.2.5).
fn is_cancelled(calendar: &ICalendar) -> bool {
    let methods = calendar.components.first().into_iter().flat_map(|part| {
        part.properties(&ICalendarProperty::Method).filter_map(|entry| entry.values.first())
    });
    methods.into_iter().any(|method| matches!(method, ICalendarValue::Method(ICalendarMethod::Cancel)))
}
