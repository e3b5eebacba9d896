//! Shapes that many answers share, as `openapi.json` describes them.

pub mod listing;

use domain::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The schema of [`Money`]: annotate a field `#[schema(value_type = MoneyDto)]` and keep the domain's type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Money)]
#[serde(deny_unknown_fields)]
pub struct MoneyDto {
    /// Minor units: 125400 USD is 1,254.00 dollars.
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64, example = 125_400)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    pub currency: String,
}

/// Why the staff does something. It goes on record.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[schema(as = Reason, example = json!({"reason": "Three guests reported the same fraud."}))]
#[serde(deny_unknown_fields)]
pub struct ReasonDto {
    /// For whoever asks later.
    #[garde(length(chars, min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

impl From<Money> for MoneyDto {
    fn from(money: Money) -> Self {
        Self { amount: money.amount(), currency: money.currency().code().to_owned() }
    }
}

impl TryFrom<MoneyDto> for Money {
    type Error = domain::money::UnknownCurrency;

    fn try_from(dto: MoneyDto) -> Result<Self, Self::Error> {
        Ok(Self::new(dto.amount, dto.currency.parse::<Currency>()?))
    }
}
