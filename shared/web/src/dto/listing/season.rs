//! Prices for times of the year, as hosts write them.

use crate::dto::MoneyDto;
use domain::listing::Season;
use domain::money::Money;
use domain::text::Line;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The price of nights in a time of the year. It stands above the weekend's and below a date's own; of two seasons that
/// cover a night the first counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Season)]
#[serde(deny_unknown_fields)]
pub struct SeasonDto {
    /// What the host calls it.
    #[schema(value_type = String, min_length = 1, max_length = 60, example = "High summer")]
    name: Line<1, 60>,
    /// The first night.
    first_night: Date,
    /// The last night; not before the first, and within a year of it.
    last_night: Date,
    /// The price of each night.
    #[serde(deserialize_with = "crate::extract::object")]
    #[schema(value_type = MoneyDto)]
    nightly_price: Money,
}

impl From<SeasonDto> for Season {
    fn from(season: SeasonDto) -> Self {
        let SeasonDto { name, first_night, last_night, nightly_price } = season;
        Self { name, first_night, last_night, nightly_price }
    }
}

impl From<&Season> for SeasonDto {
    fn from(season: &Season) -> Self {
        Self {
            name: season.name.clone(),
            first_night: season.first_night,
            last_night: season.last_night,
            nightly_price: season.nightly_price,
        }
    }
}
