//! Promotions, as hosts write them.

use domain::dates::MAX_NIGHTS;
use domain::listing::MAX_PRICE;
use domain::money::{BasisPoints, Money};
use domain::pricing::{Benefit, PromoCode, Promotion};
use domain::refusal::{FieldError, Refusal};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::place::invalid_fields;
use crate::dto::MoneyDto;

/// What a promotion takes off the nights, after all other rebates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Benefit)]
#[serde(tag = "basis", rename_all = "snake_case", deny_unknown_fields)]
pub enum BenefitDto {
    /// A share of them.
    Percent {
        /// In percent.
        #[schema(minimum = 1, maximum = 100)]
        percent: u8,
    },
    /// An amount, but never more than they cost.
    Amount {
        /// How much, in the listing's currency.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
}

impl From<BenefitDto> for Benefit {
    fn from(benefit: BenefitDto) -> Self {
        match benefit {
            BenefitDto::Percent { percent } => Self::Percent(BasisPoints::from_percent(i16::from(percent))),
            BenefitDto::Amount { amount } => Self::Amount(amount),
        }
    }
}

impl From<Benefit> for BenefitDto {
    fn from(benefit: Benefit) -> Self {
        match benefit {
            Benefit::Percent(share) => {
                Self::Percent { percent: u8::try_from(share.get() / 100).unwrap_or(100) }
            }
            Benefit::Amount(amount) => Self::Amount { amount },
        }
    }
}

/// A promotion to be made.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "SUMMER-10", "benefit": {"basis": "percent", "percent": 10}, "min_nights": 3, "max_uses": 100
}))]
pub struct NewPromotion {
    /// What guests give with a quote: letters, digits, hyphens and underscores; small letters are read as capital ones.
    #[schema(value_type = String, min_length = 3, max_length = 32)]
    code: PromoCode,
    /// What it takes off.
    #[serde(deserialize_with = "crate::extract::object")]
    benefit: BenefitDto,
    /// The first instant at which it holds; at once if absent.
    #[serde(default)]
    valid_from: Option<Timestamp>,
    /// The first instant at which it no longer holds; for good if absent.
    #[serde(default)]
    valid_until: Option<Timestamp>,
    /// The shortest stay that it holds for.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = MAX_NIGHTS)))]
    #[schema(minimum = 1, maximum = 365)]
    min_nights: Option<u16>,
    /// How many bookings may use it; any number if absent.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    max_uses: Option<u32>,
}

impl NewPromotion {
    /// The promotion, and how many bookings may use it; refuses what is out of bounds.
    pub fn parse(self) -> Result<(Promotion, Option<u32>), Refusal> {
        let mut errors = Vec::new();
        let mut need = |holds: bool, pointer: &str, code, detail: String| {
            if !holds {
                errors.push(FieldError { pointer: pointer.to_owned(), code, detail });
            }
        };
        match &self.benefit {
            BenefitDto::Percent { percent } => need(
                (1..=100).contains(percent),
                "/benefit/percent",
                "out_of_range",
                "Give a number from 1 to 100.".to_owned(),
            ),
            BenefitDto::Amount { amount } => need(
                (1..=MAX_PRICE).contains(&amount.amount()),
                "/benefit/amount",
                "out_of_range",
                format!("Give an amount from 1 to {MAX_PRICE} minor units."),
            ),
        }
        let ordered = self.valid_from.zip(self.valid_until).is_none_or(|(from, until)| from < until);
        need(ordered, "/valid_until", "invalid_dates", "Choose an instant after the first.".to_owned());
        if !errors.is_empty() {
            return Err(invalid_fields(errors));
        }
        let promotion = Promotion {
            code: self.code,
            benefit: self.benefit.into(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            min_nights: self.min_nights,
        };
        Ok((promotion, self.max_uses))
    }
}
