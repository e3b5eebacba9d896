//! `POST /bookings/{booking_id}/modifications/{modification_id}/accept`.

use axum::Json;
use axum::extract::State;
use domain::ids::{BookingId, ModificationId};
use services::modifications::accept;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use super::ModificationView;

/// Accept the modification that the other side proposed.
///
/// Where the guest pays no more, the booking changes at once and what goes back is on its way. Otherwise the nights of both
/// stays are held for 15 minutes while the difference is charged: the modification is `paying`, then `accepted`, or
/// `payment_failed` and the booking is as it was.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/modifications/{modification_id}/accept", tag = "bookings",
    operation_id = "accept_modification",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("modification_id" = uuid::Uuid, Path, description = "The modification"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The modification", body = ModificationView), web::Problems),
)]
pub(crate) async fn accept_modification(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId((booking_id, modification_id)): PathId<(BookingId, ModificationId)>,
) -> Result<Json<ModificationView>, Problem> {
    let answered = accept(app.ctx(), caller.user_id, booking_id, modification_id).await?;
    Ok(Json(answered.into()))
}
