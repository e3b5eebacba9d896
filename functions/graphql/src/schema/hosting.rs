//! What only hosts and their co-hosts see of a listing.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::pricing::Benefit;
use domain::ranking::Score;
use jiff::Timestamp;
use store::promotions::StoredPromotion;
use uuid::Uuid;
use web::media::Media;

use super::codes::{CohostPermission, PhotoState, RankPart};
use super::money::Money;
use super::terms::percent;
use super::user::User;
use crate::errors::told;

/// A promotion as its host sees it.
#[derive(Debug, SimpleObject)]
pub(crate) struct Promotion {
    /// Which one.
    uuid: Uuid,
    /// What guests give with a quote.
    code: String,
    /// What it takes off the nights, in percent; `null` where it is an amount.
    percent: Option<i32>,
    /// What it takes off, but never more than the nights cost; `null` where it is a share.
    amount: Option<Money>,
    /// From when it holds; at once if `null`.
    valid_from: Option<Timestamp>,
    /// Until when it holds; for good if `null`.
    valid_until: Option<Timestamp>,
    /// The shortest stay that it holds for.
    min_nights: Option<u16>,
    /// How many bookings may use it; any number if `null`.
    max_uses: Option<u32>,
    /// How many bookings use it.
    used: u64,
    /// When it was made.
    created_at: Timestamp,
}

impl From<StoredPromotion> for Promotion {
    fn from(stored: StoredPromotion) -> Self {
        let promotion = stored.promotion;
        let (share, amount) = match promotion.benefit {
            Benefit::Percent(share) => (Some(percent(share)), None),
            Benefit::Amount(amount) => (None, Some(amount.into())),
        };
        Self {
            uuid: stored.id.into(),
            code: promotion.code.into(),
            percent: share,
            amount,
            valid_from: promotion.valid_from,
            valid_until: promotion.valid_until,
            min_nights: promotion.min_nights,
            max_uses: stored.max_uses,
            used: stored.used,
            created_at: stored.created_at,
        }
    }
}

/// Somebody who helps with a listing.
#[derive(Debug, SimpleObject)]
pub(crate) struct Cohost {
    /// Who.
    user: User,
    /// What they may do.
    permissions: Vec<CohostPermission>,
    /// Since when.
    created_at: Timestamp,
}

impl From<store::cohosts::Cohost> for Cohost {
    fn from(cohost: store::cohosts::Cohost) -> Self {
        Self {
            user: User(cohost.user_id),
            permissions: cohost.permissions.into_iter().map(Into::into).collect(),
            created_at: cohost.created_at,
        }
    }
}

/// A photo as its host sees it.
#[derive(Debug)]
pub(crate) struct HostPhoto(pub(crate) store::photos::HostPhoto);

/// A photo as its host sees it.
#[Object]
impl HostPhoto {
    /// Which one.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// Where it is in its life.
    async fn state(&self) -> PhotoState {
        self.0.state.into()
    }

    /// The host's words for it; may be empty.
    async fn caption(&self) -> &str {
        &self.0.caption
    }

    /// Where it is to be had for a while, when it is ready.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(key) = &self.0.key else { return Ok(None) };
        ctx.data_unchecked::<Media>().view(self.0.id, key).await.map(Some).map_err(told)
    }

    /// In pixels, when it is ready.
    async fn width(&self) -> Option<u32> {
        self.0.width
    }

    /// In pixels, when it is ready.
    async fn height(&self) -> Option<u32> {
        self.0.height
    }

    /// Why it was rejected; a stable code.
    async fn problem(&self) -> Option<&str> {
        self.0.problem.as_deref()
    }

    /// When the upload was announced.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
}

/// What the rank of a listing is made of.
#[derive(Debug, SimpleObject)]
pub(crate) struct Ranking {
    /// The sum of the points: searches by relevance are ordered by it.
    points: i64,
    /// The most there could be.
    of: i64,
    /// The parts.
    parts: Vec<RankScore>,
}

/// One part of a listing's rank.
#[derive(Debug, SimpleObject)]
pub(crate) struct RankScore {
    /// Which one.
    part: RankPart,
    /// The most points there are for it.
    weight: i64,
    /// The listing's points.
    points: i64,
}

impl From<Vec<Score>> for Ranking {
    fn from(scores: Vec<Score>) -> Self {
        let (points, of) =
            scores.iter().fold((0, 0), |(points, of), one| (points + one.points, of + one.weight));
        let score = |one: Score| RankScore { part: one.part.into(), weight: one.weight, points: one.points };
        Self { points, of, parts: scores.into_iter().map(score).collect() }
    }
}
