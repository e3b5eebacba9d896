//! `POST /bookings/{booking_id}/modifications/{modification_id}/decline`.

use axum::Json;
use axum::extract::State;
use domain::ids::{BookingId, ModificationId};
use services::modifications::decline;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use super::ModificationView;

/// Decline the modification that the other side proposed, or take back your own.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/modifications/{modification_id}/decline", tag = "bookings",
    operation_id = "decline_modification",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("modification_id" = uuid::Uuid, Path, description = "The modification"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The modification", body = ModificationView), web::Problems),
)]
pub(crate) async fn decline_modification(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId((booking_id, modification_id)): PathId<(BookingId, ModificationId)>,
) -> Result<Json<ModificationView>, Problem> {
    let answered = decline(app.ctx(), caller.user_id, booking_id, modification_id).await?;
    Ok(Json(answered.into()))
}
