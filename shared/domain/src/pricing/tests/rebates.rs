use super::*;
use crate::listing::{AdvanceDiscount, LengthDiscount};

#[test]
fn early_birds_and_last_minutes() {
    let mut terms = hundred();
    let advance = |days, off| AdvanceDiscount { days, off: percent(off) };
    terms.discounts.early_bird = vec![advance(30, 5), advance(60, 15)];
    terms.discounts.last_minute = vec![advance(7, 10), advance(2, 30)];
    let off = |now: &str| {
        let calendar = Calendar::default();
        let input = QuoteInput {
            terms: &terms,
            calendar: &calendar,
            rules_version: RulesVersion::V1,
            stay: stay(1),
            guests: couple(),
            promotion: None,
            now: at(now),
        };
        rows(&quote(&input).unwrap()).get(1).copied()
    };
    assert_eq!(off("2026-04-02T12:00:00Z"), Some(("early_bird", -15_00)), "60 days");
    assert_eq!(off("2026-04-03T12:00:00Z"), Some(("early_bird", -5_00)));
    assert_eq!(off("2026-05-02T12:00:00Z"), Some(("early_bird", -5_00)), "30 days");
    assert_eq!(off("2026-05-03T12:00:00Z"), None);
    assert_eq!(off("2026-05-25T12:00:00Z"), Some(("last_minute", -10_00)), "7 days");
    assert_eq!(off("2026-05-30T12:00:00Z"), Some(("last_minute", -30_00)), "2 days");
    // 31 May 03:00 UTC is still the 30th in New York, 30 May 03:00 UTC the 29th.
    assert_eq!(off("2026-05-30T03:00:00Z"), Some(("last_minute", -10_00)));
    assert_eq!(off("2026-06-01T12:00:00Z"), Some(("last_minute", -30_00)), "today");
}

pub(super) fn promotion(benefit: Benefit) -> Promotion {
    let code = "summer-10".parse().unwrap();
    Promotion { code, benefit, valid_from: None, valid_until: None, min_nights: None }
}

fn with_promotion(promotion: &Promotion) -> Result<PricedStay, Refusal> {
    let mut terms = hundred();
    terms.discounts.length_of_stay = vec![LengthDiscount { from_nights: 2, off: percent(50) }];
    quote(&QuoteInput {
        terms: &terms,
        calendar: &Calendar::default(),
        rules_version: RulesVersion::V1,
        stay: stay(2),
        guests: couple(),
        promotion: Some(promotion),
        now: now(),
    })
}

#[test]
fn a_promotion_acts_on_what_is_left() {
    let priced = with_promotion(&promotion(Benefit::Percent(percent(10)))).unwrap();
    assert_eq!(rows(&priced), [("base_price", 200_00), ("length_of_stay", -100_00), ("promotion", -10_00)]);
    assert_eq!(priced.lines[2].label, "Promotion SUMMER-10");
    let priced = with_promotion(&promotion(Benefit::Amount(usd(30_00)))).unwrap();
    assert_eq!(priced.total, usd(70_00));
    let priced = with_promotion(&promotion(Benefit::Amount(usd(500_00)))).unwrap();
    assert_eq!(priced.total, usd(0), "never below nothing");
    assert!(priced.nights.iter().all(|night| night.amount.is_zero()));
}

#[test]
fn a_promotion_that_does_not_hold_is_refused() {
    let fine = promotion(Benefit::Percent(percent(10)));
    let code = |promotion: Promotion| {
        let refusal = with_promotion(&promotion).unwrap_err();
        assert_eq!(refusal.errors[0].pointer, "/promo_code");
        refusal.code
    };
    let second = SignedDuration::from_secs(1);
    assert_eq!(code(Promotion { valid_until: Some(now()), ..fine.clone() }), "promo_expired");
    assert_eq!(code(Promotion { valid_from: Some(now() + second), ..fine.clone() }), "promo_not_yet_valid");
    assert_eq!(code(Promotion { min_nights: Some(3), ..fine.clone() }), "promo_min_nights");
    let held =
        Promotion { valid_from: Some(now()), valid_until: Some(now() + second), min_nights: Some(2), ..fine };
    assert!(with_promotion(&held).is_ok());
    let foreign = promotion(Benefit::Amount(Money::new(1, "EUR".parse().unwrap())));
    assert_eq!(with_promotion(&foreign).unwrap_err().code, "currency_mismatch");
}

#[test]
fn discounts_fall_on_nights_by_largest_remainder() {
    let mut terms = hundred();
    terms.weekend_uplift = percent(0);
    terms.discounts.length_of_stay = vec![LengthDiscount { from_nights: 3, off: BasisPoints::new(6_667) }];
    // 300.00 less 200.01 are 99.99; less 66.66 % of 300.00 (199.98) are 100.02.
    terms.discounts.length_of_stay[0].off = BasisPoints::new(6_666);
    let amounts: Vec<i64> = price(&terms, stay(3)).nights.iter().map(|night| night.amount.amount()).collect();
    assert_eq!(amounts, [33_34, 33_34, 33_34]);
    let promotion = promotion(Benefit::Amount(usd(200_00)));
    terms.discounts.length_of_stay.clear();
    let input = QuoteInput {
        terms: &terms,
        calendar: &Calendar::default(),
        rules_version: RulesVersion::V1,
        stay: stay(3),
        guests: couple(),
        promotion: Some(&promotion),
        now: now(),
    };
    let amounts: Vec<i64> = quote(&input).unwrap().nights.iter().map(|night| night.amount.amount()).collect();
    assert_eq!(amounts, [33_34, 33_33, 33_33]);
}
