use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::cancellation::{Arrival, CancellationPolicyCode, CancelledBy, PolicySnapshot};
use crate::dates::TimeOfDay;
use crate::fixtures::{at, couple, stay, stay_from, terms, usd};
use crate::guests::Guests;
use crate::listing::{Fee, FeeCharge, FeeKind, ListingTerms, Tax, TaxBase, TaxCharge, TaxCollector};
use crate::money::Money;
use crate::pricing::{LineKind, PricedStay, QuoteInput, RulesVersion, quote};
use crate::rules::Calendar;

const FAR: &str = "2026-04-01T12:00:00Z";

fn price(terms: &ListingTerms, stay: Stay, guests: Guests) -> PricedStay {
    let calendar = Calendar::default();
    let rules_version = RulesVersion::CURRENT;
    let now = at(FAR);
    quote(&QuoteInput { terms, calendar: &calendar, rules_version, stay, guests, promotion: None, now })
        .unwrap()
}

struct Asked<'a> {
    terms: &'a ListingTerms,
    booked: &'a PricedStay,
    from: (Stay, Guests),
    to: (Stay, Guests),
    policy: CancellationPolicyCode,
    now: &'a str,
    by: CancelledBy,
}

fn ask(asked: &Asked<'_>) -> Repriced {
    let zone = "America/New_York".parse().unwrap();
    reprice(&ModificationCase {
        booked: asked.booked,
        booked_stay: asked.from.0,
        booked_guests: asked.from.1,
        wanted_stay: asked.to.0,
        wanted_guests: asked.to.1,
        terms: asked.terms,
        calendar: &Calendar::default(),
        policy: &PolicySnapshot::current(asked.policy),
        arrival: Arrival { stay: asked.from.0, zone: &zone, check_in_time: TimeOfDay::DEFAULT_CHECK_IN },
        booked_at: at("2026-03-01T12:00:00Z"),
        confirmed_at: Some(at("2026-03-01T12:01:00Z")),
        now: at(asked.now),
        by: asked.by,
    })
    .unwrap()
}

fn change(from: Stay, to: Stay, policy: CancellationPolicyCode, now: &str) -> Repriced {
    let (terms, guests) = (terms(), couple());
    let booked = price(&terms, from, guests);
    let by = CancelledBy::Guest;
    ask(&Asked { terms: &terms, booked: &booked, from: (from, guests), to: (to, guests), policy, now, by })
}

fn rows(repriced: &Repriced) -> Vec<(&'static str, &'static str, i64)> {
    repriced.lines.iter().map(|line| (line.kind.code(), line.rule.code(), line.amount.amount())).collect()
}

#[test]
fn two_more_nights_cost_two_nights_and_their_service_fee() {
    let longer = change(stay(5), stay(7), CancellationPolicyCode::Flexible, FAR);
    assert_eq!(rows(&longer), [("night", "added_nights", 400_00), ("guest_fee", "guest_service_fee", 56_00)]);
    assert_eq!(longer.difference, usd(456_00));
    assert_eq!((longer.priced.total, longer.priced.payout), (usd(1_710_00), usd(1_455_00)), "payout +388.00");
    assert_eq!(longer.priced.nights.len(), 7);
}

#[test]
fn in_time_nights_are_given_up_for_nothing() {
    let shorter = change(stay(7), stay(5), CancellationPolicyCode::Flexible, FAR);
    assert_eq!(shorter.difference, usd(-456_00));
    let plain = price(&terms(), stay(5), couple());
    assert_eq!((shorter.priced.total, shorter.priced.payout), (plain.total, plain.payout));
    assert_eq!(shorter.priced.retained, None);
    // 24 hours before check-in, at 19:00 UTC of the day before.
    assert_eq!(shorter.until, Some(at("2026-05-31T19:00:00Z")));
}

#[test]
fn late_the_policy_keeps_its_nights_and_never_gives_them_back() {
    use CancellationPolicyCode::{Firm, Flexible, Moderate};
    let late = "2026-05-31T19:00:01Z";
    // Flexible keeps one night of the three, moderate that and half of the rest, firm all.
    for (policy, kept) in [(Flexible, 200_00), (Moderate, 400_00), (Firm, 600_00)] {
        let shorter = change(stay(7), stay(4), policy, late);
        assert_eq!(shorter.priced.retained(), usd(kept), "{policy}");
        assert_eq!(shorter.difference, usd(kept - 600_00), "the service fee is kept");
        assert_eq!(shorter.priced.subtotal, usd(900_00));
        assert_eq!(shorter.until, None);
    }
    // 20 days before, firm gives half back, until 7 days before.
    let shorter = change(stay(7), stay(4), Firm, "2026-05-12T19:00:00Z");
    assert_eq!((shorter.priced.retained(), shorter.until), (usd(300_00), Some(at("2026-05-25T19:00:00Z"))));
}

#[test]
fn of_nights_that_the_host_takes_back_nothing_is_kept() {
    let (terms, guests) = (terms(), couple());
    let booked = price(&terms, stay(7), guests);
    let shorter = ask(&Asked {
        terms: &terms,
        booked: &booked,
        from: (stay(7), guests),
        to: (stay(5), guests),
        policy: CancellationPolicyCode::NonRefundable,
        now: "2026-05-31T23:00:00Z",
        by: CancelledBy::Host,
    });
    assert_eq!(shorter.difference, usd(-456_00));
}

#[test]
fn booked_nights_keep_their_price_when_the_listing_becomes_dearer() {
    let (old, guests) = (terms(), couple());
    let booked = price(&old, stay(3), guests);
    let dearer = ListingTerms { nightly_price: usd(300_00), cleaning_fee: Some(usd(150_00)), ..terms() };
    let moved = ask(&Asked {
        terms: &dearer,
        booked: &booked,
        from: (stay(3), guests),
        to: (stay_from(date(2026, 6, 2), 3), guests),
        policy: CancellationPolicyCode::Flexible,
        now: FAR,
        by: CancelledBy::Guest,
    });
    let nights: Vec<i64> = moved.priced.nights.iter().map(|night| night.amount.amount()).collect();
    assert_eq!(nights, [200_00, 200_00, 300_00]);
    assert_eq!(moved.difference, usd(114_00), "100.00 and 14 %; the cleaning is as it was booked");
}

#[test]
fn another_guest_pays_the_fee_for_extra_guests() {
    let fee = FeeCharge::PerPersonNight(usd(10_00));
    let terms = ListingTerms { fees: vec![Fee { kind: FeeKind::ExtraGuest, charge: fee }], ..terms() };
    let (two, three) = (couple(), Guests::new(3, 0, 0, 0).unwrap());
    let booked = price(&terms, stay(5), two);
    let asked = |from: (Stay, Guests), to: (Stay, Guests), booked: &PricedStay| {
        let policy = CancellationPolicyCode::Flexible;
        ask(&Asked { terms: &terms, booked, from, to, policy, now: FAR, by: CancelledBy::Guest })
    };
    let more = asked((stay(5), two), (stay(5), three), &booked);
    assert_eq!(rows(&more), [("fee", "changed_fees", 50_00), ("guest_fee", "guest_service_fee", 7_00)]);
    let fewer = asked((stay(5), three), (stay(5), two), &more.priced);
    assert_eq!(fewer.difference, usd(-57_00));
    assert_eq!(fewer.priced.total, booked.total);
}

#[test]
fn dates_are_swapped_within_bounds() {
    let check = |wanted: Stay, state, today| {
        check_dates(stay(5), wanted, state, today).err().map_or("ok", |refusal| refusal.code)
    };
    let (confirmed, lived) = (BookingState::Confirmed, BookingState::CheckedIn);
    let (may, third) = (date(2026, 5, 1), date(2026, 6, 3));
    assert_eq!(check(stay(7), confirmed, may), "ok");
    assert_eq!(
        check(stay_from(date(2026, 6, 6), 2), confirmed, may),
        "dates_apart",
        "turnover is no shared night"
    );
    assert_eq!(check(stay_from(date(2026, 6, 5), 2), confirmed, may), "ok");
    assert_eq!(check(stay_from(date(2026, 6, 2), 4), lived, third), "already_arrived");
    assert_eq!(check(stay_from(date(2026, 6, 4), 2), confirmed, third), "past_date", "the arrival is over");
    assert_eq!(check(stay(2), lived, third), "past_date");
    assert_eq!(check(stay(3), lived, third), "ok");
}

fn any_terms() -> impl Strategy<Value = ListingTerms> {
    let charge =
        (0_u32..300_000, proptest::sample::select(TaxBase::ALL), any::<bool>(), 1_u16..9, any::<bool>());
    let tax = charge.prop_map(|(rate_ppm, base, included, most, host)| Tax {
        name: "Tax".parse().unwrap(),
        charge: TaxCharge::Percent { rate_ppm, base },
        max_nights: Some(most),
        exempt_from_nights: None,
        exempt_below_age: None,
        included,
        collected_by: if host { TaxCollector::Host } else { TaxCollector::Platform },
    });
    let fee = (proptest::sample::select(FeeKind::ALL), 0_i64..50_00)
        .prop_map(|(kind, amount)| Fee { kind, charge: FeeCharge::PerPersonNight(usd(amount)) });
    (
        1_i64..500_00,
        proptest::option::of(0_i64..200_00),
        proptest::collection::vec(tax, 0..2),
        proptest::option::of(fee),
    )
        .prop_map(|(nightly, cleaning, taxes, fee)| ListingTerms {
            nightly_price: usd(nightly),
            cleaning_fee: cleaning.map(usd),
            taxes,
            fees: fee.into_iter().collect(),
            ..terms()
        })
}

fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(usd(0).currency(), amounts).unwrap()
}

proptest! {
    #[test]
    fn every_modified_price_adds_up(
        (then, today) in (any_terms(), any_terms()),
        booked_nights in 1_i16..12,
        (shift, nights) in (0_i64..12, 1_i16..12),
        (adults, more) in (1_u8..4, 1_u8..4),
        policy in proptest::sample::select(CancellationPolicyCode::ALL),
        late in any::<bool>(),
    ) {
        let (from, to) = (stay(booked_nights), stay_from(date(2026, 6, 1).saturating_add(jiff::Span::new().days(shift)), nights));
        prop_assume!(from.overlaps(to));
        let party = |adults| Guests::new(adults, 0, 0, 0).unwrap();
        let booked = price(&then, from, party(adults));
        let asked = Asked {
            terms: &today, booked: &booked, from: (from, party(adults)), to: (to, party(more)), policy,
            now: if late { "2026-05-31T22:00:00Z" } else { FAR }, by: CancelledBy::Guest,
        };
        let Repriced { priced, lines, difference, .. } = ask(&asked);
        prop_assert_eq!(sum(priced.lines.iter().map(|line| line.amount)), priced.total);
        prop_assert_eq!(sum(lines.iter().map(|line| line.amount)), difference);
        prop_assert_eq!(booked.total.checked_add(difference).unwrap(), priced.total);
        let of = |kinds: &[LineKind]| sum(priced.lines.iter().filter(|line| kinds.contains(&line.kind)).map(|line| line.amount));
        prop_assert_eq!(of(&[LineKind::Night, LineKind::Discount, LineKind::Fee]), priced.subtotal);
        prop_assert_eq!(of(&[LineKind::Retained]), priced.retained());
        prop_assert_eq!(of(&[LineKind::GuestFee]), priced.guest_fee);
        prop_assert_eq!(of(&[LineKind::Tax]), priced.taxes);
        prop_assert_eq!(of(&[LineKind::Night, LineKind::Discount]), sum(priced.nights.iter().map(|night| night.amount)));
        prop_assert!(priced.nights.iter().map(|night| night.date).eq(to.nights()));
        // Everything that the guest pays is someone's.
        let platform = sum(priced.tax_shares.iter()
            .filter(|share| share.collected_by == TaxCollector::Platform).map(|share| share.amount));
        prop_assert_eq!(sum([priced.payout, priced.host_fee, priced.guest_fee, platform].into_iter()), priced.total);
        // What was stored is read again.
        let bytes = serde_json::to_vec(&priced).unwrap();
        prop_assert_eq!(serde_json::from_slice::<PricedStay>(&bytes).unwrap(), priced);
    }
}
