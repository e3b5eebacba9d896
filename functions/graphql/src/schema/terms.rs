//! What a listing costs beside its nights, and how it is let.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::listing::{AdvanceDiscount, FeeCharge as Charge, TaxCharge as Taxed};
use domain::money::BasisPoints;
use jiff::civil::Date;
use store::photos::ReadyPhoto;
use uuid::Uuid;
use web::media::Media;

use super::codes::{FeeBasis, FeeKind, TaxBase, TaxBasis, TaxCollector};
use super::money::Money;
use crate::errors::told;

/// A fee beside the nights.
#[derive(Debug, SimpleObject)]
pub(crate) struct Fee {
    /// What it is for.
    kind: FeeKind,
    /// How much it is.
    charge: FeeCharge,
}

/// How a fee is reckoned.
#[derive(Debug, SimpleObject)]
pub(crate) struct FeeCharge {
    /// By what.
    basis: FeeBasis,
    /// How much, where it is no share.
    amount: Option<Money>,
    /// The share, in percent.
    percent: Option<i32>,
}

impl From<&domain::listing::Fee> for Fee {
    fn from(fee: &domain::listing::Fee) -> Self {
        let (basis, amount) = match fee.charge {
            Charge::PerStay(amount) => (FeeBasis::PerStay, Some(amount)),
            Charge::PerNight(amount) => (FeeBasis::PerNight, Some(amount)),
            Charge::PerPerson(amount) => (FeeBasis::PerPerson, Some(amount)),
            Charge::PerPersonNight(amount) => (FeeBasis::PerPersonNight, Some(amount)),
            Charge::Percent(_) => (FeeBasis::Percent, None),
        };
        let share = if let Charge::Percent(share) = fee.charge { Some(percent(share)) } else { None };
        let charge = FeeCharge { basis, amount: amount.map(Into::into), percent: share };
        Self { kind: fee.kind.into(), charge }
    }
}

/// A tax on the stay.
#[derive(Debug, SimpleObject)]
pub(crate) struct Tax {
    /// What the guest reads.
    name: String,
    /// How it is reckoned.
    charge: TaxCharge,
    /// How many nights are taxed at most.
    max_nights: Option<u16>,
    /// Stays of this many nights and more are free of it.
    exempt_from_nights: Option<u16>,
    /// Guests younger than this are free of a tax by the guest.
    exempt_below_age: Option<u8>,
    /// Whether the prices contain it already; otherwise it is added.
    included: bool,
    /// Who hands it to the authority.
    collected_by: TaxCollector,
}

/// How a tax is reckoned.
#[derive(Debug, SimpleObject)]
pub(crate) struct TaxCharge {
    /// By what.
    basis: TaxBasis,
    /// How much, where it is no share.
    amount: Option<Money>,
    /// The share, in millionths: 88750 is 8.875 %.
    rate_ppm: Option<u32>,
    /// What it is a share of.
    of: Option<TaxBase>,
}

impl From<&domain::listing::Tax> for Tax {
    fn from(tax: &domain::listing::Tax) -> Self {
        let by = |basis, amount: domain::money::Money| TaxCharge {
            basis,
            amount: Some(amount.into()),
            rate_ppm: None,
            of: None,
        };
        let charge = match tax.charge {
            Taxed::Percent { rate_ppm, base } => TaxCharge {
                basis: TaxBasis::Percent,
                amount: None,
                rate_ppm: Some(rate_ppm),
                of: Some(base.into()),
            },
            Taxed::Night(amount) => by(TaxBasis::Night, amount),
            Taxed::Guest(amount) => by(TaxBasis::Guest, amount),
            Taxed::GuestNight(amount) => by(TaxBasis::GuestNight, amount),
        };
        Self {
            name: tax.name.as_str().to_owned(),
            charge,
            max_nights: tax.max_nights,
            exempt_from_nights: tax.exempt_from_nights,
            exempt_below_age: tax.exempt_below_age,
            included: tax.included,
            collected_by: tax.collected_by.into(),
        }
    }
}

/// Rebates that need no code.
#[derive(Debug, SimpleObject)]
pub(crate) struct Discounts {
    /// For long stays: the largest threshold that a stay reaches wins, they do not stack.
    length_of_stay: Vec<StayDiscount>,
    /// For booking early: the largest number of days that is kept wins.
    early_bird: Vec<ArrivalDiscount>,
    /// For booking late: the smallest number of days that is kept wins.
    last_minute: Vec<ArrivalDiscount>,
}

/// A rebate for a long stay.
#[derive(Debug, SimpleObject)]
pub(crate) struct StayDiscount {
    /// The shortest stay that gets it.
    from_nights: u16,
    /// How much is taken off the nights, in percent.
    percent: i32,
}

/// A rebate for how long before the arrival a stay is booked.
#[derive(Debug, SimpleObject)]
pub(crate) struct ArrivalDiscount {
    /// Days from today to the arrival: at least so many for an early bird, at most for a last minute.
    days: u16,
    /// How much is taken off the nights, in percent.
    percent: i32,
}

impl From<&domain::listing::Discounts> for Discounts {
    fn from(discounts: &domain::listing::Discounts) -> Self {
        let advance = |list: &[AdvanceDiscount]| {
            list.iter().map(|one| ArrivalDiscount { days: one.days, percent: percent(one.off) }).collect()
        };
        let long = |one: &domain::listing::LengthDiscount| StayDiscount {
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

/// The price of nights in a time of the year.
#[derive(Debug, SimpleObject)]
pub(crate) struct Season {
    /// What the host calls it.
    name: String,
    /// The first night.
    first_night: Date,
    /// The last night.
    last_night: Date,
    /// The price of each night.
    nightly_price: Money,
}

impl From<&domain::listing::Season> for Season {
    fn from(season: &domain::listing::Season) -> Self {
        Self {
            name: season.name.as_str().to_owned(),
            first_night: season.first_night,
            last_night: season.last_night,
            nightly_price: season.nightly_price.into(),
        }
    }
}

/// A photo that is shown.
#[derive(Debug)]
pub(crate) struct Photo(pub(crate) ReadyPhoto);

/// A photo that is shown.
#[Object]
impl Photo {
    /// Which one.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// Where it is to be had for an hour at least half of which is left; do not keep it.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        ctx.data_unchecked::<Media>().view(self.0.id, &self.0.key).await.map_err(told)
    }

    /// The host's words for it; may be empty.
    async fn caption(&self) -> &str {
        &self.0.caption
    }

    /// In pixels.
    async fn width(&self) -> u32 {
        self.0.width
    }

    /// In pixels.
    async fn height(&self) -> u32 {
        self.0.height
    }
}

/// Whole percents, which is all that is taken.
pub(crate) fn percent(share: BasisPoints) -> i32 {
    share.get() / 100
}
