//! Money: whole minor units and a currency. No float anywhere.

mod currency;
mod rate;
mod split;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use currency::{Currency, UnknownCurrency};
pub use rate::BasisPoints;

use crate::refusal::{Refusal, RefusalClass};

/// An amount of one currency, in its minor units (ISO 4217); may be negative, as a discount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    amount: i64,
    currency: Currency,
}

/// A sum that has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies in one sum.
    #[error("{left} and {right} cannot be added")]
    CurrencyMismatch {
        /// The currency of the left side.
        left: Currency,
        /// The currency of the right side.
        right: Currency,
    },
    /// The result is beyond 64 bits.
    #[error("the amount is too large")]
    Overflow,
    /// Nothing to divide by: a zero divisor, or weights that are all zero.
    #[error("the amount cannot be divided by nothing")]
    DivisionByZero,
}

impl From<MoneyError> for Refusal {
    fn from(error: MoneyError) -> Self {
        let detail = error.to_string();
        match error {
            MoneyError::CurrencyMismatch { .. } => Self::new(RefusalClass::Rule, "currency_mismatch", detail),
            MoneyError::Overflow | MoneyError::DivisionByZero => {
                Self::new(RefusalClass::Rule, "amount_out_of_range", detail)
            }
        }
    }
}

impl Money {
    /// `amount` minor units of `currency`: 125400 USD is 1,254.00 dollars.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing of `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    pub const fn amount(self) -> i64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is nothing.
    pub const fn is_zero(self) -> bool {
        self.amount == 0
    }

    /// Whether the amount is below nothing.
    pub const fn is_negative(self) -> bool {
        self.amount < 0
    }

    /// The sum; fails when the currencies differ or the result is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The difference; fails when the currencies differ or the result is too large.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount = self.amount.checked_sub(other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// `factor` times the amount.
    pub fn checked_mul(self, factor: i64) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(factor).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The same amount below nothing.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.checked_mul(-1)
    }

    /// The sum of `amounts`, which is nothing of `currency` when there are none.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// `numerator / denominator` of the amount, rounded half-even to whole minor units.
    ///
    /// Fails when the denominator is 0 or the result is too large.
    pub fn fraction(self, numerator: i64, denominator: i64) -> Result<Self, MoneyError> {
        let product = i128::from(self.amount) * i128::from(numerator);
        let rounded = divide_half_even(product, i128::from(denominator))?;
        let amount = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// `rate` of the amount, rounded half-even to whole minor units.
    pub fn percent_bp(self, rate: BasisPoints) -> Result<Self, MoneyError> {
        self.fraction(i64::from(rate.get()), BasisPoints::PER_WHOLE)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }
}

/// For people: `1254.00 USD`, `-3 JPY`. No grouping, so that it reads the same everywhere.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let scale = self.currency.minor_per_unit().unsigned_abs();
        let (units, minor) = (self.amount.unsigned_abs() / scale, self.amount.unsigned_abs() % scale);
        match usize::from(self.currency.exponent()) {
            0 => write!(formatter, "{sign}{units} {}", self.currency),
            digits => write!(formatter, "{sign}{units}.{minor:0digits$} {}", self.currency),
        }
    }
}

/// Rounds to the nearest whole, a half to the even neighbour (IEEE 754's roundTiesToEven, in integers).
fn divide_half_even(dividend: i128, divisor: i128) -> Result<i128, MoneyError> {
    if divisor == 0 {
        return Err(MoneyError::DivisionByZero);
    }
    let (quotient, remainder) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    // Euclidean remainders are never negative; the step up leads away from the divisor's sign.
    let step = divisor.signum();
    Ok(match (remainder * 2).cmp(&divisor.abs()) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + step,
        std::cmp::Ordering::Equal => quotient + (quotient & 1) * step,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Dollars by the cent.
    pub(crate) fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    #[test]
    fn currencies_do_not_mix() {
        let yen = Money::new(1, "JPY".parse().unwrap());
        let mismatch = MoneyError::CurrencyMismatch { left: usd(0).currency(), right: yen.currency() };
        assert_eq!(usd(1).checked_add(yen), Err(mismatch));
        assert_eq!(usd(1).checked_sub(yen), Err(mismatch));
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(usd(i64::MAX).checked_add(usd(1)), Err(MoneyError::Overflow));
        assert_eq!(usd(i64::MIN).checked_sub(usd(1)), Err(MoneyError::Overflow));
        assert_eq!(usd(i64::MIN).checked_neg(), Err(MoneyError::Overflow));
        assert_eq!(usd(i64::MAX).fraction(2, 1), Err(MoneyError::Overflow));
        assert_eq!(usd(1).fraction(1, 0), Err(MoneyError::DivisionByZero));
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        // Halves of odd amounts: 0.5, 1.5, 2.5, 3.5 and their negatives.
        let halves = [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2), (-7, -4)];
        for (amount, expected) in halves {
            assert_eq!(usd(amount).percent_bp(BasisPoints::from_percent(50)).unwrap(), usd(expected));
            assert_eq!(usd(amount).fraction(-1, -2).unwrap(), usd(expected));
            assert_eq!(usd(amount).fraction(1, -2).unwrap(), usd(-expected));
        }
        assert_eq!(usd(1_100_00).percent_bp(BasisPoints::new(1550)).unwrap(), usd(170_50));
    }

    #[test]
    fn json_has_two_fields_and_no_more() {
        let text = r#"{"amount":125400,"currency":"USD"}"#;
        assert_eq!(serde_json::to_string(&usd(125_400)).unwrap(), text);
        assert_eq!(serde_json::from_str::<Money>(text).unwrap(), usd(125_400));
        for bad in [
            r#"{"amount":1254.0,"currency":"USD"}"#,
            r#"{"amount":"1254","currency":"USD"}"#,
            r#"{"amount":1254,"currency":"USD","exponent":2}"#,
            r#"{"amount":1254}"#,
            r#"{"amount":9223372036854775808,"currency":"USD"}"#,
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn shown_with_the_currencys_own_digits() {
        assert_eq!(usd(125_400).to_string(), "1254.00 USD");
        assert_eq!(usd(-5).to_string(), "-0.05 USD");
        assert_eq!(Money::new(-3, "JPY".parse().unwrap()).to_string(), "-3 JPY");
        assert_eq!(Money::new(1_001, "KWD".parse().unwrap()).to_string(), "1.001 KWD");
        assert_eq!(usd(i64::MIN).to_string(), "-92233720368547758.08 USD");
    }

    proptest! {
        #[test]
        fn a_fraction_is_off_by_half_a_unit_at_most(
            amount in -1_000_000_000_i64..1_000_000_000, top in -20_000_i64..20_000, bottom in 1_i64..20_000,
        ) {
            let got = i128::from(usd(amount).fraction(top, bottom).unwrap().amount());
            let exact_times_bottom = i128::from(amount) * i128::from(top);
            prop_assert!((got * i128::from(bottom) - exact_times_bottom).abs() * 2 <= i128::from(bottom));
        }

        #[test]
        fn rounding_is_symmetric(amount in any::<i32>(), rate in -10_000_i32..=10_000) {
            let (rate, amount) = (BasisPoints::new(rate), i64::from(amount));
            let (plus, minus) = (usd(amount).percent_bp(rate).unwrap(), usd(-amount).percent_bp(rate).unwrap());
            prop_assert_eq!(plus.checked_neg().unwrap(), minus);
        }
    }
}
