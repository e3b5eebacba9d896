//! Times of other places.

use super::*;

/// The night of an event at nine in the evening of the 6th in a zone of that spelling, at a home in Tokyo.
fn night(parameter: &str) -> String {
    let body =
        event(&format!("DTSTART;TZID={parameter}:20261206T210000\nDTEND;TZID={parameter}:20261207T090000"));
    nights_at(body, "Asia/Tokyo").remove(0)
}

#[test]
fn a_zone_is_known_in_every_spelling() {
    for name in [
        "America/New_York",
        "america/new_york",
        "\"America/New_York\"",
        "/America/New_York",
        "/freeassociation.sourceforge.net/America/New_York",
        "/citadel.org/20210210_1/America/New_York",
        "/softwarestudio.org/Olson_20011030_5/America/New_York",
        "Eastern Standard Time",
        "\"Eastern Standard Time\"",
        "US/Eastern",
        "\"(UTC-05:00) Eastern Time (US & Canada)\"",
    ] {
        // In Tokyo it is the next morning.
        assert_eq!(night(name), "1207-1208", "{name}");
    }
    assert_eq!(night("/example.com/America/Argentina/Salta"), "1207-1208");
}

#[test]
fn the_time_of_an_unknown_zone_is_the_homes_own() {
    for name in ["Middle-earth/Shire", "Customized Time Zone", "\"\"", "/x/y", "Etc/Unknown"] {
        assert_eq!(night(name), "1206-1207", "{name}");
    }
}

#[test]
fn a_zone_that_the_calendar_describes_is_known_by_what_it_says_of_itself() {
    let body = calendar(
        "BEGIN:VTIMEZONE
         TZID:Our Own Time
         X-LIC-LOCATION:America/New_York
         BEGIN:STANDARD
         DTSTART:19671029T020000
         RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
         TZOFFSETFROM:-0400
         TZOFFSETTO:-0500
         END:STANDARD
         END:VTIMEZONE
         BEGIN:VEVENT
         UID:a
         DTSTART;TZID=Our Own Time:20261206T210000
         DTEND;TZID=Our Own Time:20261207T090000
         END:VEVENT",
    );
    assert_eq!(nights_at(body, "Asia/Tokyo"), ["1207-1208"]);
}

#[test]
fn universal_time_is_brought_home() {
    let body = event("DTSTART:20261206T230000Z\nDTEND:20261209T020000Z");
    for (zone, expected) in [
        ("UTC", "1206-1209"),
        ("Europe/Berlin", "1207-1209"),
        ("America/New_York", "1206-1208"),
        ("Asia/Tokyo", "1207-1209"),
        ("Pacific/Kiritimati", "1207-1209"),
        ("Pacific/Midway", "1206-1208"),
    ] {
        assert_eq!(nights_at(&body, zone), [expected], "{zone}");
    }
    // A zone beside it says nothing.
    let both = event("DTSTART;TZID=Asia/Tokyo:20261206T230000Z\nDTEND:20261209T020000Z");
    assert_eq!(nights(both), ["1207-1209"]);
    let offset = event("DTSTART:20261206T230000-0500\nDTEND:20261208T230000-0500");
    assert_eq!(nights(offset), ["1207-1209"]);
}

#[test]
fn a_date_is_the_same_date_everywhere() {
    let body = event("DTSTART;VALUE=DATE;TZID=Asia/Tokyo:20261206\nDTEND;VALUE=DATE:20261208");
    for zone in ["Pacific/Kiritimati", "Pacific/Midway"] {
        assert_eq!(nights_at(&body, zone), ["1206-1208"], "{zone}");
    }
}

#[test]
fn clocks_that_jump_make_no_errors() {
    // 2:30 does not exist on the 28th of March 2027 in Berlin, and happens twice on the 31st of October.
    for (day, next) in [("20270328", "0328-0329"), ("20271031", "1031-1101")] {
        let end: u32 = day.parse::<u32>().unwrap() + if day.ends_with("31") { 70 } else { 1 };
        let body =
            event(&format!("DTSTART;TZID=Europe/Berlin:{day}T023000\nDTEND;TZID=Europe/Berlin:{end}T100000"));
        assert_eq!(nights(&body), [next]);
    }
}
