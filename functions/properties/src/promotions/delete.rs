//! `DELETE /properties/{property_id}/promotions/{promotion_id}`: take a promotion back.

use axum::extract::State;
use axum::http::StatusCode;
use domain::cohost::Act;
use domain::ids::{PromotionId, PropertyId};
use services::cohosts::acting_host;
use services::promotions::withdraw;
use web::{App, Caller, PathId, Problem};

/// Take a promotion back.
///
/// New quotes no longer know its code; quotes and bookings that stand keep their price.
#[utoipa::path(
    delete, path = "/properties/{property_id}/promotions/{promotion_id}", tag = "properties",
    operation_id = "delete_promotion",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("promotion_id" = uuid::Uuid, Path, description = "The promotion"),
    ),
    responses((status = 204, description = "It is gone"), web::Problems),
)]
pub(crate) async fn delete_promotion(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, promotion_id)): PathId<(PropertyId, PromotionId)>,
) -> Result<StatusCode, Problem> {
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::WithdrawPromotion).await?;
    withdraw(app.ctx(), host, property_id, promotion_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
