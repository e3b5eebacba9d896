//! Prices, rules and blocks of single nights, as hosts write them.

use domain::dates::MAX_NIGHTS;
use domain::listing::MAX_PRICE;
use domain::money::Money;
use domain::refusal::{FieldError, Refusal};
use garde::Validate;
use jiff::civil::Date;
use serde::Deserialize;
use services::properties::RangeChange;
use store::properties::Said;
use utoipa::ToSchema;

use super::place::invalid_fields;
use crate::dto::MoneyDto;

/// Changes of a calendar: all of them are done, or none.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"changes": [
    {"from": "2026-12-24", "to": "2027-01-02", "price": {"amount": 45000, "currency": "USD"}, "min_nights": 5},
    {"from": "2026-11-01", "to": "2026-11-08", "blocked": true}
]}))]
pub struct CalendarChanges {
    /// Of what two of them say of one night the later counts.
    #[garde(length(min = 1, max = 731), dive)]
    #[schema(min_items = 1, max_items = 731)]
    changes: Vec<CalendarChange>,
}

/// What is said of some nights. What is absent stays as it is; `null` takes back what was said, so that the listing's own
/// word counts again.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
pub struct CalendarChange {
    /// The first night.
    from: Date,
    /// The date after the last night.
    to: Date,
    /// The price of each night.
    #[serde(default)]
    #[schema(value_type = Option<MoneyDto>)]
    price: Said<Money>,
    /// The fewest nights of a stay that arrives on these dates or stays these nights.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 365)]
    min_nights: Said<u16>,
    /// The most nights of a stay that arrives on these dates or stays these nights.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 365)]
    max_nights: Said<u16>,
    /// Whether no stay begins on these dates.
    #[serde(default)]
    closed_to_arrival: Option<bool>,
    /// Whether no stay ends on these dates.
    #[serde(default)]
    closed_to_departure: Option<bool>,
    /// Whether the nights are off the market, in all units.
    #[serde(default)]
    blocked: Option<bool>,
}

impl CalendarChanges {
    /// The changes; refuses what is out of bounds, each place by name.
    pub fn parse(self) -> Result<Vec<(Date, Date, RangeChange)>, Refusal> {
        let errors: Vec<FieldError> =
            self.changes.iter().enumerate().flat_map(|(at, change)| change.faults(at)).collect();
        if !errors.is_empty() {
            return Err(invalid_fields(errors));
        }
        Ok(self.changes.into_iter().map(|change| (change.from, change.to, change.range())).collect())
    }
}

impl CalendarChange {
    /// What is out of bounds.
    fn faults(&self, at: usize) -> impl Iterator<Item = FieldError> {
        let most = i64::from(MAX_NIGHTS);
        let nights = |said: &Said<u16>| said.value().map(|nights| i64::from(*nights));
        let checks = [
            ("price/amount", self.price.value().map(|price| price.amount()), MAX_PRICE),
            ("min_nights", nights(&self.min_nights), most),
            ("max_nights", nights(&self.max_nights), most),
        ];
        let wrong = move |most: i64| move |value: &i64| !(1..=most).contains(value);
        checks.into_iter().filter_map(move |(field, value, most)| {
            value.filter(wrong(most)).map(|_| FieldError {
                pointer: format!("/changes/{at}/{field}"),
                code: "out_of_range",
                detail: format!("Give a number from 1 to {most}."),
            })
        })
    }

    fn range(&self) -> RangeChange {
        RangeChange {
            price: self.price,
            min_nights: self.min_nights,
            max_nights: self.max_nights,
            closed_to_arrival: self.closed_to_arrival,
            closed_to_departure: self.closed_to_departure,
            blocked: self.blocked,
        }
    }
}
