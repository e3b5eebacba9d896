//! Which amounts the provider takes: <https://docs.stripe.com/currencies>.

use crate::error::ApiError;

/// The presentment currencies.
const SUPPORTED: &str = "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad \
    cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr \
    isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad \
    ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs \
    tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw";

/// Written with three decimals, of which the last must be 0.
const THREE_DECIMAL: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// Without decimals, yet written with two, which must be 00.
const PADDED: [&str; 2] = ["isk", "ugx"];

/// The smallest charge, in the currency's own notation; 50 where none is listed.
const MINIMUM: [(&str, i64); 15] = [
    ("aed", 200),
    ("czk", 1500),
    ("dkk", 250),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17500),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("thb", 1000),
    ("isk", 10_000),
    ("ugx", 10_000),
];

/// Refuses a currency that is not lower-case, or unknown.
pub(crate) fn check_currency(currency: &str) -> Result<(), ApiError> {
    if SUPPORTED.split_whitespace().any(|known| known == currency) {
        return Ok(());
    }
    Err(ApiError::parameter("currency", "parameter_invalid", format!("Invalid currency: {currency}")))
}

/// What every amount of the currency is a multiple of.
pub(crate) fn step(currency: &str) -> i64 {
    match currency {
        _ if THREE_DECIMAL.contains(&currency) => 10,
        _ if PADDED.contains(&currency) => 100,
        _ => 1,
    }
}

/// Refuses an amount that is not positive or not in the currency's notation.
pub(crate) fn check_notation(param: &str, amount: i64, currency: &str) -> Result<(), ApiError> {
    if amount < 1 {
        return Err(ApiError::parameter(
            param,
            "parameter_invalid_integer",
            "This value must be greater than or equal to 1.",
        ));
    }
    let step = step(currency);
    if amount % step == 0 {
        return Ok(());
    }
    let message = format!("Invalid amount: amounts in {currency} must be divisible by {step}.");
    Err(ApiError::parameter(param, "parameter_invalid", message))
}

/// Refuses an amount that cannot be charged at all.
pub(crate) fn check_charge(amount: i64, currency: &str) -> Result<(), ApiError> {
    check_notation("amount", amount, currency)?;
    let minimum = MINIMUM.iter().find(|(known, _)| *known == currency).map_or(50, |(_, minimum)| *minimum);
    if amount < minimum {
        let message = format!("Amount must be at least {minimum} {currency}.");
        return Err(ApiError::parameter("amount", "amount_too_small", message));
    }
    if amount > 99_999_999 {
        let message = format!("Amount must be no more than 99999999 {currency}.");
        return Err(ApiError::parameter("amount", "amount_too_large", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_by_currency() {
        for (currency, amount, taken) in [
            ("usd", 50, true),
            ("usd", 49, false),
            ("usd", 0, false),
            ("usd", -100, false),
            ("jpy", 51, true),
            ("kwd", 1230, true),
            ("kwd", 1234, false),
            ("isk", 10_000, true),
            ("isk", 10_050, false),
            ("ugx", 500_000, true),
            ("ugx", 500_001, false),
            ("usd", 99_999_999, true),
            ("usd", 100_000_000, false),
        ] {
            assert_eq!(check_charge(amount, currency).is_ok(), taken, "{amount} {currency}");
        }
    }

    #[test]
    fn currencies_are_lower_case() {
        assert!(check_currency("eur").is_ok());
        assert!(check_currency("EUR").is_err());
        assert!(check_currency("xyz").is_err());
    }
}
