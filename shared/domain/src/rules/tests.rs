use jiff::civil::date;

use super::*;
use crate::fixtures::{at, couple, stay, stay_from, terms, usd};
use crate::refusal::RefusalClass;

const NOW: &str = "2026-05-01T12:00:00Z";

/// The code and the pointer of the refusal, or "ok".
fn check(terms: &ListingTerms, calendar: &Calendar, stay: Stay, guests: Guests, now: &str) -> String {
    match check_stay(terms, calendar, stay, guests, at(now)) {
        Ok(()) => "ok".to_owned(),
        Err(refusal) => {
            let pointers: Vec<&str> = refusal.errors.iter().map(|error| error.pointer.as_str()).collect();
            format!("{} {}", refusal.code, pointers.join(" ")).trim().to_owned()
        }
    }
}

fn check_dates(calendar: &Calendar, stay: Stay) -> String {
    check(&terms(), calendar, stay, couple(), NOW)
}

fn say(day: i8, rule: impl FnOnce(&mut NightRule)) -> Calendar {
    let mut night = NightRule::plain(date(2026, 6, day));
    rule(&mut night);
    [night].into_iter().collect()
}

#[test]
fn a_plain_stay_is_taken() {
    assert_eq!(check_dates(&Calendar::default(), stay(5)), "ok");
}

#[test]
fn today_is_counted_where_the_listing_is() {
    let (terms, calendar) = (terms(), Calendar::default());
    // 2 June 03:59 UTC is still 1 June in New York.
    assert_eq!(check(&terms, &calendar, stay(1), couple(), "2026-06-02T03:59:59Z"), "ok");
    assert_eq!(check(&terms, &calendar, stay(1), couple(), "2026-06-02T04:00:00Z"), "past_date /check_in");
}

#[test]
fn the_party_must_fit() {
    let party = |adults, children, infants, pets| {
        let guests = Guests::new(adults, children, infants, pets).unwrap();
        check(&ListingTerms { max_pets: 1, ..terms() }, &Calendar::default(), stay(2), guests, NOW)
    };
    assert_eq!(party(2, 2, 3, 1), "ok");
    assert_eq!(party(5, 0, 0, 0), "over_capacity /guests/adults");
    assert_eq!(party(2, 3, 0, 0), "over_capacity /guests/children");
    assert_eq!(party(2, 0, 0, 2), "pets_not_allowed /guests/pets");
}

#[test]
fn advance_notice_is_in_elapsed_hours_before_the_check_in_time() {
    let mut terms = terms();
    terms.rules.advance_notice_hours = 48;
    let check = |now| check(&terms, &Calendar::default(), stay(2), couple(), now);
    // Check-in is 1 June, 19:00 UTC.
    assert_eq!(check("2026-05-30T19:00:00Z"), "ok");
    assert_eq!(check("2026-05-30T19:00:01Z"), "advance_notice /check_in");
    // A request after the arrival's hour is late, not early by its distance.
    assert_eq!(check("2026-06-01T23:00:00Z"), "advance_notice /check_in");
}

#[test]
fn without_notice_the_day_itself_is_open_to_its_end() {
    assert_eq!(check(&terms(), &Calendar::default(), stay(1), couple(), "2026-06-01T23:00:00Z"), "ok");
}

#[test]
fn the_booking_window_ends_with_the_last_night() {
    let mut terms = terms();
    terms.rules.booking_window_days = Some(33);
    let check = |stay| check(&terms, &Calendar::default(), stay, couple(), NOW);
    // 1 May and 33 days are 3 June.
    assert_eq!(check(stay(3)), "ok");
    assert_eq!(check(stay(4)), "booking_window /check_out");
    assert_eq!(check(stay_from(date(2026, 6, 4), 1)), "booking_window /check_in");
}

#[test]
fn the_ends_of_a_stay_may_be_closed() {
    let closed_arrival = |day| say(day, |rule| rule.closed_to_arrival = true);
    assert_eq!(check_dates(&closed_arrival(1), stay(3)), "closed_to_arrival /check_in");
    assert_eq!(check_dates(&closed_arrival(2), stay(3)), "ok");
    let closed_departure = |day| say(day, |rule| rule.closed_to_departure = true);
    assert_eq!(check_dates(&closed_departure(4), stay(3)), "closed_to_departure /check_out");
    assert_eq!(check_dates(&closed_departure(3), stay(3)), "ok");
}

#[test]
fn the_fewest_nights_by_arrival_and_by_every_night() {
    let mut strict = terms();
    strict.rules.min_nights = 3;
    let check = |calendar: &Calendar, nights| check(&strict, calendar, stay(nights), couple(), NOW);
    assert_eq!(check(&Calendar::default(), 2), "min_nights /check_out");
    assert_eq!(check(&Calendar::default(), 3), "ok");
    // A host who fills a gap lets the arrival be shorter than the listing's rule.
    let gap = say(1, |rule| rule.min_nights = Some(1));
    assert_eq!(check(&gap, 1), "ok");
    // A night in the middle binds the whole stay, the day of departure does not.
    let feast = say(3, |rule| rule.min_nights = Some(5));
    assert_eq!(check(&feast, 4), "min_nights /check_out");
    assert_eq!(check(&feast, 5), "ok");
    assert_eq!(check_dates(&feast, stay(2)), "ok");
    // A later night cannot soften what the arrival asks.
    let soft = say(2, |rule| rule.min_nights = Some(1));
    assert_eq!(check(&soft, 2), "min_nights /check_out");
}

#[test]
fn the_most_nights_by_arrival_and_by_every_night() {
    let mut short = terms();
    short.rules.max_nights = 4;
    let check = |calendar: &Calendar, nights| check(&short, calendar, stay(nights), couple(), NOW);
    assert_eq!(check(&Calendar::default(), 4), "ok");
    assert_eq!(check(&Calendar::default(), 5), "max_nights /check_out");
    assert_eq!(check(&say(1, |rule| rule.max_nights = Some(9)), 9), "ok");
    assert_eq!(check(&say(2, |rule| rule.max_nights = Some(2)), 3), "max_nights /check_out");
    assert_eq!(check(&say(2, |rule| rule.max_nights = Some(9)), 5), "max_nights /check_out");
}

#[test]
fn a_blocked_night_is_a_conflict_and_the_day_of_departure_is_no_night() {
    let blocked = say(3, |rule| rule.blocked = true);
    let refusal = check_stay(&terms(), &blocked, stay(3), couple(), at(NOW)).unwrap_err();
    assert_eq!((refusal.class, refusal.code), (RefusalClass::Conflict, "dates_unavailable"));
    assert_eq!(check_dates(&blocked, stay(2)), "ok");
}

#[test]
fn the_calendar_of_a_stay_keeps_its_nights_and_its_departure() {
    let all: Calendar = (1..=30).map(|day| NightRule::plain(date(2026, 6, day))).collect();
    let rules: Vec<NightRule> = all.within(stay(2)).into();
    let days: Vec<i8> = rules.iter().map(|rule| rule.date.day()).collect();
    assert_eq!(days, [1, 2, 3]);
}

#[test]
fn the_stored_text_is_fixed() {
    let mut calendar: Vec<NightRule> = say(3, |rule| rule.min_nights = Some(2)).into();
    calendar[0].price = Some(usd(250_00));
    let text = r#"[{"date":"2026-06-03","price":{"amount":25000,"currency":"USD"},"min_nights":2,"closed_to_arrival":false,"closed_to_departure":false,"blocked":false}]"#;
    let calendar = Calendar::from(calendar);
    assert_eq!(serde_json::to_string(&calendar).unwrap(), text);
    assert_eq!(serde_json::from_str::<Calendar>(text).unwrap(), calendar);
}
