use super::*;
use crate::listing::{Tax, TaxBase, TaxCharge};

pub(super) fn tax(charge: TaxCharge) -> Tax {
    Tax {
        name: "City tax".parse().unwrap(),
        charge,
        max_nights: None,
        exempt_from_nights: None,
        exempt_below_age: None,
        included: false,
        collected_by: TaxCollector::Platform,
    }
}

pub(super) fn share(rate_ppm: u32, base: TaxBase) -> TaxCharge {
    TaxCharge::Percent { rate_ppm, base }
}

fn taxes(nights: i16, guests: Guests, tax: Tax) -> i64 {
    price_for(&ListingTerms { taxes: vec![tax], ..terms() }, stay(nights), guests).taxes.amount()
}

#[test]
fn taxes_by_every_kind_and_base() {
    let three = Guests::new(3, 0, 0, 0).unwrap();
    let price = usd(2_50);
    assert_eq!(taxes(5, couple(), tax(share(100_000, TaxBase::NightsAndFees))), 110_00);
    assert_eq!(taxes(5, couple(), tax(share(100_000, TaxBase::Nights))), 100_00);
    assert_eq!(taxes(5, couple(), tax(share(100_000, TaxBase::Fees))), 10_00);
    assert_eq!(taxes(5, couple(), tax(share(88_750, TaxBase::Nights))), 88_75);
    assert_eq!(taxes(10, three, tax(TaxCharge::Night(price))), 25_00);
    assert_eq!(taxes(10, three, tax(TaxCharge::Guest(price))), 7_50);
    assert_eq!(taxes(10, three, tax(TaxCharge::GuestNight(price))), 75_00);
}

#[test]
fn taxes_are_capped_and_spared_by_nights() {
    let three = Guests::new(3, 0, 0, 0).unwrap();
    let capped = Tax { max_nights: Some(7), ..tax(TaxCharge::GuestNight(usd(2_50))) };
    assert_eq!(taxes(10, three, capped.clone()), 52_50);
    assert_eq!(taxes(3, three, capped), 22_50);
    let capped = Tax { max_nights: Some(2), ..tax(share(100_000, TaxBase::NightsAndFees)) };
    assert_eq!(taxes(5, couple(), capped), 50_00, "two nights of 200.00 and the fees");
    let long_stays_free = Tax { exempt_from_nights: Some(31), ..tax(share(100_000, TaxBase::NightsAndFees)) };
    assert_eq!(taxes(31, couple(), long_stays_free.clone()), 0);
    assert_eq!(taxes(30, couple(), long_stays_free), 610_00);
}

#[test]
fn taxes_spare_the_young() {
    let family = Guests::new(2, 1, 1, 0).unwrap();
    let counted = |age| {
        let tax = Tax { exempt_below_age: age, ..tax(TaxCharge::Guest(usd(1))) };
        taxes(1, family, tax)
    };
    assert_eq!(
        [counted(None), counted(Some(1)), counted(Some(2)), counted(Some(12)), counted(Some(13))],
        [4, 4, 3, 3, 2]
    );
}

#[test]
fn included_taxes_stay_within_the_price() {
    let included =
        |rate, collected_by| Tax { included: true, collected_by, ..tax(share(rate, TaxBase::Nights)) };
    let terms = ListingTerms {
        nightly_price: usd(115_00),
        taxes: vec![included(100_000, TaxCollector::Platform), included(50_000, TaxCollector::Host)],
        ..hundred()
    };
    let priced = price(&terms, stay(1));
    let shares: Vec<i64> = priced.tax_shares.iter().map(|share| share.amount.amount()).collect();
    assert_eq!(shares, [10_00, 5_00]);
    assert_eq!((priced.taxes, priced.total), (usd(0), usd(115_00)));
    // 115.00 less 15.5 % for the platform, rounded from 17.825, less the tax that the platform hands on.
    assert_eq!((priced.host_fee, priced.payout), (usd(17_82), usd(87_18)));
}

#[test]
fn an_added_tax_goes_to_who_hands_it_on() {
    let added = |collected_by| Tax { collected_by, ..tax(share(100_000, TaxBase::NightsAndFees)) };
    let payout =
        |collector| price(&ListingTerms { taxes: vec![added(collector)], ..terms() }, stay(5)).payout;
    assert_eq!(payout(TaxCollector::Platform), usd(1_067_00));
    assert_eq!(payout(TaxCollector::Host), usd(1_177_00));
}
