//! What the large platforms are known to do, on made-up calendars.

use super::*;

/// The same stay as one platform tells it on two days: another name, another beginning, the same end.
#[test]
fn a_stay_whose_name_and_beginning_change_daily_ends_on_the_same_date() {
    let told = |uid: &str, from: &str| {
        calendar(&format!(
            "METHOD:PUBLISH\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{from}\nDTEND;VALUE=DATE:20261210\nUID:{uid}@rooms.example\n\
             SUMMARY:CLOSED - Not available\nEND:VEVENT"
        ))
    };
    assert_eq!(nights(told("3f0c9a", "20261130")), ["1130-1210"]);
    assert_eq!(nights(told("77b1e2", "20261201")), ["1201-1210"]);
}

/// The end of another platform's own booking window: a block that begins a day later each day.
#[test]
fn a_block_that_slides_is_read_as_it_stands() {
    let body = calendar(
        "CALSCALE:GREGORIAN
         BEGIN:VEVENT
         DTEND;VALUE=DATE:20281202
         DTSTART;VALUE=DATE:20271201
         UID:7f662ec6-5a0a-4ef6-9d60-0c7f0b5e0d5b@stays.example
         SUMMARY:Stays (Not available)
         END:VEVENT
         BEGIN:VEVENT
         DTEND;VALUE=DATE:20261224
         DTSTART;VALUE=DATE:20261221
         UID:1418fb94e984-0e07acc2e1c0f9a1@stays.example
         DESCRIPTION:Reservation URL: https://www.stays.example/hosting/details/HM4
          XAB2CDE\\nPhone Number (Last 4 Digits): 0000
         SUMMARY:Reserved
         END:VEVENT",
    );
    let body = body.replace("\r\nXAB2CDE", "\r\n XAB2CDE");
    assert_eq!(nights(body), ["1221-1224", "1201-1202"]);
}

/// What we tell others is what we read back.
#[test]
fn our_own_calendar_comes_back_as_it_went_out() {
    use domain::ical::{Taken, TakenNights, calendar};
    let taken = [
        TakenNights {
            uid: "5d41402abc4b2a76b9719d911017c592@innkeep".to_owned(),
            taken: Taken::Reserved,
            from: date(2026, 12, 30),
            to: date(2027, 1, 2),
            since: "2026-11-23T20:15:00Z".parse().unwrap(),
        },
        TakenNights {
            uid: "20270110-0199c1a0-7c00-7000-8000-000000000005@innkeep".to_owned(),
            taken: Taken::Blocked,
            from: date(2027, 1, 10),
            to: date(2027, 1, 12),
            since: "2026-11-23T20:15:00Z".parse().unwrap(),
        },
    ];
    let read = events_at(calendar(&format!("Haus am Mühlteich {}", "é".repeat(99)), &taken), "Europe/Berlin")
        .unwrap();
    let told: Vec<FeedEvent> = taken
        .iter()
        .map(|nights| FeedEvent { from: nights.from, to: nights.to, uid: nights.uid.clone() })
        .collect();
    assert_eq!(read, told);
}
