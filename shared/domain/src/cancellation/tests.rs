use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::CancellationPolicyCode::{Firm, Flexible, Limited, Moderate, NonRefundable, Strict};
use super::*;
use crate::dates::{Stay, TimeOfDay, Zone};
use crate::fixtures::{at, stay, usd};
use crate::money::Money;

/// 5 × 200.00 + 100.00 for cleaning, 14 % service fee, 10 % tax; from 1 June 2026, 15:00 in New York, 19:00 UTC.
struct Case {
    policy: PolicySnapshot,
    zone: Zone,
    stay: Stay,
    booked: &'static str,
    by: CancelledBy,
}

const LONG_AGO: &str = "2026-01-01T00:00:00Z";

fn case(code: CancellationPolicyCode) -> Case {
    let zone = "America/New_York".parse().unwrap();
    Case {
        policy: PolicySnapshot::current(code),
        zone,
        stay: stay(5),
        booked: LONG_AGO,
        by: CancelledBy::Guest,
    }
}

impl Case {
    fn arrival(&self) -> Arrival<'_> {
        Arrival { stay: self.stay, zone: &self.zone, check_in_time: TimeOfDay::DEFAULT_CHECK_IN }
    }

    fn settle(&self, now: Timestamp) -> Settlement {
        let booked_at = at(self.booked);
        let charged = Charged { subtotal: usd(1_100_00), guest_fee: usd(154_00), taxes: usd(110_00) };
        settle(&CancellationCase {
            policy: &self.policy,
            charged,
            arrival: self.arrival(),
            booked_at,
            confirmed_at: Some(booked_at),
            now,
            by: self.by,
        })
        .unwrap()
    }

    /// What the host keeps and what comes back of nights and fees, of the service fee and of taxes.
    fn sums(&self, now: &str) -> (i64, i64, i64, i64) {
        let settlement = self.settle(at(now));
        let back = |at: usize| settlement.lines[at].refund.amount();
        (settlement.host_keeps.amount(), back(0), back(1), back(2))
    }

    fn refund(&self, now: &str) -> i64 {
        self.sums(now).1
    }
}

#[test]
fn the_worked_examples() {
    let of = |code, now| {
        let (kept, back, ..) = case(code).sums(now);
        (kept, back)
    };
    assert_eq!(of(Flexible, "2026-06-01T09:00:00Z"), (220_00, 880_00), "10 hours before");
    assert_eq!(of(Flexible, "2026-06-03T19:00:00Z"), (660_00, 440_00), "after 2 nights");
    assert_eq!(of(Moderate, "2026-05-30T19:00:00Z"), (660_00, 440_00), "2 days before");
    assert_eq!(of(Firm, "2026-05-22T19:00:00Z"), (550_00, 550_00), "10 days before");
}

#[test]
fn each_deadline_holds_to_the_second() {
    let rows = [
        (Flexible, "2026-05-31T19:00:00Z", 1_100_00, 880_00),
        (Moderate, "2026-05-27T19:00:00Z", 1_100_00, 440_00),
        (Limited, "2026-05-18T19:00:00Z", 1_100_00, 550_00),
        (Limited, "2026-05-25T19:00:00Z", 550_00, 0),
        (Firm, "2026-05-02T19:00:00Z", 1_100_00, 550_00),
        (Firm, "2026-05-25T19:00:00Z", 550_00, 0),
        (Strict, "2026-05-25T19:00:00Z", 550_00, 0),
        (NonRefundable, "2026-01-02T00:00:00Z", 1_100_00, 0),
    ];
    for (code, deadline, in_time, late) in rows {
        let case = case(code);
        let deadline = at(deadline);
        let refund = |now| case.settle(now).lines[0].refund.amount();
        assert_eq!(refund(deadline), in_time, "{code} at {deadline}");
        assert_eq!(refund(deadline + SignedDuration::from_millis(1)), late, "{code} after {deadline}");
        assert_eq!(case.settle(deadline).valid_until, deadline, "{code}");
    }
}

#[test]
fn days_are_calendar_days_and_hours_elapsed_hours_across_a_clock_change() {
    // New York moves its clocks on 8 March 2026. Check-in on the 10th, 15:00 there: 19:00 UTC.
    let spring = |code| {
        let arrival = jiff::civil::date(2026, 3, 10);
        Case { stay: crate::fixtures::stay_from(arrival, 5), ..case(code) }
    };
    let moderate = spring(Moderate);
    // Five days before, 15:00 there was 20:00 UTC: 119 hours before check-in.
    assert_eq!(moderate.refund("2026-03-05T20:00:00Z"), 1_100_00);
    assert_eq!(moderate.refund("2026-03-05T20:00:01Z"), 440_00);
    // On the 9th, 15:00 there, 24 hours have no gap in them; on the 8th they would.
    let flexible =
        Case { stay: crate::fixtures::stay_from(jiff::civil::date(2026, 3, 8), 5), ..case(Flexible) };
    // Check-in on the 8th at 19:00 UTC; 24 elapsed hours before it the clocks there show 14:00, not 15:00.
    assert_eq!(flexible.refund("2026-03-07T19:00:00Z"), 1_100_00);
    assert_eq!(flexible.refund("2026-03-07T19:00:01Z"), 880_00);
}

#[test]
fn the_same_holds_in_the_week_that_is_an_hour_longer() {
    // New York moves its clocks back on 1 November 2026. Check-in on the 3rd, 15:00 there: 20:00 UTC.
    let autumn = |code, day| Case {
        stay: crate::fixtures::stay_from(jiff::civil::date(2026, 11, day), 5),
        ..case(code)
    };
    // Five days before, 15:00 there was 19:00 UTC: 121 hours before check-in.
    assert_eq!(autumn(Moderate, 3).refund("2026-10-29T19:00:00Z"), 1_100_00);
    assert_eq!(autumn(Moderate, 3).refund("2026-10-29T19:00:01Z"), 440_00);
    // Check-in on the 1st at 20:00 UTC; 24 elapsed hours before it the clocks there show 16:00.
    assert_eq!(autumn(Flexible, 1).refund("2026-10-31T20:00:00Z"), 1_100_00);
    assert_eq!(autumn(Flexible, 1).refund("2026-10-31T20:00:01Z"), 880_00);
    // The night of the change is stayed when its date is over: at midnight there, 05:00 UTC by now.
    assert_eq!(autumn(Flexible, 1).refund("2026-11-02T04:59:59Z"), 880_00);
    assert_eq!(autumn(Flexible, 1).refund("2026-11-02T05:00:00Z"), 660_00);
}

#[test]
fn strict_gives_everything_back_to_who_has_just_booked() {
    let booked = |booked| Case { booked, ..case(Strict) };
    let early = booked("2026-05-01T00:00:00Z");
    assert_eq!(early.refund("2026-05-03T00:00:00Z"), 1_100_00, "48 hours");
    assert_eq!(early.refund("2026-05-03T00:00:01Z"), 550_00);
    let near = booked("2026-05-18T00:00:00Z");
    assert_eq!(near.refund("2026-05-18T19:00:00Z"), 1_100_00, "14 days before");
    // Past the 14 days, the grace of 24 hours goes on.
    assert_eq!(near.refund("2026-05-19T00:00:00Z"), 1_100_00);
    assert_eq!(near.refund("2026-05-19T00:00:01Z"), 550_00);
}

#[test]
fn the_grace_ends_after_a_day_and_a_week_before_check_in() {
    for code in CancellationPolicyCode::ALL {
        let case = Case { booked: "2026-05-20T12:00:00Z", ..case(*code) };
        assert_eq!(case.sums("2026-05-21T12:00:00Z"), (0, 1_100_00, 154_00, 110_00), "{code}");
    }
    let firm = |booked| Case { booked, ..case(Firm) };
    assert_eq!(firm("2026-05-20T12:00:00Z").refund("2026-05-21T12:00:01Z"), 550_00);
    let near = firm("2026-05-25T12:00:00Z");
    assert_eq!(near.refund("2026-05-25T19:00:00Z"), 1_100_00, "7 days before");
    assert_eq!(near.refund("2026-05-25T19:00:01Z"), 0);
}

#[test]
fn nothing_was_confirmed_so_no_grace_runs() {
    let case = Case { booked: "2026-05-20T12:00:00Z", ..case(NonRefundable) };
    let settlement = settle(&CancellationCase {
        policy: &case.policy,
        charged: Charged { subtotal: usd(100), guest_fee: usd(0), taxes: usd(0) },
        arrival: case.arrival(),
        booked_at: at(case.booked),
        confirmed_at: None,
        now: at(case.booked),
        by: CancelledBy::Guest,
    });
    assert_eq!(settlement.unwrap().refund, usd(0));
}

#[test]
fn the_service_fee_goes_back_only_with_everything() {
    let flexible = case(Flexible);
    assert_eq!(flexible.sums("2026-05-20T00:00:00Z"), (0, 1_100_00, 154_00, 110_00));
    assert_eq!(flexible.sums("2026-06-01T09:00:00Z"), (220_00, 880_00, 0, 88_00));
    let mut keeping = case(Flexible);
    keeping.policy.refunds_guest_fee = false;
    assert_eq!(keeping.sums("2026-05-20T00:00:00Z"), (0, 1_100_00, 0, 110_00));
}

#[test]
fn a_host_and_the_platform_give_everything_back_at_any_time() {
    for by in [CancelledBy::Host, CancelledBy::Admin] {
        let mut case = Case { by, ..case(NonRefundable) };
        case.policy.refunds_guest_fee = false;
        assert_eq!(case.sums("2026-06-04T00:00:00Z"), (0, 1_100_00, 154_00, 110_00));
        assert_eq!(case.settle(at("2026-06-01T00:00:00Z")).refund, usd(1_364_00));
    }
}

/// An absolute difference of days would call the third day of a stay "two days before".
#[test]
fn after_the_arrival_is_not_before_it() {
    for (code, back) in [(Flexible, 440_00), (Moderate, 220_00), (Limited, 0), (Firm, 0), (Strict, 0)] {
        assert_eq!(case(code).refund("2026-06-03T19:00:00Z"), back, "{code}");
        assert_eq!(case(code).refund("2026-08-01T00:00:00Z"), 0, "{code} long after");
    }
}

#[test]
fn a_night_is_stayed_when_its_date_is_over_there() {
    let flexible = case(Flexible);
    // Midnight there is 04:00 UTC.
    assert_eq!(flexible.refund("2026-06-02T03:59:59Z"), 880_00);
    assert_eq!(flexible.refund("2026-06-02T04:00:00Z"), 660_00);
    assert_eq!(flexible.refund("2026-06-05T04:00:00Z"), 0, "the last night is the one more");
    assert_eq!(flexible.settle(at("2026-06-02T03:50:00Z")).valid_until, at("2026-06-02T03:59:59.999Z"));
}

#[test]
fn shown_deadlines_are_those_to_come() {
    let shown = |code, now: &str| {
        let case = case(code);
        let now = at(now);
        let shown = deadlines(&case.policy, &case.arrival(), now, Some(now), now);
        shown.iter().map(|one| format!("{} {}", one.refund_percent, one.until)).collect::<Vec<_>>()
    };
    assert_eq!(shown(Firm, "2026-04-01T00:00:00Z"), ["100 2026-05-02T19:00:00Z", "50 2026-05-25T19:00:00Z"]);
    assert_eq!(shown(Firm, "2026-05-10T00:00:00Z"), ["100 2026-05-11T00:00:00Z", "50 2026-05-25T19:00:00Z"]);
    assert_eq!(
        shown(Strict, "2026-05-10T00:00:00Z"),
        ["100 2026-05-12T00:00:00Z", "50 2026-05-25T19:00:00Z"]
    );
    assert_eq!(shown(Flexible, "2026-05-10T00:00:00Z"), ["100 2026-05-31T19:00:00Z"]);
    assert_eq!(shown(Flexible, "2026-06-01T00:00:00Z"), [""; 0]);
    assert_eq!(shown(NonRefundable, "2026-05-28T00:00:00Z"), [""; 0]);
}

#[test]
fn the_stored_text_is_fixed() {
    let strict = r#"{"code":"strict","version":1,"tiers":[{"until":{"days":7},"refund_percent":50}],"late":"nothing","after_booking":{"hours":48,"days_before":14},"grace":{"hours":24,"days_before":7},"refunds_guest_fee":true}"#;
    let moderate = r#"{"code":"moderate","version":1,"tiers":[{"until":{"days":5},"refund_percent":100}],"late":{"keep_nights":{"extra":1,"rest_percent":50}},"after_booking":null,"grace":{"hours":24,"days_before":7},"refunds_guest_fee":true}"#;
    let flexible = r#"{"code":"flexible","version":1,"tiers":[{"until":{"hours":24},"refund_percent":100}],"late":{"keep_nights":{"extra":1,"rest_percent":0}},"after_booking":null,"grace":{"hours":24,"days_before":7},"refunds_guest_fee":true}"#;
    for text in [strict, moderate, flexible] {
        let policy: PolicySnapshot = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&policy).unwrap(), text);
        assert_eq!(policy, PolicySnapshot::current(policy.code));
    }
}

proptest! {
    #[test]
    fn sums_hold_and_a_preview_keeps_its_word(
        code in 0..CancellationPolicyCode::ALL.len(),
        amounts in (0_i64..10_000_000, 0_i64..1_000_000, 0_i64..1_000_000),
        nights in 1_i16..60,
        minutes in -100_000_i64..100_000,
        later in 0.0..=1.0_f64,
        booked_before in 0_i64..200_000,
    ) {
        let policy = PolicySnapshot::current(CancellationPolicyCode::ALL[code]);
        let zone: Zone = "America/New_York".parse().unwrap();
        let arrival = Arrival { stay: stay(nights), zone: &zone, check_in_time: TimeOfDay::DEFAULT_CHECK_IN };
        let now = at("2026-06-01T19:00:00Z") + SignedDuration::from_mins(minutes);
        let booked_at = now - SignedDuration::from_mins(booked_before);
        let charged = Charged { subtotal: usd(amounts.0), guest_fee: usd(amounts.1), taxes: usd(amounts.2) };
        let case = CancellationCase {
            policy: &policy, charged, arrival, booked_at, confirmed_at: Some(booked_at), now, by: CancelledBy::Guest,
        };
        let settlement = settle(&case).unwrap();
        let total = Money::sum(charged.subtotal.currency(), [charged.subtotal, charged.guest_fee, charged.taxes]).unwrap();
        let lines = settlement.lines.iter().map(|line| line.refund);
        prop_assert_eq!(Money::sum(total.currency(), lines).unwrap(), settlement.refund);
        prop_assert_eq!(settlement.host_keeps.checked_add(settlement.lines[0].refund).unwrap(), charged.subtotal);
        prop_assert!(!settlement.refund.is_negative() && settlement.refund.amount() <= total.amount());
        prop_assert!(settlement.valid_until >= now);

        let left = settlement.valid_until.duration_since(now).as_millis_f64() * later;
        #[expect(clippy::cast_possible_truncation, reason = "at most 15 minutes of milliseconds")]
        let at_last = settle(&CancellationCase { now: now + SignedDuration::from_millis(left as i64), ..case }).unwrap();
        prop_assert_eq!(&at_last.lines, &settlement.lines);

        // Waiting never pays.
        let afterwards = settle(&CancellationCase { now: settlement.valid_until + SignedDuration::from_millis(1), ..case });
        prop_assert!(afterwards.unwrap().refund.amount() <= settlement.refund.amount());
    }
}
