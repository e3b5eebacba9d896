//! How long an event is, and whether it takes anything.

use super::*;

#[test]
fn dates_are_nights_and_the_last_date_is_free() {
    for (lines, expected) in [
        ("DTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261209", "1206-1209"),
        ("DTSTART:20261206\nDTEND:20261209", "1206-1209"),
        ("DTSTART;VALUE=DATE:20261206\nDURATION:P3D", "1206-1209"),
        ("DTSTART;VALUE=DATE:20261206\nDURATION:P1W", "1206-1213"),
        ("DTSTART;VALUE=DATE:20261206", "1206-1207"),
        ("DTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261206", "1206-1207"),
        ("DTSTART;VALUE=DATE:20261206\nDURATION:PT0S", "1206-1207"),
        ("dtstart;value=date:20261206\ndtend;value=date:20261207", "1206-1207"),
        ("DTSTART;VALUE=DATE;X-OURS=yes:20261206\nDTEND;VALUE=DATE;X-OURS=\"a:b;c\":20261208", "1206-1208"),
        ("DTSTART;VALUE=DATE:20261231\nDTEND;VALUE=DATE:20270101", "1231-0101"),
    ] {
        assert_eq!(nights(event(lines)), [expected], "{lines}");
    }
}

#[test]
fn times_take_the_nights_that_begin_between_them() {
    for (lines, expected) in [
        ("DTSTART:20261206T150000\nDTEND:20261209T110000", "1206-1209"),
        ("DTSTART:20261206T000000\nDTEND:20261209T000000", "1206-1209"),
        ("DTSTART:20261206T150000\nDURATION:P2DT20H", "1206-1209"),
        ("DTSTART:20261206T150000\nDURATION:PT20H", "1206-1207"),
        ("DTSTART:20261206T100000\nDTEND:20261206T120000", "1206-1207"),
        ("DTSTART:20261206T100000", "1206-1207"),
        ("DTSTART:20261206T230000\nDTEND:20261207T010000", "1206-1207"),
        ("DTSTART:20261206T235960\nDTEND:20261208T100000", "1206-1208"),
        ("DTSTART;VALUE=DATE:20261206\nDTEND:20261208T110000", "1206-1208"),
        ("DTSTART:20261206T150000\nDTEND;VALUE=DATE:20261208", "1206-1208"),
        ("DTSTART:20261206T150000\nDTEND;VALUE=DATE:20261206", "1206-1207"),
        ("DTSTART:20261206T1500\nDTEND:20261208T1100", "1206-1208"),
    ] {
        assert_eq!(nights(event(lines)), [expected], "{lines}");
    }
}

#[test]
fn an_event_without_readable_dates_is_an_error() {
    for lines in [
        "SUMMARY:When?",
        "DTSTART:tomorrow",
        "DTSTART:",
        "DTSTART;VALUE=DATE:20261301",
        "DTSTART;VALUE=DATE:20260231",
        "DTSTART:20261206T250000",
        "DTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261205",
        "DTSTART:20261206T150000\nDTEND:20261206T140000",
        "DTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:soon",
        "DTSTART;VALUE=DATE:20261206\nDURATION:-P1D",
        "DTSTART;VALUE=DATE:20261206\nDURATION:long",
    ] {
        assert_eq!(refused(event(lines)), "invalid_event", "{lines}");
    }
}

#[test]
fn what_is_called_off_or_takes_no_time_takes_no_nights() {
    let nights_with = |line: &str| nights(event(&format!("DTSTART;VALUE=DATE:20261206\n{line}"))).len();
    for (line, count) in [
        ("STATUS:CANCELLED", 0),
        ("STATUS:cancelled", 0),
        ("STATUS:CONFIRMED", 1),
        ("STATUS:TENTATIVE", 1),
        ("STATUS:SOMETHING-NEW", 1),
        ("TRANSP:TRANSPARENT", 0),
        ("TRANSP:OPAQUE", 1),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", 1),
    ] {
        assert_eq!(nights_with(line), count, "{line}");
    }
    let called_off = calendar("METHOD:CANCEL\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20261206\nEND:VEVENT");
    assert!(nights(called_off).is_empty());
    let told = calendar("METHOD:PUBLISH\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20261206\nEND:VEVENT");
    assert_eq!(nights(told).len(), 1);
}

#[test]
fn what_is_over_or_far_away_is_left_out_and_what_reaches_in_is_kept() {
    let at = |from: &str, to: &str| {
        events_at(event(&format!("DTSTART;VALUE=DATE:{from}\nDTEND;VALUE=DATE:{to}")), "Europe/Berlin")
            .unwrap()
            .len()
    };
    assert_eq!(at("19700101", "19700103"), 0);
    assert_eq!(at("00010101", "00010103"), 0);
    assert_eq!(at("20261130", "20261201"), 0, "its last night is over");
    assert_eq!(at("20261130", "20261202"), 1);
    assert_eq!(at("19700101", "99991231"), 1);
    assert_eq!(at("20291130", "20291202"), 1);
    assert_eq!(at("20291201", "20291202"), 0);
    assert_eq!(at("99991230", "99991231"), 0);
    assert!(nights(event("DTSTART;VALUE=DATE:99991231\nDURATION:P9999W")).is_empty());
    assert_eq!(nights(event("DTSTART;VALUE=DATE:20261206\nDURATION:P999999W")).len(), 1);
}

#[test]
fn one_name_for_several_events_hides_none_of_them() {
    let body = calendar(
        "BEGIN:VEVENT\nUID:same\nSEQUENCE:1\nDTSTART;VALUE=DATE:20261206\nEND:VEVENT
         BEGIN:VEVENT\nUID:same\nSEQUENCE:2\nDTSTART;VALUE=DATE:20261210\nEND:VEVENT
         BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261220\nEND:VEVENT
         BEGIN:VEVENT\nUID:same\nDTSTART;VALUE=DATE:20261206\nEND:VEVENT",
    );
    assert_eq!(nights(body), ["1206-1207", "1210-1211", "1220-1221"]);
}
