//! Fees, taxes and rebates, as hosts write them.

use crate::dto::MoneyDto;
use domain::listing::{
    AdvanceDiscount, Discounts, Fee, FeeCharge, FeeKind, LengthDiscount, Tax, TaxBase, TaxCharge,
    TaxCollector,
};
use domain::money::{BasisPoints, Money};
use domain::text::Line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{FeeKindCode, TaxBaseCode, TaxCollectorCode};

/// A fee beside the nights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Fee)]
#[serde(deny_unknown_fields)]
pub struct FeeDto {
    /// What it is for.
    #[schema(value_type = FeeKindCode)]
    kind: FeeKind,
    /// How much it is.
    #[serde(deserialize_with = "crate::extract::object")]
    charge: FeeChargeDto,
}

/// How a fee is reckoned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = FeeCharge)]
#[serde(tag = "basis", rename_all = "snake_case", deny_unknown_fields)]
pub enum FeeChargeDto {
    /// Once.
    PerStay {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
    /// For each night.
    PerNight {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
    /// For each person: for extra guests those above the included number, for pets each pet.
    PerPerson {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
    /// For each person and night.
    PerPersonNight {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
    /// A share of the nights after discounts.
    Percent {
        /// In percent.
        #[schema(minimum = 0, maximum = 100)]
        percent: u8,
    },
}

impl From<FeeDto> for Fee {
    fn from(fee: FeeDto) -> Self {
        let charge = match fee.charge {
            FeeChargeDto::PerStay { amount } => FeeCharge::PerStay(amount),
            FeeChargeDto::PerNight { amount } => FeeCharge::PerNight(amount),
            FeeChargeDto::PerPerson { amount } => FeeCharge::PerPerson(amount),
            FeeChargeDto::PerPersonNight { amount } => FeeCharge::PerPersonNight(amount),
            FeeChargeDto::Percent { percent } => {
                FeeCharge::Percent(BasisPoints::from_percent(percent.into()))
            }
        };
        Self { kind: fee.kind, charge }
    }
}

impl From<&Fee> for FeeDto {
    fn from(fee: &Fee) -> Self {
        let charge = match fee.charge {
            FeeCharge::PerStay(amount) => FeeChargeDto::PerStay { amount },
            FeeCharge::PerNight(amount) => FeeChargeDto::PerNight { amount },
            FeeCharge::PerPerson(amount) => FeeChargeDto::PerPerson { amount },
            FeeCharge::PerPersonNight(amount) => FeeChargeDto::PerPersonNight { amount },
            FeeCharge::Percent(share) => FeeChargeDto::Percent { percent: percent(share) },
        };
        Self { kind: fee.kind, charge }
    }
}

/// A tax on the stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Tax)]
#[serde(deny_unknown_fields)]
pub struct TaxDto {
    /// What the guest reads.
    #[schema(value_type = String, min_length = 1, max_length = 60, example = "City tax")]
    name: Line<1, 60>,
    /// How it is reckoned.
    #[serde(deserialize_with = "crate::extract::object")]
    charge: TaxChargeDto,
    /// How many nights are taxed at most.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 365)]
    max_nights: Option<u16>,
    /// Stays of this many nights and more are free of it.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 365)]
    exempt_from_nights: Option<u16>,
    /// Guests younger than this are free of a tax by the guest.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 255)]
    exempt_below_age: Option<u8>,
    /// Whether the prices contain it already; otherwise it is added.
    #[serde(default)]
    included: bool,
    /// Who hands it to the authority.
    #[schema(value_type = TaxCollectorCode)]
    collected_by: TaxCollector,
}

/// How a tax is reckoned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxCharge)]
#[serde(tag = "basis", rename_all = "snake_case", deny_unknown_fields)]
pub enum TaxChargeDto {
    /// A share.
    Percent {
        /// Millionths: 88750 is 8.875 %.
        #[schema(minimum = 0, maximum = 1_000_000)]
        rate_ppm: u32,
        /// What it is a share of, after discounts.
        #[schema(value_type = TaxBaseCode)]
        of: TaxBase,
    },
    /// For each night.
    Night {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
    /// For each guest.
    Guest {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
    /// For each guest and night.
    GuestNight {
        /// How much.
        #[serde(deserialize_with = "crate::extract::object")]
        #[schema(value_type = MoneyDto)]
        amount: Money,
    },
}

impl From<TaxDto> for Tax {
    fn from(tax: TaxDto) -> Self {
        let charge = match tax.charge {
            TaxChargeDto::Percent { rate_ppm, of } => TaxCharge::Percent { rate_ppm, base: of },
            TaxChargeDto::Night { amount } => TaxCharge::Night(amount),
            TaxChargeDto::Guest { amount } => TaxCharge::Guest(amount),
            TaxChargeDto::GuestNight { amount } => TaxCharge::GuestNight(amount),
        };
        Self {
            name: tax.name,
            charge,
            max_nights: tax.max_nights,
            exempt_from_nights: tax.exempt_from_nights,
            exempt_below_age: tax.exempt_below_age,
            included: tax.included,
            collected_by: tax.collected_by,
        }
    }
}

impl From<&Tax> for TaxDto {
    fn from(tax: &Tax) -> Self {
        let charge = match tax.charge {
            TaxCharge::Percent { rate_ppm, base } => TaxChargeDto::Percent { rate_ppm, of: base },
            TaxCharge::Night(amount) => TaxChargeDto::Night { amount },
            TaxCharge::Guest(amount) => TaxChargeDto::Guest { amount },
            TaxCharge::GuestNight(amount) => TaxChargeDto::GuestNight { amount },
        };
        Self {
            name: tax.name.clone(),
            charge,
            max_nights: tax.max_nights,
            exempt_from_nights: tax.exempt_from_nights,
            exempt_below_age: tax.exempt_below_age,
            included: tax.included,
            collected_by: tax.collected_by,
        }
    }
}

/// Rebates that need no code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Discounts)]
#[serde(deny_unknown_fields, default)]
pub struct DiscountsDto {
    /// For long stays: the largest threshold that a stay reaches wins, they do not stack.
    #[schema(max_items = 20)]
    length_of_stay: Vec<LengthDiscountDto>,
    /// For booking early: the largest number of days that is kept wins.
    #[schema(max_items = 20)]
    early_bird: Vec<AdvanceDiscountDto>,
    /// For booking late: the smallest number of days that is kept wins.
    #[schema(max_items = 20)]
    last_minute: Vec<AdvanceDiscountDto>,
}

/// A rebate for a long stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = LengthDiscount)]
#[serde(deny_unknown_fields)]
pub struct LengthDiscountDto {
    /// The shortest stay that gets it.
    #[schema(minimum = 2, maximum = 365, example = 7)]
    from_nights: u16,
    /// How much is taken off the nights, in percent.
    #[schema(minimum = 0, maximum = 100, example = 20)]
    percent: u8,
}

/// A rebate for how long before the arrival a stay is booked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AdvanceDiscount)]
#[serde(deny_unknown_fields)]
pub struct AdvanceDiscountDto {
    /// Days from today to the arrival: at least so many for an early bird, at most for a last minute.
    #[schema(minimum = 0, maximum = 730)]
    days: u16,
    /// How much is taken off the nights, in percent.
    #[schema(minimum = 0, maximum = 100)]
    percent: u8,
}

impl DiscountsDto {
    /// The names of the lists that have more than `most` members.
    pub fn too_long(&self, most: usize) -> impl Iterator<Item = &'static str> {
        let lists = [
            ("length_of_stay", self.length_of_stay.len()),
            ("early_bird", self.early_bird.len()),
            ("last_minute", self.last_minute.len()),
        ];
        lists.into_iter().filter(move |(_, length)| *length > most).map(|(name, _)| name)
    }
}

impl From<DiscountsDto> for Discounts {
    fn from(discounts: DiscountsDto) -> Self {
        let off = |percent: u8| BasisPoints::from_percent(percent.into());
        let advance = |list: Vec<AdvanceDiscountDto>| {
            list.into_iter().map(|one| AdvanceDiscount { days: one.days, off: off(one.percent) }).collect()
        };
        let long =
            |one: LengthDiscountDto| LengthDiscount { from_nights: one.from_nights, off: off(one.percent) };
        Self {
            length_of_stay: discounts.length_of_stay.into_iter().map(long).collect(),
            early_bird: advance(discounts.early_bird),
            last_minute: advance(discounts.last_minute),
        }
    }
}

impl From<&Discounts> for DiscountsDto {
    fn from(discounts: &Discounts) -> Self {
        let advance = |list: &[AdvanceDiscount]| {
            list.iter().map(|one| AdvanceDiscountDto { days: one.days, percent: percent(one.off) }).collect()
        };
        let long = |one: &LengthDiscount| LengthDiscountDto {
            from_nights: one.from_nights,
            percent: percent(one.off),
        };
        Self {
            length_of_stay: discounts.length_of_stay.iter().map(long).collect(),
            early_bird: advance(&discounts.early_bird),
            last_minute: advance(&discounts.last_minute),
        }
    }
}

/// Whole percents, which is all that this API takes.
fn percent(share: BasisPoints) -> u8 {
    u8::try_from(share.get() / 100).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<T>(text: &str) -> String
    where
        T: for<'de> Deserialize<'de> + Serialize,
    {
        serde_json::to_string(&serde_json::from_str::<T>(text).unwrap()).unwrap()
    }

    #[test]
    fn fees_survive_the_trip_through_the_domain() {
        let money = r#"{"amount":500,"currency":"USD"}"#;
        for charge in [
            format!(r#"{{"basis":"per_stay","amount":{money}}}"#),
            format!(r#"{{"basis":"per_night","amount":{money}}}"#),
            format!(r#"{{"basis":"per_person","amount":{money}}}"#),
            format!(r#"{{"basis":"per_person_night","amount":{money}}}"#),
            r#"{"basis":"percent","percent":12}"#.to_owned(),
        ] {
            let text = format!(r#"{{"kind":"pet","charge":{charge}}}"#);
            let fee: FeeDto = serde_json::from_str(&text).unwrap();
            assert_eq!(FeeDto::from(&Fee::from(fee.clone())), fee);
            assert_eq!(there_and_back::<FeeDto>(&text), text);
        }
    }

    #[test]
    fn taxes_survive_the_trip_through_the_domain() {
        let text = r#"{"name":"City tax","charge":{"basis":"percent","rate_ppm":88750,"of":"nights_and_fees"},"max_nights":7,"exempt_from_nights":31,"exempt_below_age":13,"included":false,"collected_by":"platform"}"#;
        let tax: TaxDto = serde_json::from_str(text).unwrap();
        assert_eq!(TaxDto::from(&Tax::from(tax.clone())), tax);
        assert_eq!(there_and_back::<TaxDto>(text), text);
        let by_night = r#"{"name":"T","charge":{"basis":"guest_night","amount":{"amount":250,"currency":"EUR"}},"collected_by":"host"}"#;
        let tax: TaxDto = serde_json::from_str(by_night).unwrap();
        assert_eq!(TaxDto::from(&Tax::from(tax.clone())), tax);
    }

    #[test]
    fn discounts_survive_the_trip_through_the_domain() {
        let text = r#"{"length_of_stay":[{"from_nights":7,"percent":20}],"early_bird":[{"days":90,"percent":5}],"last_minute":[{"days":3,"percent":10}]}"#;
        let discounts: DiscountsDto = serde_json::from_str(text).unwrap();
        assert_eq!(DiscountsDto::from(&Discounts::from(discounts.clone())), discounts);
        assert_eq!(there_and_back::<DiscountsDto>(text), text);
        assert!(serde_json::from_str::<DiscountsDto>(r#"{"weekly":20}"#).is_err());
    }

    #[test]
    fn unknown_members_of_a_charge_are_refused() {
        let text = r#"{"kind":"pet","charge":{"basis":"percent","percent":5,"amount":1}}"#;
        assert!(serde_json::from_str::<FeeDto>(text).is_err());
    }
}
