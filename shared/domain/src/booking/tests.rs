use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::dates::{Stay, TimeOfDay};

/// The whole table by hand: what is not written here must be refused.
const EXPECTED: &str = "
    pending_payment payment_authorised system confirmed
    pending_payment request_authorised system requested
    pending_payment hold_expired       system expired
    pending_payment payment_failed     system payment_failed
    requested       accept             host   confirmed
    requested       decline            host   declined
    requested       withdraw           guest  withdrawn
    requested       request_expired    system expired
    confirmed       cancel             guest  cancelled_by_guest
    confirmed       cancel             host   cancelled_by_host
    confirmed       no_show            host   no_show
    confirmed       check_in           guest  checked_in
    confirmed       check_in           host   checked_in
    confirmed       stay_ended         system completed
    checked_in      cancel             guest  completed
    checked_in      check_out          guest  completed
    checked_in      check_out          host   completed
    checked_in      stay_ended         system completed
    checked_in      check_in           guest  checked_in
    checked_in      check_in           host   checked_in
    completed       check_out          guest  completed
    completed       check_out          host   completed
";

fn expected(state: BookingState, event: BookingEvent, actor: Actor) -> Option<BookingState> {
    EXPECTED.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|cells| {
        (cells.get(..3)? == [state.code(), event.code(), actor.code()]).then(|| cells[3].parse().unwrap())
    })
}

#[test]
fn every_state_event_and_actor() {
    let mut legal = 0;
    for state in BookingState::ALL.iter().copied() {
        for event in BookingEvent::ALL.iter().copied() {
            for actor in Actor::ALL.iter().copied() {
                match (transition(state, event, actor), expected(state, event, actor)) {
                    (Ok(row), Some(to)) => {
                        assert_eq!((row.from, row.event, row.actor, row.to), (state, event, actor, to));
                        legal += 1;
                    }
                    (Err(refusal), None) => {
                        assert_eq!(refusal.code, "illegal_transition");
                        assert_eq!(refusal.class, crate::refusal::RefusalClass::Conflict);
                    }
                    (got, wanted) => panic!("{state} {event} {actor}: {got:?}, not {wanted:?}"),
                }
            }
        }
    }
    assert_eq!(legal, TABLE.len(), "a row stands twice, so its double is never found");
}

#[test]
fn nights_and_money_never_stay_behind() {
    let has = |row: &Transition, effect| row.effects.contains(&effect);
    for row in TABLE {
        if row.is_repeat() {
            assert!(row.effects.is_empty() && row.timer.is_none(), "{row:?}");
            continue;
        }
        let frees = has(row, Effect::ReleaseNights) || has(row, Effect::ReleaseUnspentNights);
        if !row.to.holds_nights() {
            assert!(frees, "the nights stay taken: {row:?}");
        }
        let paid = matches!(row.from, BookingState::Confirmed | BookingState::CheckedIn);
        assert!(!(paid && has(row, Effect::VoidPayment)), "what is captured cannot be voided: {row:?}");
        if has(row, Effect::ReleaseNights) {
            let settled = if paid { Effect::RefundPayment } else { Effect::VoidPayment };
            assert!(has(row, settled), "the money stays behind: {row:?}");
        }
        if row.to == BookingState::Confirmed {
            assert!(has(row, Effect::CapturePayment), "{row:?}");
        }
        assert_eq!(row.to == BookingState::Completed, has(row, Effect::StartReviewClock), "{row:?}");
    }
}

#[test]
fn what_a_no_show_and_an_early_departure_do() {
    let row = transition(BookingState::CheckedIn, BookingEvent::Cancel, Actor::Guest).unwrap();
    let effects = [
        Effect::ReleaseUnspentNights,
        Effect::RefundPayment,
        Effect::StartReviewClock,
        Effect::Notify(Notice::LeftEarly),
    ];
    assert_eq!(row.effects, effects);
    let row = transition(BookingState::Confirmed, BookingEvent::NoShow, Actor::Host).unwrap();
    assert!(!row.effects.contains(&Effect::RefundPayment), "who does not come pays");
}

#[test]
fn final_states_are_those_without_a_way_out() {
    let last: Vec<&str> =
        BookingState::ALL.iter().filter(|state| state.is_final()).map(|state| state.code()).collect();
    assert_eq!(
        last,
        [
            "completed",
            "cancelled_by_guest",
            "cancelled_by_host",
            "declined",
            "withdrawn",
            "expired",
            "payment_failed",
            "no_show"
        ]
    );
}

#[test]
fn the_mode_decides_what_an_authorisation_means() {
    assert_eq!(BookingEvent::authorised(BookingMode::Instant), BookingEvent::PaymentAuthorised);
    assert_eq!(BookingEvent::authorised(BookingMode::Request), BookingEvent::RequestAuthorised);
}

/// Two nights in New York, from 10 June 2026: 15:00 there is 19:00 UTC, 11:00 is 15:00 UTC.
fn windows() -> Windows {
    let stay = Stay::new(date(2026, 6, 10), date(2026, 6, 12)).unwrap();
    let zone = "America/New_York".parse().unwrap();
    let answer_until = Some(at("2026-06-02T12:00:00Z"));
    Windows::new(stay, &zone, TimeOfDay::DEFAULT_CHECK_IN, TimeOfDay::DEFAULT_CHECK_OUT, answer_until)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn windows_open_and_close_to_the_second() {
    use BookingState::{CheckedIn, Confirmed, Requested};
    let cases = [
        (Requested, BookingEvent::Accept, Actor::Host, "2026-06-02T11:59:59Z", "ok"),
        (Requested, BookingEvent::Accept, Actor::Host, "2026-06-02T12:00:00Z", "too_late"),
        (Requested, BookingEvent::Decline, Actor::Host, "2026-06-02T12:00:00Z", "ok"),
        (Confirmed, BookingEvent::CheckIn, Actor::Guest, "2026-06-10T03:59:59Z", "too_early"),
        (Confirmed, BookingEvent::CheckIn, Actor::Guest, "2026-06-10T04:00:00Z", "ok"),
        (Confirmed, BookingEvent::CheckIn, Actor::Guest, "2026-06-12T14:59:59Z", "ok"),
        (Confirmed, BookingEvent::CheckIn, Actor::Guest, "2026-06-12T15:00:00Z", "too_late"),
        (Confirmed, BookingEvent::NoShow, Actor::Host, "2026-06-11T03:59:59Z", "too_early"),
        (Confirmed, BookingEvent::NoShow, Actor::Host, "2026-06-11T04:00:00Z", "ok"),
        (Confirmed, BookingEvent::NoShow, Actor::Host, "2026-06-12T15:00:00Z", "too_late"),
        (Confirmed, BookingEvent::Cancel, Actor::Guest, "2026-06-12T14:59:59Z", "ok"),
        (Confirmed, BookingEvent::Cancel, Actor::Guest, "2026-06-12T15:00:00Z", "too_late"),
        (Confirmed, BookingEvent::StayEnded, Actor::System, "2026-06-12T14:59:59Z", "too_early"),
        (Confirmed, BookingEvent::StayEnded, Actor::System, "2026-06-12T15:00:00Z", "ok"),
        (CheckedIn, BookingEvent::CheckOut, Actor::Guest, "2026-06-12T03:59:59Z", "too_early"),
        (CheckedIn, BookingEvent::CheckOut, Actor::Guest, "2026-06-12T04:00:00Z", "ok"),
        (CheckedIn, BookingEvent::CheckOut, Actor::Guest, "2026-07-01T00:00:00Z", "ok"),
        // Said again, outside the window.
        (CheckedIn, BookingEvent::CheckIn, Actor::Guest, "2026-07-01T00:00:00Z", "ok"),
    ];
    for (state, event, actor, now, code) in cases {
        let got = act(state, event, actor, at(now), &windows()).err().map_or("ok", |refusal| refusal.code);
        assert_eq!(got, code, "{state} {event} {now}");
    }
}

#[test]
fn actions_are_those_that_would_succeed() {
    for state in BookingState::ALL.iter().copied() {
        for actor in Actor::ALL.iter().copied() {
            for now in [
                "2026-06-01T00:00:00Z",
                "2026-06-10T20:00:00Z",
                "2026-06-11T20:00:00Z",
                "2026-06-12T15:00:00Z",
            ] {
                let offered = allowed_actions(state, actor, at(now), &windows());
                for event in BookingEvent::ALL.iter().copied() {
                    let moves =
                        act(state, event, actor, at(now), &windows()).is_ok_and(|row| !row.is_repeat());
                    assert_eq!(offered.contains(&event), moves, "{state} {event} {actor} {now}");
                }
            }
        }
    }
    let host = allowed_actions(BookingState::Confirmed, Actor::Host, at("2026-06-11T20:00:00Z"), &windows());
    assert_eq!(host, [BookingEvent::Cancel, BookingEvent::NoShow, BookingEvent::CheckIn]);
}

#[test]
fn timers_ring_when_they_should() {
    let now = at("2026-06-01T12:00:00Z");
    assert_eq!(Timer::Hold.due(now, &windows()), at("2026-06-01T12:15:00Z"));
    assert_eq!(Timer::RequestAnswer.due(now, &windows()), at("2026-06-02T12:00:00Z"));
    assert_eq!(Timer::StayEnd.due(now, &windows()), at("2026-06-12T15:00:00Z"));
    // A request on the day of arrival is answered before the check-in time.
    assert_eq!(Timer::RequestAnswer.due(at("2026-06-10T10:00:00Z"), &windows()), at("2026-06-10T19:00:00Z"));
    // One made later still has its 24 hours, within the stay.
    assert_eq!(Timer::RequestAnswer.due(at("2026-06-10T23:00:00Z"), &windows()), at("2026-06-11T23:00:00Z"));
    assert_eq!(Timer::RequestAnswer.due(at("2026-06-12T01:00:00Z"), &windows()), at("2026-06-12T15:00:00Z"));
}

#[test]
fn the_picture_is_the_table() {
    let expected = "\
stateDiagram-v2
    [*] --> pending_payment
    pending_payment --> confirmed: payment_authorised (system)
    pending_payment --> requested: request_authorised (system)
    pending_payment --> expired: hold_expired (system)
    pending_payment --> payment_failed: payment_failed (system)
    requested --> confirmed: accept (host)
    requested --> declined: decline (host)
    requested --> withdrawn: withdraw (guest)
    requested --> expired: request_expired (system)
    confirmed --> cancelled_by_guest: cancel (guest)
    confirmed --> cancelled_by_host: cancel (host)
    confirmed --> no_show: no_show (host)
    confirmed --> checked_in: check_in (guest, host)
    confirmed --> completed: stay_ended (system)
    checked_in --> completed: cancel (guest)
    checked_in --> completed: check_out (guest, host)
    checked_in --> completed: stay_ended (system)
    completed --> [*]
    cancelled_by_guest --> [*]
    cancelled_by_host --> [*]
    declined --> [*]
    withdrawn --> [*]
    expired --> [*]
    payment_failed --> [*]
    no_show --> [*]
";
    assert_eq!(mermaid(), expected);
}
