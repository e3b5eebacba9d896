use super::*;
use crate::fixtures::at;

const OUT: &str = "2026-06-06T15:00:00Z";
const CLOSES: &str = "2026-06-20T15:00:00Z";

fn clock(guest: Option<&str>, host: Option<&str>) -> ReviewClock {
    ReviewClock {
        checked_out_at: at(OUT),
        guest_submitted_at: guest.map(at),
        host_submitted_at: host.map(at),
    }
}

fn code(result: Result<(), Refusal>) -> &'static str {
    result.err().map_or("ok", |refusal| refusal.code)
}

#[test]
fn the_window_is_fourteen_days_to_the_second() {
    let none = clock(None, None);
    assert_eq!(none.closes_at(), at(CLOSES));
    let submit = |now| code(none.check_submit(ReviewSide::Guest, at(now)));
    assert_eq!(submit("2026-06-06T14:59:59Z"), "review_too_early");
    assert_eq!(submit(OUT), "ok");
    assert_eq!(submit("2026-06-20T14:59:59Z"), "ok");
    assert_eq!(submit(CLOSES), "review_window_closed");
    let written = clock(Some("2026-06-07T00:00:00Z"), None);
    assert_eq!(code(written.check_submit(ReviewSide::Guest, at("2026-06-08T00:00:00Z"))), "review_exists");
    assert_eq!(code(written.check_submit(ReviewSide::Host, at("2026-06-08T00:00:00Z"))), "ok");
}

#[test]
fn both_are_revealed_at_one_instant() {
    let both = clock(Some("2026-06-07T00:00:00Z"), Some("2026-06-09T00:00:00Z"));
    assert_eq!(both.reveals_at(), at("2026-06-09T00:00:00Z"));
    assert!(!both.is_revealed(at("2026-06-08T23:59:59Z")) && both.is_revealed(at("2026-06-09T00:00:00Z")));
    for alone in [clock(Some(OUT), None), clock(None, Some(OUT)), clock(None, None)] {
        assert_eq!(alone.reveals_at(), at(CLOSES));
        assert!(!alone.is_revealed(at("2026-06-20T14:59:59Z")) && alone.is_revealed(at(CLOSES)));
    }
}

#[test]
fn a_review_is_editable_until_the_other_is_in() {
    let edit = |clock: ReviewClock, now| code(clock.check_edit(ReviewSide::Guest, at(now)));
    let alone = clock(Some("2026-06-07T00:00:00Z"), None);
    assert_eq!(edit(alone, "2026-06-20T14:59:59Z"), "ok");
    assert_eq!(edit(alone, CLOSES), "review_final");
    let both = clock(Some("2026-06-07T00:00:00Z"), Some("2026-06-08T00:00:00Z"));
    assert_eq!(edit(both, "2026-06-08T00:00:00Z"), "review_final");
    assert_eq!(edit(clock(None, None), OUT), "review_missing");
}

#[test]
fn ratings_are_1_to_5_and_each_side_has_its_categories() {
    for bad in ["0", "6", "4.5", "-1"] {
        assert!(serde_json::from_str::<Rating>(bad).is_err(), "{bad}");
    }
    let text = r#"{"overall":5,"categories":{"cleanliness":4,"value":3}}"#;
    let ratings: Ratings = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&ratings).unwrap(), text);
    assert!(ratings.check(ReviewSide::Guest).is_ok());
    let refusal = ratings.check(ReviewSide::Host).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.errors[0].pointer.as_str()),
        ("category_not_allowed", "/categories/value")
    );
    assert!(serde_json::from_str::<Ratings>(r#"{"overall":5,"categories":{"food":4}}"#).is_err());
}

#[test]
fn averages_start_with_three_ratings_and_round_half_up() {
    let average = |count, sum| RatingSum { count, sum }.average_hundredths();
    assert_eq!(average(2, 10), None);
    assert_eq!(average(3, 13), Some(433));
    assert_eq!(average(3, 14), Some(467));
    assert_eq!(average(8, 33), Some(413), "412.5");
    assert_eq!(average(8, 35), Some(438), "437.5");
    assert_eq!(average(0, 0), None);
}
