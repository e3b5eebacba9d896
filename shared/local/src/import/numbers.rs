//! Numbers as the file writes them.

use domain::listing::MAX_PRICE;
use domain::money::{Currency, Money};

use super::reason::Unready;

/// A whole number: `2`, or `2.0` as older files have it.
pub(super) fn whole(cell: &str) -> Option<u64> {
    let cell = cell.trim();
    let digits = match cell.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => cell,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than fit are a very large number, not an unreadable one.
    Some(digits.parse().unwrap_or(u64::MAX))
}

/// A number of bathrooms in hundredths: `1.5`, `1.5 shared baths`, `Half-bath`, `Shared half-bath`.
pub(super) fn bathrooms_e2(cell: &str) -> Option<u64> {
    let text = cell.trim().to_lowercase();
    let first = text.split_whitespace().next()?;
    if let Some((number, _)) = scaled(first, 2) {
        return Some(number);
    }
    text.contains("half-bath").then_some(50)
}

/// A price in minor units of `currency`, and whether it was rounded: `$1,234.00`.
///
/// The dollar sign stands for whatever currency the file is in.
pub(super) fn price(cell: &str, currency: Currency) -> Result<(Money, bool), Unready> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Err(Unready::PriceMissing);
    }
    let plain = cell.trim_start_matches(|mark: char| !mark.is_ascii_digit() && mark != '-').replace(',', "");
    let (e3, inexact) = scaled(&plain, 3).ok_or(Unready::PriceUnreadable)?;
    let per_minor = 1_000 / currency.minor_per_unit().unsigned_abs();
    let amount = (e3.saturating_add(per_minor / 2)) / per_minor;
    match i64::try_from(amount) {
        Ok(amount @ 1..=MAX_PRICE) => {
            Ok((Money::new(amount, currency), inexact || !e3.is_multiple_of(per_minor)))
        }
        _ => Err(Unready::PriceOutOfRange),
    }
}

/// A decimal number times ten to the power of `digits`, and whether digits beyond were cut off.
fn scaled(text: &str, digits: usize) -> Option<(u64, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let kept = format!("{fraction:0<digits$}");
    let (kept, cut) = kept.split_at(digits);
    let number = format!("{whole}{kept}").parse().unwrap_or(u64::MAX);
    Some((number, cut.bytes().any(|byte| byte != b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(cell: &str) -> Result<(i64, bool), Unready> {
        price(cell, "USD".parse().unwrap()).map(|(price, rounded)| (price.amount(), rounded))
    }

    #[test]
    fn whole_numbers_are_read_in_both_writings() {
        for (cell, number) in [
            ("2", Some(2)),
            (" 2.0 ", Some(2)),
            ("0", Some(0)),
            ("2147483647", Some(2_147_483_647)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("", None),
            ("2.5", None),
            ("-1", None),
            ("two", None),
            (".0", None),
        ] {
            assert_eq!(whole(cell), number, "{cell:?}");
        }
    }

    #[test]
    fn bathrooms_are_read_from_their_text() {
        for (cell, e2) in [
            ("1 bath", Some(100)),
            ("1.5 shared baths", Some(150)),
            ("0 shared baths", Some(0)),
            ("1 private bath", Some(100)),
            ("Half-bath", Some(50)),
            ("Shared half-bath", Some(50)),
            ("2.25", Some(225)),
            ("", None),
            ("many baths", None),
        ] {
            assert_eq!(bathrooms_e2(cell), e2, "{cell:?}");
        }
    }

    #[test]
    fn prices_are_exact_or_said_to_be_rounded() {
        assert_eq!(dollars("$1,234.00"), Ok((123_400, false)));
        assert_eq!(dollars("60"), Ok((6_000, false)));
        assert_eq!(dollars("US$ 0.015"), Ok((2, true)));
        assert_eq!(dollars("$1.0049"), Ok((100, true)));
        assert_eq!(dollars(" "), Err(Unready::PriceMissing));
        for bad in ["free", "-$5.00", "$-5.00", "$1.2.3", "$5e3"] {
            assert_eq!(dollars(bad), Err(Unready::PriceUnreadable), "{bad}");
        }
        for far in ["$0.00", "$0.001", "$1,000,000,000.01", "$99999999999999999999999"] {
            assert_eq!(dollars(far), Err(Unready::PriceOutOfRange), "{far}");
        }
        assert_eq!(dollars("$1,000,000,000.00"), Ok((MAX_PRICE, false)));
    }

    #[test]
    fn each_currency_has_its_minor_unit() {
        let yen = price("$12,000.00", "JPY".parse().unwrap()).unwrap();
        assert_eq!((yen.0.amount(), yen.1), (12_000, false));
        let dinar = price("$12.50", "KWD".parse().unwrap()).unwrap();
        assert_eq!(dinar.0.amount(), 12_500);
    }
}
