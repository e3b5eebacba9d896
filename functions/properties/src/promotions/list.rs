//! `GET /properties/{property_id}/promotions`: the promotions of a listing, as its host sees them.

use axum::Json;
use axum::extract::State;
use domain::cohost::Permission;
use domain::ids::PropertyId;
use services::cohosts::host_seen_by;
use services::promotions::list;
use web::{App, Caller, PathId, Problem};

use super::{PromotionDto, Promotions};

/// The promotions of one's own listing.
#[utoipa::path(
    get, path = "/properties/{property_id}/promotions", tag = "properties", operation_id = "list_promotions",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 200, description = "The oldest first", body = Promotions), web::Problems),
)]
pub(crate) async fn list_promotions(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<Json<Promotions>, Problem> {
    let host = host_seen_by(app.ctx(), caller.user_id, property_id, Permission::Calendar).await?;
    let items = list(app.ctx(), host, property_id).await?;
    Ok(Json(Promotions { items: items.into_iter().map(PromotionDto::from).collect() }))
}
