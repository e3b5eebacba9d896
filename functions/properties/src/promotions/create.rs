//! `POST /properties/{property_id}/promotions`: give a listing a promotion.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::PropertyId;
use services::cohosts::acting_host;
use services::promotions::create;
use web::dto::listing::NewPromotion;
use web::{App, Caller, PathId, Problem, ValidJson};

use super::PromotionDto;

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
