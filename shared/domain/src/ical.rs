//! A listing's taken nights as an iCalendar object (RFC 5545), for calendars elsewhere.
//!
//! It says which nights are taken and nothing else: no guest, no price, no reason.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

/// The longest line, in octets without its end (RFC 5545, 3.1).
const LINE: usize = 75;
/// How often readers are asked to look again (RFC 7986, 5.7, and the older spelling that most of them know).
const REFRESH: &str = "PT1H";

/// Why nights are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// By a stay, or by somebody who is about to book one.
    Reserved,
    /// By the host.
    Blocked,
}

/// Nights that are taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenNights {
    /// The same for as long as it is the same stay or block; readers tell by it what moved.
    pub uid: String,
    /// Why.
    pub taken: Taken,
    /// The first night.
    pub from: Date,
    /// The date of departure: the night after it is free.
    pub to: Date,
    /// When it came to be so.
    pub since: Timestamp,
}

/// The calendar of a listing called `name`, its events in the order given.
pub fn calendar(name: &str, taken: &[TakenNights]) -> String {
    let mut text = String::new();
    let head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Innkeep//Calendar of taken nights//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ];
    for said in head {
        line(&mut text, said);
    }
    line(&mut text, &format!("NAME:{}", escaped(name)));
    line(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    line(&mut text, &format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
    line(&mut text, &format!("X-PUBLISHED-TTL:{REFRESH}"));
    for nights in taken {
        event(&mut text, nights);
    }
    line(&mut text, "END:VCALENDAR");
    text
}

fn event(text: &mut String, nights: &TakenNights) {
    let date = |date: Date| date.strftime("%Y%m%d").to_string();
    let summary = match nights.taken {
        Taken::Reserved => "Reserved",
        Taken::Blocked => "Not available",
    };
    line(text, "BEGIN:VEVENT");
    line(text, &format!("UID:{}", escaped(&nights.uid)));
    line(text, &format!("DTSTAMP:{}", nights.since.strftime("%Y%m%dT%H%M%SZ")));
    line(text, &format!("DTSTART;VALUE=DATE:{}", date(nights.from)));
    line(text, &format!("DTEND;VALUE=DATE:{}", date(nights.to)));
    line(text, &format!("SUMMARY:{summary}"));
    line(text, "TRANSP:OPAQUE");
    line(text, "END:VEVENT");
}

/// A text as a value: what would end it or part it is escaped (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// A line, folded where it is too long: never within a character.
fn line(text: &mut String, content: &str) {
    let (mut rest, mut room) = (content, LINE);
    while rest.len() > room {
        let end = (1..=room).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(room);
        let (now, later) = rest.split_at(end);
        // Writing to a String cannot fail.
        let _ = write!(text, "{now}\r\n ");
        // The space counts.
        (rest, room) = (later, LINE - 1);
    }
    let _ = write!(text, "{rest}\r\n");
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn stay() -> TakenNights {
        TakenNights {
            uid: "0199c1a0-7c00-7000-8000-000000000003@innkeep".to_owned(),
            taken: Taken::Reserved,
            from: date(2026, 12, 30),
            to: date(2027, 1, 2),
            since: "2026-11-23T20:15:00.123Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_calendar_is_written_as_the_standard_says() {
        let blocked = TakenNights { taken: Taken::Blocked, uid: "b".to_owned(), ..stay() };
        let expected = "BEGIN:VCALENDAR|VERSION:2.0|PRODID:-//Innkeep//Calendar of taken nights//EN|CALSCALE:GREGORIAN|\
                        METHOD:PUBLISH|NAME:Mill\\, pond\\; one\\\\two|X-WR-CALNAME:Mill\\, pond\\; one\\\\two|\
                        REFRESH-INTERVAL;VALUE=DURATION:PT1H|X-PUBLISHED-TTL:PT1H|\
                        BEGIN:VEVENT|UID:0199c1a0-7c00-7000-8000-000000000003@innkeep|DTSTAMP:20261123T201500Z|\
                        DTSTART;VALUE=DATE:20261230|DTEND;VALUE=DATE:20270102|SUMMARY:Reserved|TRANSP:OPAQUE|END:VEVENT|\
                        BEGIN:VEVENT|UID:b|DTSTAMP:20261123T201500Z|\
                        DTSTART;VALUE=DATE:20261230|DTEND;VALUE=DATE:20270102|SUMMARY:Not available|TRANSP:OPAQUE|END:VEVENT|\
                        END:VCALENDAR|";
        assert_eq!(calendar("Mill, pond; one\\two", &[stay(), blocked]), expected.replace('|', "\r\n"));
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        for name in ["é".repeat(200), "x".repeat(75), "x".repeat(70), format!("a{}", "漢🏠".repeat(60))] {
            let text = calendar(&name, &[]);
            assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{name}");
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{name}");
            let unfolded = text.replace("\r\n ", "");
            assert!(unfolded.contains(&format!("\r\nNAME:{name}\r\n")), "{name}");
        }
    }

    #[test]
    fn a_name_cannot_bring_lines_of_its_own() {
        let text = calendar("House\r\nBEGIN:VEVENT\nUID:x", &[]);
        assert_eq!(text.matches("\r\nBEGIN:").count(), 0);
        assert!(text.contains("NAME:House \\nBEGIN:VEVENT\\nUID:x\r\n"));
    }
}
