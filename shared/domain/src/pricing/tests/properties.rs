use proptest::prelude::*;

use super::rebates::promotion;
use super::taxes::tax;
use super::*;
use crate::money::Currency;

fn any_charge() -> impl Strategy<Value = FeeCharge> {
    let price = (0_i64..100_000).prop_map(usd);
    prop_oneof![
        price.clone().prop_map(FeeCharge::PerStay),
        price.clone().prop_map(FeeCharge::PerNight),
        price.clone().prop_map(FeeCharge::PerPerson),
        price.prop_map(FeeCharge::PerPersonNight),
        (0..=10_000).prop_map(|rate| FeeCharge::Percent(BasisPoints::new(rate))),
    ]
}

fn any_fee() -> impl Strategy<Value = Fee> {
    (proptest::sample::select(FeeKind::ALL), any_charge()).prop_map(|(kind, charge)| Fee { kind, charge })
}

fn any_tax() -> impl Strategy<Value = Tax> {
    let price = (0_i64..10_000).prop_map(usd);
    let charge = prop_oneof![
        (0_u32..300_000, proptest::sample::select(TaxBase::ALL))
            .prop_map(|(rate_ppm, base)| TaxCharge::Percent { rate_ppm, base }),
        price.clone().prop_map(TaxCharge::Night),
        price.clone().prop_map(TaxCharge::Guest),
        price.prop_map(TaxCharge::GuestNight),
    ];
    let nights = || proptest::option::of(1_u16..40);
    let collector = proptest::sample::select(TaxCollector::ALL);
    (charge, nights(), nights(), proptest::option::of(0_u8..20), any::<bool>(), collector).prop_map(
        |(charge, max_nights, exempt_from_nights, exempt_below_age, included, collected_by)| Tax {
            max_nights,
            exempt_from_nights,
            exempt_below_age,
            included,
            collected_by,
            ..tax(charge)
        },
    )
}

fn any_terms() -> impl Strategy<Value = ListingTerms> {
    let rate = |max| (0..=max).prop_map(BasisPoints::new);
    let length = (2_u16..40, rate(10_000)).prop_map(|(from_nights, off)| LengthDiscount { from_nights, off });
    let advance = || {
        let one = (0_u16..90, rate(10_000)).prop_map(|(days, off)| AdvanceDiscount { days, off });
        proptest::collection::vec(one, 0..3)
    };
    let discounts = (proptest::collection::vec(length, 0..3), advance(), advance()).prop_map(
        |(length_of_stay, early_bird, last_minute)| crate::listing::Discounts {
            length_of_stay,
            early_bird,
            last_minute,
        },
    );
    let model = prop_oneof![
        (rate(3_000), rate(3_000)).prop_map(|(guest, host)| FeeModel::Split { guest, host }),
        rate(3_000).prop_map(|host| FeeModel::HostOnly { host }),
    ];
    let lists = (proptest::collection::vec(any_fee(), 0..4), proptest::collection::vec(any_tax(), 0..4));
    (1_i64..1_000_000, -9_000..5_000, proptest::option::of(0_i64..100_000), lists, discounts, model).prop_map(
        |(nightly, uplift, cleaning, (fees, taxes), discounts, fee_model)| ListingTerms {
            nightly_price: usd(nightly),
            weekend_uplift: BasisPoints::new(uplift),
            cleaning_fee: cleaning.map(usd),
            fees,
            taxes,
            discounts,
            fee_model,
            ..terms()
        },
    )
}

fn any_promotion() -> impl Strategy<Value = Option<Promotion>> {
    let benefit = prop_oneof![
        (0..=10_000).prop_map(|rate| Benefit::Percent(BasisPoints::new(rate))),
        (0_i64..1_000_000).prop_map(|amount| Benefit::Amount(usd(amount))),
    ];
    proptest::option::of(benefit.prop_map(promotion))
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let night = (0_i64..40, 0_i64..1_000_000).prop_map(|(day, price)| NightRule {
        price: Some(usd(price)),
        ..NightRule::plain(date(2026, 6, 1).saturating_add(jiff::Span::new().days(day)))
    });
    proptest::collection::vec(night, 0..5).prop_map(Calendar::from)
}

fn any_season() -> impl Strategy<Value = Season> {
    (0_i64..40, 0_i64..20, 1_i64..1_000_000).prop_map(|(from, nights, price)| {
        let first_night = date(2026, 6, 1).saturating_add(jiff::Span::new().days(from));
        let last_night = first_night.saturating_add(jiff::Span::new().days(nights));
        Season { name: "Season".parse().unwrap(), first_night, last_night, nightly_price: usd(price) }
    })
}

/// The same in a currency of 0, 2 or 3 decimals: amounts are whole minor units everywhere, so only the name changes.
fn in_currency<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T, code: &str) -> T {
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_str(&text.replace("\"USD\"", &format!("\"{code}\""))).unwrap()
}

fn sum(currency: Currency, amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(currency, amounts).unwrap()
}

/// Thousands of cases; millions where the environment asks for it.
fn cases() -> ProptestConfig {
    let large = std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large");
    ProptestConfig::with_cases(if large { 1_000_000 } else { 2_000 })
}

/// All that a price depends on, but for the time and the arrival.
pub(super) fn any_input() -> impl Strategy<Value = (ListingTerms, Calendar, Option<Promotion>, i16, Guests)> {
    let code = proptest::sample::select(&["JPY", "USD", "KWD"][..]);
    let terms = (any_terms(), proptest::collection::vec(any_season(), 0..3))
        .prop_map(|(terms, seasons)| ListingTerms { seasons, ..terms });
    let party = (1_u8..5, 0_u8..3, 0_u8..2, 0_u8..2)
        .prop_map(|(adults, children, infants, pets)| Guests::new(adults, children, infants, pets).unwrap());
    (code, terms, any_calendar(), any_promotion(), 1_i16..60, party).prop_map(
        |(code, terms, calendar, promotion, nights, guests)| {
            let terms = in_currency(&terms, code);
            (terms, in_currency(&calendar, code), in_currency(&promotion, code), nights, guests)
        },
    )
}

proptest! {
    #![proptest_config(cases())]
    #[test]
    fn every_price_adds_up((terms, calendar, promotion, nights, guests) in any_input()) {
        let sum = |amounts: &mut dyn Iterator<Item = Money>| sum(terms.currency, amounts);
        let input = QuoteInput {
            terms: &terms,
            calendar: &calendar,
            rules_version: RulesVersion::CURRENT,
            stay: stay(nights),
            guests,
            promotion: promotion.as_ref(),
            now: now(),
        };
        let priced = quote(&input).unwrap();

        let of = |kinds: &[LineKind]| {
            sum(&mut priced.lines.iter().filter(|line| kinds.contains(&line.kind)).map(|line| line.amount))
        };
        prop_assert_eq!(sum(&mut priced.lines.iter().map(|line| line.amount)), priced.total);
        prop_assert_eq!(of(&[LineKind::Night, LineKind::Discount, LineKind::Fee]), priced.subtotal);
        prop_assert_eq!(of(&[LineKind::GuestFee]), priced.guest_fee);
        prop_assert_eq!(of(&[LineKind::Tax]), priced.taxes);

        let net_nights = sum(&mut priced.nights.iter().map(|night| night.amount));
        prop_assert_eq!(of(&[LineKind::Night, LineKind::Discount]), net_nights);
        prop_assert_eq!(of(&[LineKind::Night]), sum(&mut priced.nights.iter().map(|night| night.list_price)));
        let within_list_price =
            |night: &NightPrice| (0..=night.list_price.amount()).contains(&night.amount.amount());
        prop_assert!(priced.nights.iter().all(within_list_price));

        // Everything that the guest pays is someone's.
        let platform_taxes = sum(&mut priced.tax_shares.iter()
            .filter(|share| share.collected_by == TaxCollector::Platform)
            .map(|share| share.amount));
        let parts = [priced.payout, priced.host_fee, priced.guest_fee, platform_taxes];
        prop_assert_eq!(sum(&mut parts.into_iter()), priced.total);

        // The same input gives the same bytes, after a trip through storage too.
        let bytes = serde_json::to_vec(&priced).unwrap();
        let stored_terms: ListingTerms = serde_json::from_slice(&serde_json::to_vec(&terms).unwrap()).unwrap();
        let stored_calendar: Calendar = serde_json::from_slice(&serde_json::to_vec(&calendar).unwrap()).unwrap();
        let again = quote(&QuoteInput { terms: &stored_terms, calendar: &stored_calendar, ..input }).unwrap();
        prop_assert_eq!(serde_json::to_vec(&again).unwrap(), bytes);
    }
}
