//! Amounts.

use async_graphql::{
    InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use domain::money::Money as Amount;
use domain::pricing::{NightPrice, PriceLine as Line};
use jiff::civil::Date;
use serde::Serialize;

/// A whole number of a currency's minor units, such as cents; more than the 32 bits of an `Int`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct MinorUnits(pub(crate) i64);

/// A whole number of a currency's minor units, such as cents; it may have more than the 32 bits of an `Int`.
#[Scalar(name = "MinorUnits")]
impl ScalarType for MinorUnits {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => {
                number.as_i64().map(Self).ok_or_else(|| InputValueError::expected_type(value))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Money {
    /// In minor units of the currency.
    amount: MinorUnits,
    /// ISO 4217.
    currency: &'static str,
}

impl From<Amount> for Money {
    fn from(amount: Amount) -> Self {
        Self { amount: MinorUnits(amount.amount()), currency: amount.currency().code() }
    }
}

/// An amount of money.
#[derive(Clone, Debug, InputObject, Serialize)]
pub(crate) struct MoneyInput {
    /// In minor units of the currency.
    pub(crate) amount: MinorUnits,
    /// ISO 4217.
    pub(crate) currency: String,
}

/// One line of a price; the lines sum to the total.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PriceLine {
    /// What it is about, such as `night`, `discount`, `fee`, `guest_fee` or `tax`.
    kind: &'static str,
    /// For people.
    label: String,
    /// What it adds to the total; below zero for a discount.
    amount: Money,
    /// The rule that made it, such as `base_price`.
    rule: &'static str,
}

impl From<&Line> for PriceLine {
    fn from(line: &Line) -> Self {
        Self {
            kind: line.kind.code(),
            label: line.label.clone(),
            amount: line.amount.into(),
            rule: line.rule.code(),
        }
    }
}

/// One night of a price.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct PricedNight {
    /// The date of the night, where the listing is.
    date: Date,
    /// What it costs after its part of the discounts.
    amount: Money,
}

impl From<&NightPrice> for PricedNight {
    fn from(night: &NightPrice) -> Self {
        Self { date: night.date, amount: night.amount.into() }
    }
}
