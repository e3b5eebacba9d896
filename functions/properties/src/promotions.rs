//! Promotions: rebates that guests claim by a code.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use jiff::Timestamp;
use serde::Serialize;
use store::promotions::StoredPromotion;
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::listing::BenefitDto;

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
