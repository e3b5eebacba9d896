//! `POST /properties/{property_id}/promotions`: give a listing a promotion.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::dates::MAX_NIGHTS;
use domain::ids::PropertyId;
use domain::listing::MAX_PRICE;
use domain::pricing::{PromoCode, Promotion};
use domain::refusal::{FieldError, Refusal};
use garde::Validate;
use jiff::Timestamp;
use serde::Deserialize;
use services::cohosts::acting_host;
use services::promotions::create;
use utoipa::ToSchema;
use web::{App, Caller, PathId, Problem, ValidJson};

use super::{BenefitDto, PromotionDto};
use crate::dto::place::invalid_fields;

/// A promotion to be made.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "SUMMER-10", "benefit": {"basis": "percent", "percent": 10}, "min_nights": 3, "max_uses": 100
}))]
pub(crate) struct NewPromotion {
    /// What guests give with a quote: letters, digits, hyphens and underscores; small letters are read as capital ones.
    #[schema(value_type = String, min_length = 3, max_length = 32)]
    code: PromoCode,
    /// What it takes off.
    #[serde(deserialize_with = "web::extract::object")]
    benefit: BenefitDto,
    /// The first instant at which it holds; at once if absent.
    #[serde(default)]
    valid_from: Option<Timestamp>,
    /// The first instant at which it no longer holds; for good if absent.
    #[serde(default)]
    valid_until: Option<Timestamp>,
    /// The shortest stay that it holds for.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = MAX_NIGHTS)))]
    #[schema(minimum = 1, maximum = 365)]
    min_nights: Option<u16>,
    /// How many bookings may use it; any number if absent.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    max_uses: Option<u32>,
}

impl NewPromotion {
    fn parse(self) -> Result<(Promotion, Option<u32>), Refusal> {
        let mut errors = Vec::new();
        let mut need = |holds: bool, pointer: &str, code, detail: String| {
            if !holds {
                errors.push(FieldError { pointer: pointer.to_owned(), code, detail });
            }
        };
        match &self.benefit {
            BenefitDto::Percent { percent } => need(
                (1..=100).contains(percent),
                "/benefit/percent",
                "out_of_range",
                "Give a number from 1 to 100.".to_owned(),
            ),
            BenefitDto::Amount { amount } => need(
                (1..=MAX_PRICE).contains(&amount.amount()),
                "/benefit/amount",
                "out_of_range",
                format!("Give an amount from 1 to {MAX_PRICE} minor units."),
            ),
        }
        let ordered = self.valid_from.zip(self.valid_until).is_none_or(|(from, until)| from < until);
        need(ordered, "/valid_until", "invalid_dates", "Choose an instant after the first.".to_owned());
        if !errors.is_empty() {
            return Err(invalid_fields(errors));
        }
        let promotion = Promotion {
            code: self.code,
            benefit: self.benefit.into(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            min_nights: self.min_nights,
        };
        Ok((promotion, self.max_uses))
    }
}

/// Give a listing a promotion.
///
/// Guests name the code with a quote. A use is counted when a booking is made, and is given back when its hold runs out,
/// its request is refused, or its host calls the stay off; a booking beyond the last use is 409 `promo_used_up`.
#[utoipa::path(
    post, path = "/properties/{property_id}/promotions", tag = "properties", operation_id = "create_promotion",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = NewPromotion,
    responses((status = 201, description = "The promotion", body = PromotionDto), web::Problems),
)]
pub(crate) async fn create_promotion(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<NewPromotion>,
) -> Result<impl IntoResponse, Problem> {
    let (promotion, max_uses) = input.parse()?;
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::CreatePromotion).await?;
    let made = create(app.ctx(), host, property_id, promotion, max_uses).await?;
    Ok((StatusCode::CREATED, Json(PromotionDto::from(made))))
}
