//! The worked examples; what holds for every input is in `properties`.

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::fixtures::{at, couple, stay, stay_from, terms, usd};
use crate::listing::{
    AdvanceDiscount, Fee, FeeCharge, FeeKind, FeeModel, LengthDiscount, Season, Tax, TaxBase, TaxCharge,
};
use crate::money::BasisPoints;
use crate::rules::NightRule;

mod properties;
mod rebates;
mod stored;
mod taxes;

const NOW: &str = "2026-05-01T12:00:00Z";

fn now() -> Timestamp {
    at(NOW)
}

/// The price of `stay` for two.
fn price(terms: &ListingTerms, stay: Stay) -> PricedStay {
    price_for(terms, stay, couple())
}

fn price_for(terms: &ListingTerms, stay: Stay, guests: Guests) -> PricedStay {
    let calendar = Calendar::default();
    let input = QuoteInput {
        terms,
        calendar: &calendar,
        rules_version: RulesVersion::CURRENT,
        stay,
        guests,
        promotion: None,
        now: now(),
    };
    quote(&input).unwrap()
}

/// Night 100.00, weekend +10 %, nothing else.
fn hundred() -> ListingTerms {
    ListingTerms {
        nightly_price: usd(100_00),
        weekend_uplift: BasisPoints::from_percent(10),
        cleaning_fee: None,
        fee_model: FeeModel::HOST_ONLY,
        ..terms()
    }
}

fn percent(percent: i16) -> BasisPoints {
    BasisPoints::from_percent(percent)
}

/// Rule and amount of each line.
fn rows(priced: &PricedStay) -> Vec<(&'static str, i64)> {
    priced.lines.iter().map(|line| (line.rule.code(), line.amount.amount())).collect()
}

#[test]
fn split_fees() {
    let priced = price(&terms(), stay(5));
    assert_eq!(
        rows(&priced),
        [("base_price", 1_000_00), ("cleaning_fee", 100_00), ("guest_service_fee", 154_00)]
    );
    assert_eq!(priced.subtotal, usd(1_100_00));
    assert_eq!((priced.guest_fee, priced.total), (usd(154_00), usd(1_254_00)));
    assert_eq!((priced.host_fee, priced.payout), (usd(33_00), usd(1_067_00)));
    assert_eq!(priced.lines[0].label, "5 nights at 200.00 USD");
}

#[test]
fn host_only_fees() {
    let priced = price(&ListingTerms { fee_model: FeeModel::HOST_ONLY, ..terms() }, stay(5));
    assert_eq!((priced.guest_fee, priced.total), (usd(0), usd(1_100_00)));
    assert_eq!((priced.host_fee, priced.payout), (usd(170_50), usd(929_50)));
}

#[test]
fn two_more_nights_cost_two_more_nights() {
    let (five, seven) = (price(&terms(), stay(5)), price(&terms(), stay(7)));
    let more = |part: fn(&PricedStay) -> Money| part(&seven).checked_sub(part(&five)).unwrap();
    assert_eq!(more(|priced| priced.subtotal), usd(400_00));
    assert_eq!(more(|priced| priced.guest_fee), usd(56_00));
    assert_eq!(more(|priced| priced.total), usd(456_00));
    assert_eq!(more(|priced| priced.payout), usd(388_00));
}

#[test]
fn a_weekend_night_with_a_weekly_rebate() {
    let mut terms = hundred();
    terms.discounts.length_of_stay = vec![LengthDiscount { from_nights: 7, off: percent(20) }];
    // Monday to Monday: five nights at 100.00, Friday and Saturday at 110.00, 20 % off.
    let priced = price(&terms, stay(7));
    assert_eq!(
        rows(&priced),
        [("base_price", 500_00), ("weekend_price", 220_00), ("length_of_stay", -144_00)]
    );
    let friday = &priced.nights[4];
    assert_eq!((friday.date, friday.list_price, friday.amount), (date(2026, 6, 5), usd(110_00), usd(88_00)));
    assert_eq!(priced.nights[6].amount, usd(80_00), "Sunday is no weekend night");
}

#[test]
fn the_larger_threshold_wins_and_they_do_not_stack() {
    let mut terms = hundred();
    terms.discounts.length_of_stay = vec![
        LengthDiscount { from_nights: 28, off: percent(10) },
        LengthDiscount { from_nights: 7, off: percent(20) },
    ];
    let off = |nights| {
        let priced = price(&terms, stay(nights));
        priced.lines.iter().find(|line| line.rule == PriceRule::LengthOfStay).map(|line| line.label.clone())
    };
    assert_eq!(off(6), None);
    assert_eq!(off(27), Some("20 % off from 7 nights".to_owned()));
    assert_eq!(off(28), Some("10 % off from 28 nights".to_owned()), "by length, not by size");
}

#[test]
fn a_date_beats_a_season_beats_a_weekend_beats_the_base() {
    let mut terms = hundred();
    let season = |name: &str, from, to, price| Season {
        name: name.parse().unwrap(),
        first_night: date(2026, 6, from),
        last_night: date(2026, 6, to),
        nightly_price: usd(price),
    };
    terms.seasons = vec![season("Fair", 5, 5, 150_00), season("Summer", 4, 6, 130_00)];
    let calendar: Calendar =
        [NightRule { price: Some(usd(99_00)), ..NightRule::plain(date(2026, 6, 6)) }].into_iter().collect();
    let input = QuoteInput {
        terms: &terms,
        calendar: &calendar,
        rules_version: RulesVersion::V1,
        stay: stay_from(date(2026, 6, 3), 4),
        guests: couple(),
        promotion: None,
        now: now(),
    };
    let priced = quote(&input).unwrap();
    let nights: Vec<_> =
        priced.nights.iter().map(|night| (night.rule.code(), night.amount.amount())).collect();
    let expected =
        [("base_price", 100_00), ("season_price", 130_00), ("season_price", 150_00), ("date_price", 99_00)];
    assert_eq!(nights, expected);
    let labels: Vec<&str> = priced.lines.iter().map(|line| line.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "1 night at 100.00 USD",
            "Summer: 1 night at 130.00 USD",
            "Fair: 1 night at 150.00 USD",
            "1 night at 99.00 USD"
        ]
    );
}

#[test]
fn fees_by_every_basis() {
    let fee = |kind, charge, guests| {
        let terms = ListingTerms { fees: vec![Fee { kind, charge }], ..hundred() };
        let priced = price_for(&terms, stay(3), guests);
        priced.subtotal.checked_sub(usd(300_00)).unwrap().amount()
    };
    let family = Guests::new(3, 1, 1, 2).unwrap();
    let ten = usd(10_00);
    // Four counted guests, two included; three nights.
    assert_eq!(fee(FeeKind::Linen, FeeCharge::PerStay(ten), family), 10_00);
    assert_eq!(fee(FeeKind::Resort, FeeCharge::PerNight(ten), family), 30_00);
    assert_eq!(fee(FeeKind::Linen, FeeCharge::PerPerson(ten), family), 40_00);
    assert_eq!(fee(FeeKind::Community, FeeCharge::PerPersonNight(ten), family), 120_00);
    assert_eq!(fee(FeeKind::Management, FeeCharge::Percent(BasisPoints::new(250)), family), 7_50);
    assert_eq!(fee(FeeKind::ExtraGuest, FeeCharge::PerPersonNight(ten), family), 60_00);
    assert_eq!(
        fee(FeeKind::ExtraGuest, FeeCharge::PerStay(ten), couple()),
        0,
        "no one above the included number"
    );
    assert_eq!(fee(FeeKind::Pet, FeeCharge::PerPerson(ten), family), 20_00);
    assert_eq!(fee(FeeKind::Pet, FeeCharge::PerNight(ten), couple()), 0, "no pets");
}

#[test]
fn currencies_without_a_minor_unit_are_rounded_to_whole_units() {
    let yen = |amount| Money::new(amount, "JPY".parse().unwrap());
    let terms = ListingTerms {
        currency: "JPY".parse().unwrap(),
        nightly_price: yen(12_345),
        cleaning_fee: Some(yen(3_000)),
        ..terms()
    };
    let priced = price(&terms, stay(1));
    // 14 % of 15,345 is 2,148.3; 3 % is 460.35.
    assert_eq!((priced.total, priced.payout), (yen(17_493), yen(14_885)));
}

#[test]
fn amounts_beyond_64_bits_are_refused() {
    let terms = ListingTerms { nightly_price: usd(i64::MAX / 2), ..terms() };
    let input = QuoteInput {
        terms: &terms,
        calendar: &Calendar::default(),
        rules_version: RulesVersion::V1,
        stay: stay(5),
        guests: couple(),
        promotion: None,
        now: now(),
    };
    assert_eq!(quote(&input).unwrap_err().code, "amount_out_of_range");
}
