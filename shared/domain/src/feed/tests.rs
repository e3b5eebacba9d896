use jiff::civil::date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::*;

fn day(number: i64) -> Date {
    date(2026, 12, 1).saturating_add(number.days())
}

fn event(from: i64, to: i64, uid: &str) -> FeedEvent {
    FeedEvent { from: day(from), to: day(to), uid: uid.to_owned() }
}

fn range(from: i64, to: i64) -> (Date, Date) {
    (day(from), day(to))
}

/// Two stays side by side, one apart, a block; tonight is the second night of the first.
fn own() -> Own {
    let taken = [range(-1, 3), range(3, 5), range(10, 12), range(20, 25)];
    Own::new(["aa@innkeep".to_owned(), "gone@innkeep".to_owned()], "-listing@innkeep", taken, day(0))
}

fn sort(events: &[FeedEvent]) -> Said {
    own().sort(events, day(0), day(400))
}

#[test]
fn what_is_ours_is_known_by_its_name() {
    for uid in ["aa@innkeep", "gone@innkeep", "20261221-listing@innkeep"] {
        // Moved here meanwhile: it still is ours.
        let said = sort(&[event(30, 33, uid)]);
        assert_eq!((said.wanted.is_empty(), said.echoed.ranges()), (true, &[range(30, 33)][..]), "{uid}");
    }
    // Of another listing: somebody lets one place under two names.
    for uid in ["bb@innkeep", "20261221-other@innkeep", "aa", ""] {
        assert_eq!(sort(&[event(30, 33, uid)]).wanted.ranges(), [range(30, 33)], "{uid}");
    }
}

#[test]
fn what_is_ours_is_known_by_its_nights() {
    // As told, cut off at tonight, and several made into one.
    for (from, to) in [(10, 12), (3, 5), (20, 25), (-1, 3), (0, 3), (-5, 3), (0, 5), (-1, 5)] {
        let said = sort(&[event(from, to, "rewritten@elsewhere.example")]);
        assert!(said.wanted.is_empty() && said.events.iter().all(|event| event.own), "{from} {to}");
    }
    for (from, to) in [(10, 11), (11, 12), (9, 12), (10, 13), (1, 3), (0, 4), (20, 26), (3, 12)] {
        let said = sort(&[event(from, to, "theirs@elsewhere.example")]);
        assert_eq!(said.wanted.ranges(), [range(from, to)], "{from} {to}");
    }
}

#[test]
fn only_what_lies_ahead_counts() {
    let events = [event(-9, 0, "a"), event(-9, 7, "b"), event(399, 500, "c"), event(400, 402, "d")];
    let said = sort(&events);
    assert_eq!(said.wanted.ranges(), [range(0, 7), range(399, 400)]);
    assert_eq!(said.events.len(), 2);
}

#[test]
fn a_name_and_a_beginning_that_change_daily_change_nothing() {
    // The same stay as told on three days.
    let told = |today: i64| {
        let events =
            [FeedEvent { from: day(today), to: day(9), uid: format!("{today}-f00d@elsewhere.example") }];
        Own::default().sort(&events, day(today), day(400)).wanted
    };
    for today in 0..8 {
        assert_eq!(told(today).ranges(), [range(today, 9)]);
    }
}

#[test]
fn nights_are_written_as_the_database_reads_them() {
    assert_eq!(Nights::default().to_string(), "{}");
    let nights = Nights::union([range(4, 6), range(0, 2), range(2, 3), range(7, 7)]);
    assert_eq!(nights.to_string(), "{[2026-12-01,2026-12-04),[2026-12-05,2026-12-07)}");
}

proptest! {
    #[test]
    fn a_union_has_the_nights_of_its_parts_and_no_others(parts in prop::collection::vec((0_i64..60, 0_i64..9), 0..20)) {
        let nights = Nights::union(parts.iter().map(|(from, length)| range(*from, from + length)));
        for night in 0..70 {
            let said = parts.iter().any(|(from, length)| (*from..from + length).contains(&night));
            prop_assert_eq!(nights.covers(day(night), day(night + 1)), said, "{}", night);
        }
        prop_assert!(nights.ranges().windows(2).all(|pair| pair[0].1 < pair[1].0), "they neither touch nor overlap");
    }

    #[test]
    fn each_night_that_is_told_is_ours_or_theirs(parts in prop::collection::vec((-5_i64..40, 1_i64..9), 0..20)) {
        let events: Vec<FeedEvent> = parts.iter().map(|(from, length)| event(*from, from + length, "x")).collect();
        let said = sort(&events);
        let all = Nights::union(said.wanted.ranges().iter().chain(said.echoed.ranges()).copied());
        let told = Nights::union(parts.iter().map(|(from, length)| range((*from).max(0), from + length)));
        prop_assert_eq!(all, told);
    }
}

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn failed(failures: u32, hours: i64) -> Failed {
    let since = NOW - SignedDuration::from_hours(hours);
    Failed { failures, since, warned: false, retry_after: None }
}

fn pause(failed: Failed, chance: u64) -> i64 {
    match after_failure(failed, NOW, chance) {
        After::Again { at, .. } => at.duration_since(NOW).as_secs(),
        After::GivenUp => panic!("given up"),
    }
}

#[test]
fn pauses_grow_and_are_spread() {
    let least: Vec<i64> = (1..=6).map(|failures| pause(failed(failures, 0), 0) / 60).collect();
    assert_eq!(least, [27, 54, 108, 216, 324, 324]);
    let most: Vec<i64> = (1..=6).map(|failures| pause(failed(failures, 0), 999) / 60).collect();
    assert_eq!(most, [33, 66, 132, 264, 396, 396]);
    assert_eq!(pause(failed(u32::MAX, 0), 5_000) / 60, 324);
    for chance in 0..1_000 {
        let at = after_success(NOW, chance).duration_since(NOW).as_mins();
        assert!((27..=33).contains(&at), "{chance}: {at}");
    }
}

#[test]
fn the_other_sides_wish_is_heard_within_bounds() {
    let wish = |hours| Failed { retry_after: Some(SignedDuration::from_hours(hours)), ..failed(1, 0) };
    assert_eq!([wish(0), wish(3), wish(99)].map(|failed| pause(failed, 0) / 3600), [0, 3, 24]);
}

#[test]
fn a_host_is_told_once_and_in_the_end_it_is_given_up() {
    let warns = |failed| matches!(after_failure(failed, NOW, 0), After::Again { warn: true, .. });
    assert!(!warns(failed(9, 23)) && warns(failed(9, 24)));
    assert!(!warns(Failed { warned: true, ..failed(9, 48) }));
    assert_eq!(after_failure(failed(60, 14 * 24), NOW, 0), After::GivenUp);
    assert_ne!(after_failure(failed(60, 14 * 24 - 1), NOW, 0), After::GivenUp);
}
