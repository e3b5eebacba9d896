//! Events that repeat.

use super::*;

fn repeated(lines: &str) -> Vec<String> {
    nights(event(lines))
}

#[test]
fn a_rule_is_unrolled() {
    for (lines, expected) in [
        ("DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=WEEKLY;COUNT=3", "1206-1207 1213-1214 1220-1221"),
        (
            "DTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261208\nRRULE:FREQ=WEEKLY;UNTIL=20261213",
            "1206-1208 1213-1215",
        ),
        (
            "DTSTART;VALUE=DATE:20261201\nRRULE:FREQ=MONTHLY;BYDAY=1SA;COUNT=2",
            "1201-1202 1205-1206 0102-0103",
        ),
        (
            "DTSTART:20261206T150000\nDURATION:P1D\nRRULE:FREQ=DAILY;INTERVAL=10;COUNT=2",
            "1206-1207 1216-1217",
        ),
        (
            "DTSTART:20261206T150000\nDTEND:20261207T110000\nRRULE:FREQ=DAILY;UNTIL=20261208",
            "1206-1207 1207-1208 1208-1209",
        ),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=YEARLY", "1224-1225 1224-1225 1224-1225"),
        ("DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=WEEKLY;UNTIL=20261101", "1206-1207"),
        ("DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=DAILY;COUNT=3;UNTIL=20261207", "1206-1207 1207-1208"),
    ] {
        assert_eq!(repeated(lines).join(" "), expected, "{lines}");
    }
}

#[test]
fn a_rule_that_began_long_ago_is_unrolled_within_the_window_alone() {
    let found = repeated("DTSTART;VALUE=DATE:20100102\nRRULE:FREQ=WEEKLY;UNTIL=20261215");
    assert_eq!(found, ["1205-1206", "1212-1213"]);
    // Without an end: each night of three years, and no further.
    let daily = event("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY");
    assert_eq!(nights(daily).len(), 1096);
    assert_eq!(refused(event("DTSTART;VALUE=DATE:19700101\nRRULE:FREQ=DAILY")), "unsupported_recurrence");
}

#[test]
fn the_end_of_a_rule_is_read_by_the_clock_of_its_start() {
    // In Tokyo the 5th at eight in the morning is the 4th at eleven in the evening elsewhere.
    let body = event(
        "DTSTART;TZID=Asia/Tokyo:20261201T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261204T230000Z",
    );
    assert_eq!(nights_at(body, "Asia/Tokyo").len(), 5);
    let body = event(
        "DTSTART;TZID=America/New_York:20261201T200000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261206T010000Z",
    );
    assert_eq!(nights_at(body, "America/New_York").len(), 5);
}

#[test]
fn a_rule_keeps_its_clock_over_a_clock_change() {
    // Half past midnight in Berlin is the evening before in UTC, by one hour in winter and two in summer.
    let body = event("DTSTART;TZID=Europe/Berlin:20270327T003000\nDURATION:PT9H\nRRULE:FREQ=DAILY;COUNT=3");
    assert_eq!(nights(&body), ["0327-0328", "0328-0329", "0329-0330"]);
}

#[test]
fn single_times_are_taken_out_and_put_in() {
    for (more, expected) in [
        ("EXDATE;VALUE=DATE:20261213", "1206-1207 1220-1221"),
        ("EXDATE;VALUE=DATE:20261206,20261213", "1220-1221"),
        ("EXDATE:20261213T000000Z", "1206-1207 1220-1221"),
        ("EXDATE;VALUE=DATE:20261206\nEXDATE;VALUE=DATE:20261220", "1213-1214"),
        ("RDATE;VALUE=DATE:20261230", "1206-1207 1213-1214 1220-1221 1230-1231"),
        ("RDATE;VALUE=PERIOD:20261230T140000Z/20270101T100000Z", "1206-1207 1213-1214 1220-1221 1230-0101"),
        ("EXRULE:FREQ=DAILY", "1206-1207 1213-1214 1220-1221"),
    ] {
        let lines = format!("DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=WEEKLY;COUNT=3\n{more}");
        assert_eq!(repeated(&lines).join(" "), expected, "{more}");
    }
    // The same instant by another clock.
    let lines =
        "DTSTART;TZID=Europe/Berlin:20261206T200000\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20261213T190000Z";
    assert_eq!(repeated(lines), ["1206-1207"]);
}

#[test]
fn a_time_that_was_moved_or_called_off_is_not_where_it_was() {
    let with = |replacing: &str| {
        nights(calendar(&format!(
            "BEGIN:VEVENT\nUID:w\nDTSTART;VALUE=DATE:20261206\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT
             BEGIN:VEVENT\nUID:w\nRECURRENCE-ID;VALUE=DATE:20261213\n{replacing}\nEND:VEVENT"
        )))
        .join(" ")
    };
    assert_eq!(
        with("DTSTART;VALUE=DATE:20261215\nDTEND;VALUE=DATE:20261217"),
        "1206-1207 1215-1217 1220-1221"
    );
    assert_eq!(with("DTSTART;VALUE=DATE:20261213\nSTATUS:CANCELLED"), "1206-1207 1220-1221");
    assert_eq!(with("STATUS:CANCELLED"), "1206-1207 1220-1221");
    assert_eq!(with("DTSTART;VALUE=DATE:20261213\nTRANSP:TRANSPARENT"), "1206-1207 1220-1221");
    // Of an event that is not there it counts by itself; and what stands for one of another name is none of its business.
    let alone = event("RECURRENCE-ID;VALUE=DATE:20261213\nDTSTART;VALUE=DATE:20261215");
    assert_eq!(nights(alone), ["1215-1216"]);
}

#[test]
fn what_cannot_be_unrolled_is_refused_and_not_left_out() {
    for line in [
        "RRULE:FREQ=HOURLY;COUNT=2",
        "RRULE:FREQ=MINUTELY",
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "RRULE:FREQ=SOMETIMES",
        "RRULE:weekly",
        "RRULE:FREQ=WEEKLY;UNTIL=never",
    ] {
        let code = refused(event(&format!("DTSTART;VALUE=DATE:20261206\n{line}")));
        assert_eq!(code, "unsupported_recurrence", "{line}");
    }
    let onwards = event("DTSTART;VALUE=DATE:20261206\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261213");
    assert_eq!(refused(onwards), "unsupported_recurrence");
}

#[test]
fn a_rule_that_never_comes_true_ends() {
    assert_eq!(
        repeated("DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        ["1206-1207"]
    );
}
