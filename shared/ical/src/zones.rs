//! Time zones by the names that calendars give them.

use calcard::common::timezone::Tz;
use calcard::icalendar::ICalendar;
use calcard::icalendar::timezone::TzResolver;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The zones of a calendar: those that it describes, and those that everybody knows.
pub(crate) struct Zones<'c> {
    described: TzResolver<&'c str>,
}

impl<'c> Zones<'c> {
    pub(crate) fn of(calendar: &'c ICalendar) -> Self {
        Self { described: calendar.build_tz_resolver() }
    }

    /// The zone of that name; `None` where nobody knows it.
    pub(crate) fn find(&self, name: &str) -> Option<TimeZone> {
        let name = name.trim().trim_matches('"').trim();
        known(name).or_else(|| self.described.resolve(name).and_then(zone)).or_else(|| registered(name))
    }
}

/// By a name of the IANA.
fn known(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok().filter(|zone| !zone.is_unknown())
}

fn zone(found: Tz) -> Option<TimeZone> {
    known(&found.name()?)
}

/// A name behind that of a registry: `/citadel.org/20210210_1/Europe/Berlin`, `/example.com/America/Argentina/Salta`.
fn registered(name: &str) -> Option<TimeZone> {
    let mut rest = name.strip_prefix('/')?;
    loop {
        if let Some(zone) = known(rest) {
            return Some(zone);
        }
        rest = rest.split_once('/')?.1;
    }
}
