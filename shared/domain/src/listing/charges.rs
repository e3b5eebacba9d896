//! Fees, taxes, and who pays the platform.

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::money::{BasisPoints, Money};
use crate::text::Line;

coded! {
    /// What a fee is for; it decides whom a fee by the person counts.
    FeeKind, "unknown_fee_kind" {
        /// For adults and children above the included number.
        ExtraGuest = "extra_guest",
        /// For pets.
        Pet = "pet",
        /// For linen.
        Linen = "linen",
        /// For the use of a resort.
        Resort = "resort",
        /// For the service of the house.
        Management = "management",
        /// For the house's other services.
        Community = "community",
    }
}

/// A fee beside the nights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// What it is for.
    pub kind: FeeKind,
    /// How much it is.
    pub charge: FeeCharge,
}

/// How a fee is reckoned. A person is an adult or a child; of an extra-guest fee one above the included number; of a
/// pet fee a pet. Where there is no such person, there is no fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeCharge {
    /// Once.
    PerStay(Money),
    /// For each night.
    PerNight(Money),
    /// For each person.
    PerPerson(Money),
    /// For each person and night.
    PerPersonNight(Money),
    /// A share of the nights after discounts.
    Percent(BasisPoints),
}

/// A tax on the stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// What the guest reads, such as "City tax".
    pub name: Line<1, 60>,
    /// How it is reckoned.
    pub charge: TaxCharge,
    /// How many nights are taxed at most; later nights are free of it.
    #[serde(default)]
    pub max_nights: Option<u16>,
    /// Stays of this many nights and more are wholly free of it.
    #[serde(default)]
    pub exempt_from_nights: Option<u16>,
    /// Guests younger than this are free of a tax by the guest.
    ///
    /// A party names no ages: children (2 to 12) are free when all of them must be, from 13 on; infants (0 and 1) from 2
    /// on. Without an age everyone counts.
    #[serde(default)]
    pub exempt_below_age: Option<u8>,
    /// Whether the prices contain it already; otherwise it is added.
    #[serde(default)]
    pub included: bool,
    /// Who hands it to the authority.
    pub collected_by: TaxCollector,
}

/// How a tax is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxCharge {
    /// A share of a base.
    Percent {
        /// Millionths: 88,750 is 8.875 %. Basis points are too coarse for rates in force.
        rate_ppm: u32,
        /// What it is a share of.
        base: TaxBase,
    },
    /// For each night.
    Night(Money),
    /// For each guest.
    Guest(Money),
    /// For each guest and night.
    GuestNight(Money),
}

coded! {
    /// What a percent tax is a share of; the nights after discounts.
    TaxBase, "unknown_tax_base" {
        /// The nights.
        Nights = "nights",
        /// The nights and the fees.
        NightsAndFees = "nights_and_fees",
        /// The fees.
        Fees = "fees",
    }
}

coded! {
    /// Who hands a tax to the authority.
    TaxCollector, "unknown_tax_collector" {
        /// The platform keeps it back and pays it.
        Platform = "platform",
        /// The host gets it with the payout and pays it.
        Host = "host",
    }
}

/// Who pays the platform's service fee; each a share of nights and fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeModel {
    /// Guest and host.
    Split {
        /// What the guest pays on top.
        guest: BasisPoints,
        /// What comes off the payout.
        host: BasisPoints,
    },
    /// The host alone.
    HostOnly {
        /// What comes off the payout.
        host: BasisPoints,
    },
}

impl FeeModel {
    /// Guest 14 %, host 3 %.
    pub const SPLIT: Self =
        Self::Split { guest: BasisPoints::from_percent(14), host: BasisPoints::from_percent(3) };
    /// Host 15.5 %.
    pub const HOST_ONLY: Self = Self::HostOnly { host: BasisPoints::new(1550) };

    /// The guest's share.
    pub const fn guest_rate(self) -> BasisPoints {
        match self {
            Self::Split { guest, .. } => guest,
            Self::HostOnly { .. } => BasisPoints::new(0),
        }
    }

    /// The host's share.
    pub const fn host_rate(self) -> BasisPoints {
        match self {
            Self::Split { host, .. } | Self::HostOnly { host } => host,
        }
    }
}

impl Default for FeeModel {
    fn default() -> Self {
        Self::SPLIT
    }
}
