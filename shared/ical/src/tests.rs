//! Calendars as platforms and people write them; all of them made up.

mod bodies;
mod platforms;
mod properties;
mod repeating;
mod spans;
mod zones;

use domain::feed::FeedEvent;
use jiff::civil::{Date, date};

use crate::{Unreadable, Window, read};

/// Tonight in all of these tests.
const TONIGHT: Date = date(2026, 12, 1);
const WINDOW: Window = Window { from: TONIGHT, to: date(2029, 12, 1) };

/// A calendar of these lines, written as the standard says.
fn calendar(lines: &str) -> String {
    let lines = lines.trim().lines().map(str::trim);
    let head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elsewhere//Nights//EN"];
    head.into_iter().chain(lines).chain(["END:VCALENDAR", ""]).collect::<Vec<_>>().join("\r\n")
}

/// A calendar with one event of these lines.
fn event(lines: &str) -> String {
    calendar(&format!(
        "BEGIN:VEVENT\nUID:one@elsewhere.example\nDTSTAMP:20261101T000000Z\n{}\nEND:VEVENT",
        lines.trim()
    ))
}

fn events_at(bytes: impl AsRef<[u8]>, zone: &str) -> Result<Vec<FeedEvent>, Unreadable> {
    read(bytes.as_ref(), &zone.parse().unwrap(), WINDOW)
}

/// The nights of each event at a home in Berlin, as `1206-1209`: the first one and the date of departure.
fn nights(bytes: impl AsRef<[u8]>) -> Vec<String> {
    nights_at(bytes, "Europe/Berlin")
}

fn nights_at(bytes: impl AsRef<[u8]>, zone: &str) -> Vec<String> {
    let short = |date: Date| date.strftime("%m%d").to_string();
    let events = events_at(bytes, zone).unwrap();
    events.iter().map(|event| format!("{}-{}", short(event.from), short(event.to))).collect()
}

fn refused(bytes: impl AsRef<[u8]>) -> &'static str {
    match events_at(bytes, "Europe/Berlin") {
        Ok(events) => panic!("{} events were read", events.len()),
        Err(error) => error.code(),
    }
}
