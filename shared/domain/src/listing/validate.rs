//! The bounds of a listing's terms.

use super::{AdvanceDiscount, FeeCharge, ListingTerms, TaxCharge};
use crate::dates::MAX_NIGHTS;
use crate::money::{BasisPoints, Money};
use crate::refusal::FieldError;

/// The highest price, fee or fixed tax, in minor units: a billion dollars by the cent.
///
/// A year of nights for a hundred people at this price stays below 2^53, above which JSON readers lose digits, and any
/// sum of such lines far below 64 bits.
pub const MAX_PRICE: i64 = 100_000_000_000;

/// Lists are bounded so that a quote stays small.
const MAX_LIST: usize = 50;

/// A season is a time of a year, leap years included.
const MAX_SEASON_NIGHTS: i32 = 366;

impl ListingTerms {
    /// Every field that is out of bounds, by its pointer into these terms; empty when all is well.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut check = Check { terms: self, errors: Vec::new() };
        check.prices();
        check.seasons();
        check.fees();
        check.taxes();
        check.discounts();
        check.rules();
        check.errors
    }
}

struct Check<'a> {
    terms: &'a ListingTerms,
    errors: Vec<FieldError>,
}

impl Check<'_> {
    fn need(
        &mut self,
        holds: bool,
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) {
        if !holds {
            self.errors.push(FieldError { pointer: pointer.into(), code, detail: detail.into() });
        }
    }

    fn price(&mut self, price: Money, min: i64, pointer: impl Into<String>) {
        let pointer = pointer.into();
        let currency = self.terms.currency;
        let detail = format!("Give the amount in {currency}, the listing's currency.");
        self.need(price.currency() == currency, pointer.clone(), "currency_mismatch", detail);
        let detail = format!("Give an amount from {min} to {MAX_PRICE} minor units.");
        self.need((min..=MAX_PRICE).contains(&price.amount()), pointer, "out_of_range", detail);
    }

    fn rate(&mut self, rate: BasisPoints, min: i32, max: i32, pointer: impl Into<String>) {
        let (low, high) = (BasisPoints::new(min), BasisPoints::new(max));
        let detail = format!("Give a rate from {low} to {high}.");
        self.need((min..=max).contains(&rate.get()), pointer, "out_of_range", detail);
    }

    fn list(&mut self, length: usize, pointer: &str) {
        self.need(length <= MAX_LIST, pointer, "too_many", format!("Give at most {MAX_LIST}."));
    }

    fn prices(&mut self) {
        self.price(self.terms.nightly_price, 1, "/nightly_price");
        self.rate(self.terms.weekend_uplift, -9_000, 50_000, "/weekend_uplift");
        if let Some(fee) = self.terms.cleaning_fee {
            self.price(fee, 0, "/cleaning_fee");
        }
        let detail = "Include at most as many guests as the place takes.";
        let fits = self.terms.included_guests <= self.terms.capacity;
        self.need(fits, "/included_guests", "out_of_range", detail);
        self.need(self.terms.max_pets <= 10, "/max_pets", "out_of_range", "Take at most 10 pets.");
        let model = self.terms.fee_model;
        self.rate(model.guest_rate(), 0, 10_000, "/fee_model");
        self.rate(model.host_rate(), 0, 10_000, "/fee_model");
    }

    fn seasons(&mut self) {
        self.list(self.terms.seasons.len(), "/seasons");
        for (at, season) in self.terms.seasons.iter().enumerate() {
            self.price(season.nightly_price, 1, format!("/seasons/{at}/nightly_price"));
            let ordered = season.first_night <= season.last_night;
            let detail = "Choose a last night that is not before the first.";
            self.need(ordered, format!("/seasons/{at}/last_night"), "invalid_dates", detail);
            // A time of one year: what is longer is a slip of the pen in one of the two dates.
            let days = (season.last_night - season.first_night).get_days();
            let detail = "Choose a last night within a year of the first.";
            self.need(days < MAX_SEASON_NIGHTS, format!("/seasons/{at}/last_night"), "invalid_dates", detail);
        }
    }

    fn fees(&mut self) {
        self.list(self.terms.fees.len(), "/fees");
        for (at, fee) in self.terms.fees.iter().enumerate() {
            let pointer = format!("/fees/{at}/charge");
            match fee.charge {
                FeeCharge::Percent(rate) => self.rate(rate, 0, 10_000, pointer),
                FeeCharge::PerStay(price)
                | FeeCharge::PerNight(price)
                | FeeCharge::PerPerson(price)
                | FeeCharge::PerPersonNight(price) => self.price(price, 0, pointer),
            }
        }
    }

    fn taxes(&mut self) {
        self.list(self.terms.taxes.len(), "/taxes");
        for (at, tax) in self.terms.taxes.iter().enumerate() {
            let pointer = format!("/taxes/{at}/charge");
            match tax.charge {
                TaxCharge::Percent { rate_ppm, .. } => {
                    self.need(
                        rate_ppm <= 1_000_000,
                        pointer,
                        "out_of_range",
                        "Give a rate of at most 100 %.",
                    );
                }
                TaxCharge::Night(price) | TaxCharge::Guest(price) | TaxCharge::GuestNight(price) => {
                    self.price(price, 0, pointer);
                }
            }
            let most = MAX_NIGHTS;
            let detail = format!("Give at most {most} nights.");
            let fits = tax.max_nights.is_none_or(|nights| nights <= most);
            self.need(fits, format!("/taxes/{at}/max_nights"), "out_of_range", detail);
            let detail = format!("Give from 1 to {most} nights.");
            let fits = tax.exempt_from_nights.is_none_or(|nights| (1..=most).contains(&nights));
            self.need(fits, format!("/taxes/{at}/exempt_from_nights"), "out_of_range", detail);
        }
    }

    fn discounts(&mut self) {
        let discounts = &self.terms.discounts;
        self.list(discounts.length_of_stay.len(), "/discounts/length_of_stay");
        for (at, discount) in discounts.length_of_stay.iter().enumerate() {
            let pointer = format!("/discounts/length_of_stay/{at}");
            self.rate(discount.off, 0, 10_000, format!("{pointer}/off"));
            let detail = format!("Give a number of nights from 2 to {MAX_NIGHTS}.");
            let in_range = (2..=MAX_NIGHTS).contains(&discount.from_nights);
            self.need(in_range, format!("{pointer}/from_nights"), "out_of_range", detail);
        }
        self.advance(&discounts.early_bird, "/discounts/early_bird");
        self.advance(&discounts.last_minute, "/discounts/last_minute");
    }

    fn advance(&mut self, discounts: &[AdvanceDiscount], pointer: &str) {
        self.list(discounts.len(), pointer);
        for (at, discount) in discounts.iter().enumerate() {
            self.rate(discount.off, 0, 10_000, format!("{pointer}/{at}/off"));
            let detail = "Give a number of days up to 730.";
            self.need(discount.days <= 730, format!("{pointer}/{at}/days"), "out_of_range", detail);
        }
    }

    fn rules(&mut self) {
        let rules = self.terms.rules;
        let range = 1..=MAX_NIGHTS;
        let detail = format!("Give a number of nights from 1 to {MAX_NIGHTS}.");
        self.need(range.contains(&rules.min_nights), "/rules/min_nights", "out_of_range", detail.as_str());
        self.need(range.contains(&rules.max_nights), "/rules/max_nights", "out_of_range", detail.as_str());
        let ordered = rules.min_nights <= rules.max_nights;
        self.need(
            ordered,
            "/rules/max_nights",
            "out_of_range",
            "Give at least as many nights as the minimum.",
        );
        let notice = rules.advance_notice_hours <= 24 * 365;
        self.need(notice, "/rules/advance_notice_hours", "out_of_range", "Give at most 8760 hours.");
        let window = rules.booking_window_days.is_none_or(|days| (1..=730).contains(&days));
        self.need(
            window,
            "/rules/booking_window_days",
            "out_of_range",
            "Give a number of days from 1 to 730.",
        );
        let preparation = rules.preparation_nights <= 30;
        self.need(preparation, "/rules/preparation_nights", "out_of_range", "Give at most 30 nights.");
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::fixtures::{terms, usd};
    use crate::listing::{Fee, FeeKind, LengthDiscount, Season};

    fn codes(terms: &ListingTerms) -> Vec<(String, &'static str)> {
        terms.validate().into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn good_terms_have_no_errors() {
        assert_eq!(codes(&terms()), []);
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let mut bad = terms();
        bad.nightly_price = usd(0);
        bad.cleaning_fee = Some(Money::new(MAX_PRICE + 1, "EUR".parse().unwrap()));
        bad.weekend_uplift = BasisPoints::new(-9_001);
        bad.included_guests = 5.try_into().unwrap();
        bad.fees = vec![Fee { kind: FeeKind::Pet, charge: FeeCharge::Percent(BasisPoints::new(10_001)) }];
        bad.discounts.length_of_stay = vec![LengthDiscount { from_nights: 1, off: BasisPoints::new(-1) }];
        bad.rules.min_nights = 8;
        bad.rules.max_nights = 7;
        bad.rules.booking_window_days = Some(0);
        let expected = [
            ("/nightly_price", "out_of_range"),
            ("/weekend_uplift", "out_of_range"),
            ("/cleaning_fee", "currency_mismatch"),
            ("/cleaning_fee", "out_of_range"),
            ("/included_guests", "out_of_range"),
            ("/fees/0/charge", "out_of_range"),
            ("/discounts/length_of_stay/0/off", "out_of_range"),
            ("/discounts/length_of_stay/0/from_nights", "out_of_range"),
            ("/rules/max_nights", "out_of_range"),
            ("/rules/booking_window_days", "out_of_range"),
        ];
        assert_eq!(codes(&bad), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn a_season_is_a_time_of_one_year() {
        let codes_of = |first_night, last_night| {
            let mut terms = terms();
            terms.seasons = vec![Season {
                name: "Summer".parse().unwrap(),
                first_night,
                last_night,
                nightly_price: terms.nightly_price,
            }];
            codes(&terms)
        };
        let refused = [("/seasons/0/last_night".to_owned(), "invalid_dates")];
        assert_eq!(codes_of(date(2028, 1, 1), date(2028, 12, 31)), []);
        assert_eq!(codes_of(date(2028, 1, 1), date(2029, 1, 1)), refused);
        assert_eq!(codes_of(date(2028, 1, 2), date(2028, 1, 1)), refused);
    }
}
