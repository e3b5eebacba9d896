//! `GET /bookings/{booking_id}/cancellation`: what a cancellation would give back.

use axum::Json;
use axum::extract::State;
use domain::ids::BookingId;
use services::bookings::preview;
use web::{App, Caller, PathId, Problem};

use crate::view::SettlementView;

/// What your cancellation would give back now.
///
/// A cancellation until `valid_until` gives exactly this.
#[utoipa::path(
    get, path = "/bookings/{booking_id}/cancellation", tag = "bookings", operation_id = "preview_cancellation",
    params(("booking_id" = uuid::Uuid, Path, description = "The booking")),
    responses((status = 200, description = "The preview", body = SettlementView), web::Problems),
)]
pub(crate) async fn preview_cancellation(
    State(app): State<App>,
    caller: Caller,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Json<SettlementView>, Problem> {
    let settlement = preview(app.ctx(), caller.user_id, booking_id).await?;
    Ok(Json(SettlementView::from(&settlement)))
}
