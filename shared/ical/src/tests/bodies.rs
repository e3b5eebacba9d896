//! What comes instead of a calendar, and how the same one may be written.

use super::*;

fn plain() -> String {
    event("DTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261209\nSUMMARY:Réservé – Familie Müßig, 漢字")
}

#[test]
fn what_is_no_calendar_is_an_error_and_not_an_empty_one() {
    let page =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>BEGIN:VCALENDAR</body></html>";
    for (body, code) in [
        ("", "empty_body"),
        (" \r\n\t\r\n", "empty_body"),
        ("\u{feff}", "empty_body"),
        (page, "not_a_calendar"),
        ("{\"error\":\"token expired\"}", "not_a_calendar"),
        ("Too many requests", "not_a_calendar"),
        ("BEGIN:VEVENT\nEND:VEVENT\n", "not_a_calendar"),
        ("BEGIN:VCARD\nEND:VCARD\n", "not_a_calendar"),
        ("BEGIN:VCALENDAR", "truncated"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n", "truncated"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nX:1\n", "malformed"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", "malformed"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n<p>Thank you</p>\n", "malformed"),
        ("BEGIN:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", "malformed"),
    ] {
        assert_eq!(refused(body), code, "{body:?}");
    }
    let deep = "BEGIN:VALARM\n".repeat(9);
    assert_eq!(refused(format!("BEGIN:VCALENDAR\n{deep}")), "malformed");
}

#[test]
fn a_calendar_without_events_is_one() {
    assert!(nights(calendar("")).is_empty());
    assert!(nights(calendar("BEGIN:VTODO\nUID:t\nDUE:20261206\nEND:VTODO")).is_empty());
}

#[test]
fn a_calendar_that_breaks_off_anywhere_is_refused() {
    let whole = calendar(
        "BEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261209\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:b\nDTSTART;VALUE=DATE:20270106\nDTEND;VALUE=DATE:20270109\nEND:VEVENT",
    );
    let end = whole.trim_end().len();
    for length in 0..end {
        let code = refused(&whole[..length]);
        assert!(["empty_body", "not_a_calendar", "truncated"].contains(&code), "{length}: {code}");
    }
    for length in end..=whole.len() {
        assert_eq!(nights(&whole[..length]).len(), 2);
    }
}

#[test]
fn one_calendar_after_another_is_read_too() {
    assert_eq!(nights(plain() + &event("DTSTART;VALUE=DATE:20261220")), ["1206-1209", "1220-1221"]);
}

#[test]
fn line_ends_marks_and_letters_are_as_they_come() {
    let text = plain();
    let with_mark = format!("\u{feff}{text}");
    let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> { with_mark.encode_utf16().flat_map(unit).collect() };
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    let bodies: [Vec<u8>; 9] = [
        text.clone().into_bytes(),
        text.replace("\r\n", "\n").into_bytes(),
        text.replace("\r\n", "\r").into_bytes(),
        text.replace("\r\n", "\r\n\r\n").into_bytes(),
        with_mark.clone().into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        latin,
        text.to_lowercase().into_bytes(),
    ];
    for (number, body) in bodies.iter().enumerate() {
        assert_eq!(nights(body), ["1206-1209"], "{number}");
    }
}

#[test]
fn lines_are_folded_anywhere_even_within_a_letter() {
    let text = plain();
    let lines: Vec<&str> = text.split("\r\n").collect();
    for width in 1..40 {
        for (end, space) in [("\r\n", " "), ("\n", "\t")] {
            let fold = |line: &&str| {
                let parts: Vec<&[u8]> = line.as_bytes().chunks(width).collect();
                parts.join(format!("{end}{space}").as_bytes())
            };
            let body = lines.iter().map(fold).collect::<Vec<_>>().join(end.as_bytes());
            assert_eq!(nights(&body), ["1206-1209"], "{width}");
        }
    }
}

#[test]
fn alarms_and_other_parts_within_an_event_are_not_its_own() {
    let body = event(
        "DTSTART;VALUE=DATE:20261206
         BEGIN:VALARM
         ACTION:DISPLAY
         TRIGGER;VALUE=DATE-TIME:20260101T000000Z
         DURATION:PT15M
         REPEAT:4
         END:VALARM
         BEGIN:VLOCATION
         UID:somewhere
         END:VLOCATION
         DTEND;VALUE=DATE:20261209",
    );
    assert_eq!(nights(body), ["1206-1209"]);
}

#[test]
fn there_are_not_too_many_of_them() {
    let many = |count: usize| {
        let one = |number| format!("BEGIN:VEVENT\nUID:{number}\nDTSTART;VALUE=DATE:20261206\nEND:VEVENT\n");
        calendar(&(0..count).map(one).collect::<String>())
    };
    assert_eq!(nights(many(crate::MAX_EVENTS)).len(), crate::MAX_EVENTS);
    assert_eq!(refused(many(crate::MAX_EVENTS + 1)), "too_many_events");
    let daily = "DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=DAILY\n";
    let event = format!("BEGIN:VEVENT\nUID:x\n{daily}END:VEVENT\n");
    assert_eq!(refused(calendar(&event.repeat(6))), "too_many_events");
    let once = "BEGIN:VEVENT\nUID:x\nDTSTART;VALUE=DATE:20261206\nRRULE:FREQ=DAILY;COUNT=1\nEND:VEVENT\n";
    assert_eq!(refused(calendar(&once.repeat(201))), "too_many_events");
}
