//! `GET /bookings/{booking_id}/modifications`.

use axum::Json;
use axum::extract::State;
use domain::ids::BookingId;
use services::modifications::list;
use web::{App, Caller, PathId, Problem};

use super::{ModificationView, Modifications};

/// The modifications that were proposed for a booking.
#[utoipa::path(
    get, path = "/bookings/{booking_id}/modifications", tag = "bookings", operation_id = "list_modifications",
    params(("booking_id" = uuid::Uuid, Path, description = "The booking")),
    responses((status = 200, description = "The newest first", body = Modifications), web::Problems),
)]
pub(crate) async fn list_modifications(
    State(app): State<App>,
    caller: Caller,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Json<Modifications>, Problem> {
    let items = list(app.ctx(), caller.user_id, booking_id).await?;
    Ok(Json(Modifications { items: items.into_iter().map(ModificationView::from).collect() }))
}
