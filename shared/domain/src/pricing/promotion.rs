//! Promotions that a guest claims by a code.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dates::Stay;
use crate::invalid::Invalid;
use crate::money::{BasisPoints, Money};
use crate::refusal::Refusal;

/// The code of a promotion: 3 to 32 of `A-Z`, `0-9`, `-` and `_`; small letters are read as capital ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PromoCode(String);

impl PromoCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PromoCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text.trim().to_ascii_uppercase();
        let allowed =
            |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if (3..=32).contains(&code.len()) && code.bytes().all(allowed) {
            return Ok(Self(code));
        }
        Err(Invalid::new("invalid_promo_code", "Write 3 to 32 letters, digits, hyphens and underscores."))
    }
}

impl fmt::Display for PromoCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl TryFrom<String> for PromoCode {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PromoCode> for String {
    fn from(code: PromoCode) -> Self {
        code.0
    }
}

/// A rebate on the nights for who gives its code. How often it was used is counted where it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// Its code.
    pub code: PromoCode,
    /// What comes off the nights.
    pub benefit: Benefit,
    /// The first instant at which it holds.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// The first instant at which it no longer holds.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// The shortest stay that it holds for.
    #[serde(default)]
    pub min_nights: Option<u16>,
}

/// What a promotion takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Benefit {
    /// A share of the nights; 0 to 100 %.
    Percent(BasisPoints),
    /// An amount, but never more than the nights cost.
    Amount(Money),
}

impl Promotion {
    /// What comes off `nights`; refuses at `/promo_code` when the promotion does not hold.
    pub(super) fn off(&self, nights: Money, stay: Stay, now: Timestamp) -> Result<Money, Refusal> {
        let refuse = |code, detail: String| Err(Refusal::rule(code, "/promo_code", detail));
        if let Some(from) = self.valid_from.filter(|from| now < *from) {
            return refuse("promo_not_yet_valid", format!("Use the code from {from} on."));
        }
        if let Some(until) = self.valid_until.filter(|until| now >= *until) {
            return refuse("promo_expired", format!("Leave the code out: it held until {until}."));
        }
        if let Some(min) = self.min_nights.filter(|min| stay.night_count() < *min) {
            return refuse("promo_min_nights", format!("Stay at least {min} nights to use the code."));
        }
        match self.benefit {
            Benefit::Percent(share) => Ok(nights.percent_bp(share)?),
            Benefit::Amount(amount) => {
                // Also finds an amount in another currency.
                let rest = nights.checked_sub(amount)?;
                Ok(if rest.is_negative() { nights } else { amount })
            }
        }
    }
}
