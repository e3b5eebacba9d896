//! Currencies by ISO 4217.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A currency in use by ISO 4217, list one: its alphabetic code and the exponent of its minor unit.
///
/// Funds codes, precious metals and codes for testing are left out: nothing is priced in them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

/// The text is no code of a currency in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 code of a currency in use, such as USD")]
pub struct UnknownCurrency;

impl Currency {
    /// The alphabetic code: three capital letters.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimal digits the minor unit has: 0 (JPY), 2 (USD) or 3 (KWD).
    ///
    /// A payment provider may count otherwise; its own table belongs to its adapter.
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// How many minor units make one unit: 1, 100 or 1000.
    pub const fn minor_per_unit(self) -> i64 {
        10_i64.pow(self.exponent as u32)
    }

    /// All currencies, by exponent and then by code.
    pub fn all() -> impl Iterator<Item = Self> {
        let of =
            |codes: &'static [&'static str], exponent| codes.iter().map(move |code| Self { code, exponent });
        of(EXPONENT_0, 0).chain(of(EXPONENT_2, 2)).chain(of(EXPONENT_3, 3))
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Reads a code as ISO 4217 writes it; small letters are refused, so that one currency has one spelling.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [(EXPONENT_2, 2), (EXPONENT_0, 0), (EXPONENT_3, 3)]
            .into_iter()
            .find_map(|(codes, exponent)| {
                let at = codes.binary_search(&text).ok()?;
                Some(Self { code: codes.get(at)?, exponent })
            })
            .ok_or(UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// No minor unit. Sorted, as are its siblings: they are searched by halving.
const EXPONENT_0: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
    "XPF",
];

/// Two decimal digits. MGA and MRU stand here too: ISO gives them 2, though their minor unit is a fifth.
const EXPONENT_2: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND", "BOB",
    "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP", "CVE", "CZK",
    "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ",
    "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD",
    "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
    "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS",
    "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
];

/// Three decimal digits.
const EXPONENT_3: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_parses_to_itself_and_no_code_stands_twice() {
        let mut codes = Vec::new();
        for currency in Currency::all() {
            assert_eq!(currency.code().parse::<Currency>(), Ok(currency));
            codes.push(currency.code());
        }
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((codes.len(), count), (155, 155));
    }

    #[test]
    fn exponents_follow_iso() {
        for (code, exponent) in [("USD", 2), ("JPY", 0), ("KWD", 3), ("MGA", 2), ("ISK", 0), ("UGX", 0)] {
            assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
        }
    }

    #[test]
    fn other_spellings_and_codes_are_refused() {
        for text in ["", "usd", "US", "USDX", "XXX", "XAU", "CLF", "HRK", "€", " USD"] {
            assert_eq!(text.parse::<Currency>(), Err(UnknownCurrency), "{text:?}");
        }
    }

    #[test]
    fn json_is_the_code() {
        let usd: Currency = serde_json::from_str("\"USD\"").unwrap();
        assert_eq!(serde_json::to_string(&usd).unwrap(), "\"USD\"");
        assert!(serde_json::from_str::<Currency>("\"\\u0055SD\"").is_ok(), "an escaped spelling is owned");
        assert!(serde_json::from_str::<Currency>("840").is_err());
    }
}
