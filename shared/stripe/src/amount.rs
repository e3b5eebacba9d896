//! Amounts in the provider's notation, which is not always ISO 4217's: <https://docs.stripe.com/currencies>.

use std::str::FromStr;

use domain::money::{Currency, Money};

/// Without decimals at the provider. ISO 4217 gives MGA two (its fifths are not decimal).
const ZERO_DECIMAL: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];

/// With three decimals at the provider, of which the last must be 0.
const THREE_DECIMAL: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Without decimals in ISO 4217, written with two at the provider for compatibility.
const PADDED: [&str; 2] = ["ISK", "UGX"];

/// The amount cannot be said to the provider, or understood from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing, or less, cannot be charged.
    #[error("the amount must be positive")]
    NotPositive,
    /// The provider knows fewer decimals than the amount has.
    #[error("the amount has decimals that the payment provider does not take")]
    TooFine,
    /// Beyond 64 bits.
    #[error("the amount is too large")]
    TooLarge,
    /// The provider does not take the currency.
    #[error("the payment provider does not take this currency")]
    UnsupportedCurrency,
}

/// How many decimals the provider writes, where it takes the currency.
fn decimals(currency: Currency) -> Result<u8, AmountError> {
    let code = currency.code();
    if ZERO_DECIMAL.contains(&code) {
        return Ok(0);
    }
    if THREE_DECIMAL.contains(&code) {
        return Ok(3);
    }
    if currency.exponent() == 2 || PADDED.contains(&code) {
        return Ok(2);
    }
    Err(AmountError::UnsupportedCurrency)
}

/// `value` with `from` decimals, written with `to`; exact or refused.
fn rescale(value: i64, from: u8, to: u8) -> Result<i64, AmountError> {
    let factor = 10_i64.pow(u32::from(from.abs_diff(to)));
    if to >= from {
        return value.checked_mul(factor).ok_or(AmountError::TooLarge);
    }
    if value % factor != 0 {
        return Err(AmountError::TooFine);
    }
    Ok(value / factor)
}

/// A positive amount as the provider writes it.
pub fn to_provider(money: Money) -> Result<i64, AmountError> {
    if money.amount() <= 0 {
        return Err(AmountError::NotPositive);
    }
    let currency = money.currency();
    let amount = rescale(money.amount(), currency.exponent(), decimals(currency)?)?;
    if THREE_DECIMAL.contains(&currency.code()) && amount % 10 != 0 {
        return Err(AmountError::TooFine);
    }
    Ok(amount)
}

/// An amount as the provider wrote it, with its lower-case currency.
pub fn from_provider(amount: i64, currency: &str) -> Result<Money, AmountError> {
    let currency =
        Currency::from_str(&currency.to_ascii_uppercase()).map_err(|_| AmountError::UnsupportedCurrency)?;
    Ok(Money::new(rescale(amount, decimals(currency)?, currency.exponent())?, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: i64, currency: &str) -> Money {
        Money::new(amount, currency.parse().unwrap())
    }

    #[test]
    fn by_the_providers_table() {
        let fine = Err(AmountError::TooFine);
        for (amount, currency, expected) in [
            (125_400, "USD", Ok(125_400)),
            (1, "EUR", Ok(1)),
            (5_000, "JPY", Ok(5_000)),
            (5_000, "KRW", Ok(5_000)),
            // Zero-decimal there, two decimals by ISO 4217.
            (500_000, "MGA", Ok(5_000)),
            (500_050, "MGA", fine),
            // Three decimals, the last one 0.
            (1_230, "KWD", Ok(1_230)),
            (1_234, "KWD", fine),
            (5_005, "BHD", fine),
            // No decimals by ISO 4217, two zeros there.
            (900, "ISK", Ok(90_000)),
            (10_000, "UGX", Ok(1_000_000)),
            // Zero-decimal for payouts only.
            (12_345, "HUF", Ok(12_345)),
            (800, "TWD", Ok(800)),
            (1_000, "IQD", Err(AmountError::UnsupportedCurrency)),
            (0, "USD", Err(AmountError::NotPositive)),
            (-1, "USD", Err(AmountError::NotPositive)),
            (i64::MAX, "ISK", Err(AmountError::TooLarge)),
        ] {
            assert_eq!(to_provider(money(amount, currency)), expected, "{amount} {currency}");
        }
    }

    #[test]
    fn there_and_back_is_the_same_for_every_currency_taken() {
        for currency in Currency::all().filter(|currency| decimals(*currency).is_ok()) {
            let there = Money::new(7_654_300, currency);
            let provider = to_provider(there).unwrap();
            assert_eq!(from_provider(provider, &currency.code().to_ascii_lowercase()), Ok(there));
        }
    }

    #[test]
    fn odd_amounts_from_the_provider_are_not_rounded() {
        assert_eq!(from_provider(90_050, "isk"), Err(AmountError::TooFine));
        assert_eq!(from_provider(0, "usd"), Ok(money(0, "USD")));
        assert_eq!(from_provider(5, "xyz"), Err(AmountError::UnsupportedCurrency));
    }
}
