//! What hosts say of prices, as REST takes it: the same names, so that the same reader reads it.

use async_graphql::{InputObject, MaybeUndefined};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::schema::codes::{FeeBasis, FeeKind, TaxBase, TaxBasis, TaxCollector};
use crate::schema::money::MoneyInput;

/// A fee beside the nights.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct FeeInput {
    /// What it is for.
    kind: FeeKind,
    /// How much it is.
    charge: FeeChargeInput,
}

/// How a fee is reckoned: with `percent` where it is a share, with `amount` otherwise.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct FeeChargeInput {
    /// By what.
    basis: FeeBasis,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyInput>,
    /// The share, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
}

/// A tax on the stay.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct TaxInput {
    /// What the guest reads; 1 to 60 characters.
    name: String,
    /// How it is reckoned.
    charge: TaxChargeInput,
    /// How many nights are taxed at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_nights: Option<u16>,
    /// Stays of this many nights and more are free of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    exempt_from_nights: Option<u16>,
    /// Guests younger than this are free of a tax by the guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    exempt_below_age: Option<u8>,
    /// Whether the prices contain it already; otherwise it is added.
    #[graphql(default)]
    included: bool,
    /// Who hands it to the authority.
    collected_by: TaxCollector,
}

/// How a tax is reckoned: with `ratePpm` and `of` where it is a share, with `amount` otherwise.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct TaxChargeInput {
    /// By what.
    basis: TaxBasis,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyInput>,
    /// The share, in millionths: 88750 is 8.875 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_ppm: Option<u32>,
    /// What it is a share of, after discounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<TaxBase>,
}

/// Rebates that need no code.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct DiscountsInput {
    /// For long stays.
    #[graphql(default)]
    length_of_stay: Vec<StayDiscountInput>,
    /// For booking early.
    #[graphql(default)]
    early_bird: Vec<ArrivalDiscountInput>,
    /// For booking late.
    #[graphql(default)]
    last_minute: Vec<ArrivalDiscountInput>,
}

/// A rebate for a long stay.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct StayDiscountInput {
    /// The shortest stay that gets it.
    from_nights: u16,
    /// How much is taken off the nights, in percent.
    percent: u8,
}

/// A rebate for how long before the arrival a stay is booked.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct ArrivalDiscountInput {
    /// Days from today to the arrival: at least so many for an early bird, at most for a last minute.
    days: u16,
    /// How much is taken off the nights, in percent.
    percent: u8,
}

/// The price of nights in a time of the year.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct SeasonInput {
    /// What the host calls it; 1 to 60 characters.
    name: String,
    /// The first night.
    first_night: Date,
    /// The last night; not before the first, and within a year of it.
    last_night: Date,
    /// The price of each night.
    nightly_price: MoneyInput,
}

/// What is said of some nights. What is absent stays as it is; `null` takes back what was said.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct CalendarChangeInput {
    /// The first night.
    from: Date,
    /// The date after the last night.
    to: Date,
    /// The price of each night.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    price: MaybeUndefined<MoneyInput>,
    /// The fewest nights of a stay that arrives on these dates or stays these nights.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    min_nights: MaybeUndefined<u16>,
    /// The most nights of a stay that arrives on these dates or stays these nights.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    max_nights: MaybeUndefined<u16>,
    /// Whether no stay begins on these dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_to_arrival: Option<bool>,
    /// Whether no stay ends on these dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_to_departure: Option<bool>,
    /// Whether the nights are off the market, in all units.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<bool>,
}

/// A promotion to be made.
#[derive(Debug, Serialize)]
pub(crate) struct PromotionBody<'a> {
    pub(crate) code: &'a str,
    pub(crate) benefit: BenefitBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_nights: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_uses: Option<u32>,
}

/// What a promotion takes off.
#[derive(Debug, Serialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub(crate) enum BenefitBody<'a> {
    Percent { percent: u8 },
    Amount { amount: &'a MoneyInput },
}
