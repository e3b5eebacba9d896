//! Promotions: rebates that guests claim by a code.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use domain::money::{BasisPoints, Money};
use domain::pricing::Benefit;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::promotions::StoredPromotion;
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;

/// What a promotion takes off the nights, after all other rebates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Benefit)]
#[serde(tag = "basis", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum BenefitDto {
    /// A share of them.
    Percent {
        /// In percent.
        #[schema(minimum = 1, maximum = 100)]
        percent: u8,
    },
    /// An amount, but never more than they cost.
    Amount {
        /// How much, in the listing's currency.
        #[serde(deserialize_with = "web::extract::object")]
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

/// A promotion as its host sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Promotion)]
pub(crate) struct PromotionDto {
    /// Which one.
    id: Uuid,
    /// What guests give with a quote.
    #[schema(example = "SUMMER-10")]
    code: String,
    /// What it takes off.
    benefit: BenefitDto,
    /// From when it holds; at once if `null`.
    valid_from: Option<Timestamp>,
    /// Until when it holds; for good if `null`.
    valid_until: Option<Timestamp>,
    /// The shortest stay that it holds for.
    min_nights: Option<u16>,
    /// How many bookings may use it; any number if `null`.
    max_uses: Option<u32>,
    /// How many bookings use it. A hold that runs out and a stay that the host calls off give theirs back.
    used: u64,
    /// When it was made.
    created_at: Timestamp,
}

impl From<StoredPromotion> for PromotionDto {
    fn from(stored: StoredPromotion) -> Self {
        let promotion = stored.promotion;
        Self {
            id: stored.id.into(),
            code: promotion.code.into(),
            benefit: promotion.benefit.into(),
            valid_from: promotion.valid_from,
            valid_until: promotion.valid_until,
            min_nights: promotion.min_nights,
            max_uses: stored.max_uses,
            used: stored.used,
            created_at: stored.created_at,
        }
    }
}

/// The promotions of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Promotions {
    /// The oldest first; those that were taken back are not among them.
    items: Vec<PromotionDto>,
}
