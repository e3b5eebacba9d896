//! `GET /properties/{property_id}/ranking`: why a listing stands where it does.

use axum::Json;
use axum::extract::State;
use domain::cohost::Permission;
use domain::ids::PropertyId;
use domain::ranking::{Part, Score};
use garde::Validate;
use serde::{Deserialize, Serialize};
use services::cohosts::host_seen_by;
use services::properties::ranking_of;
use utoipa::{IntoParams, ToSchema};
use web::{App, Caller, PathId, Problem, ValidQuery};

/// For which search.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RankingQuery {
    /// The words that somebody looks for.
    #[garde(inner(length(chars, max = 200)))]
    #[param(max_length = 200, example = "lighthouse")]
    q: Option<String>,
}

/// A part of a listing's rank.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = RankPart)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartCode {
    /// What guests gave it.
    Rating,
    /// How many rated it.
    RatingCount,
    /// How much its description says.
    Description,
    /// How much it has.
    Amenities,
    /// Whether it is booked at once.
    InstantBooking,
    /// What a cancellation gives back.
    Cancellation,
    /// How well the words match that are looked for.
    Words,
}

impl From<Part> for PartCode {
    fn from(part: Part) -> Self {
        match part {
            Part::Rating => Self::Rating,
            Part::RatingCount => Self::RatingCount,
            Part::Description => Self::Description,
            Part::Amenities => Self::Amenities,
            Part::InstantBooking => Self::InstantBooking,
            Part::Cancellation => Self::Cancellation,
            Part::Words => Self::Words,
        }
    }
}

impl PartCode {
    const fn advice(self) -> &'static str {
        match self {
            Self::Rating => {
                "From three ratings on it is their mean, drawn towards four stars while they are few."
            }
            Self::RatingCount => "It grows with each rating up to fifty. Ask guests to review their stay.",
            Self::Description => "Say more of the place, up to 600 characters.",
            Self::Amenities => "Name all that there is, up to twelve amenities.",
            Self::InstantBooking => "Let guests book at once, without a request.",
            Self::Cancellation => "Give more back when guests cancel; flexible counts in full.",
            Self::Words => {
                "Put what guests look for into the title; town, region and description count less."
            }
        }
    }
}

/// One part of a listing's rank.
#[derive(Serialize, ToSchema)]
pub(crate) struct RankScore {
    /// Which one.
    part: PartCode,
    /// The most points there are for it.
    #[schema(minimum = 0, maximum = 4000)]
    weight: i64,
    /// The listing's points.
    #[schema(minimum = 0, maximum = 4000)]
    points: i64,
    /// What would bring more; `null` where nothing would.
    #[schema(max_length = 200)]
    advice: Option<&'static str>,
}

impl From<Score> for RankScore {
    fn from(score: Score) -> Self {
        let part = PartCode::from(score.part);
        let advice = (score.points < score.weight).then(|| part.advice());
        Self { part, weight: score.weight, points: score.points, advice }
    }
}

/// What the rank of a listing is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ranking {
    /// The sum of the points: searches by relevance are ordered by it.
    #[schema(minimum = 0, maximum = 5000)]
    points: i64,
    /// The most there could be.
    #[schema(minimum = 0, maximum = 5000)]
    of: i64,
    /// The parts.
    #[schema(min_items = 6, max_items = 7)]
    parts: Vec<RankScore>,
}

/// Why one's own listing stands where it does.
///
/// The parts of its rank where searches go by relevance without a place; with `q` that of the words, too. A search by
/// price, rating, distance or age goes by that alone.
#[utoipa::path(
    get, path = "/properties/{property_id}/ranking", tag = "properties", operation_id = "get_ranking",
    params(("property_id" = uuid::Uuid, Path, description = "The listing"), RankingQuery),
    responses((status = 200, description = "The parts of the rank", body = Ranking), web::Problems),
)]
pub(crate) async fn get_ranking(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidQuery(query): ValidQuery<RankingQuery>,
) -> Result<Json<Ranking>, Problem> {
    let host = host_seen_by(app.ctx(), caller.user_id, property_id, Permission::Listing).await?;
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let scores = ranking_of(app.ctx(), host, property_id, words).await?;
    let (points, of) = scores.iter().fold((0, 0), |(points, of), one| (points + one.points, of + one.weight));
    Ok(Json(Ranking { points, of, parts: scores.into_iter().map(RankScore::from).collect() }))
}
