//! For all calendars.

use domain::feed::Nights;
use jiff::ToSpan as _;
use proptest::prelude::*;

use super::*;

fn day(number: i64) -> Date {
    TONIGHT.saturating_add(number.days())
}

proptest! {
    #[test]
    fn the_union_of_what_is_read_is_the_union_of_what_was_written(
        parts in prop::collection::vec((0_i64..200, 1_i64..20, 0_u8..4), 0..40),
        width in 1_usize..80,
    ) {
        let line = |(number, (from, length, form)): (usize, &(i64, i64, u8))| {
            let [from, to] = [*from, from + length].map(|number| day(number).strftime("%Y%m%d").to_string());
            let when = match form {
                0 => format!("DTSTART;VALUE=DATE:{from}\nDTEND;VALUE=DATE:{to}"),
                1 => format!("DTSTART;VALUE=DATE:{from}\nDURATION:P{length}D"),
                2 => format!("DTSTART;TZID=Europe/Berlin:{from}T160000\nDTEND;TZID=Europe/Berlin:{to}T100000"),
                _ => format!("DTSTART:{from}T150000Z\nDTEND:{to}T090000Z"),
            };
            format!("BEGIN:VEVENT\nUID:{number}\n{when}\nEND:VEVENT\n")
        };
        let text = calendar(&parts.iter().enumerate().map(line).collect::<String>());
        let fold = |line: &str| line.as_bytes().chunks(width).map(<[u8]>::to_vec).collect::<Vec<_>>().join(&b"\r\n "[..]);
        let body = text.split("\r\n").map(fold).collect::<Vec<_>>().join(&b"\r\n"[..]);
        let read = events_at(body, "Europe/Berlin").unwrap();
        let found = Nights::union(read.iter().map(|event| (event.from, event.to)));
        let written = Nights::union(parts.iter().map(|(from, length, _)| (day(*from), day(from + length))));
        prop_assert_eq!(found, written);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = events_at(&bytes, "Europe/Berlin");
        let mut body = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n".to_vec();
        body.extend(bytes.iter().filter(|byte| **byte != b'\n'));
        body.extend(b"\nEND:VEVENT\nEND:VCALENDAR\n");
        let _ = events_at(&body, "Europe/Berlin");
    }

    #[test]
    fn no_values_make_it_panic(
        name in prop::sample::select(vec!["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"]),
        parameter in "(;(VALUE|TZID|RANGE)=[A-Za-z/\"-]{0,12})?",
        value in "[0-9TZPDWH:;,=/+A-Y-]{0,40}",
    ) {
        let _ = events_at(event(&format!("DTSTART;VALUE=DATE:20261206\n{name}{parameter}:{value}")), "Europe/Berlin");
        let _ = events_at(event(&format!("{name}{parameter}:{value}")), "Europe/Berlin");
        let _ = events_at(event(&format!("DTSTART:20261206T100000\nRRULE:FREQ=MONTHLY;{value}")), "Europe/Berlin");
    }
}
