//! `POST /bookings/{booking_id}/check-out`.

use axum::extract::State;
use axum::response::Response;
use domain::booking::BookingEvent;
use domain::ids::BookingId;
use services::bookings::perform;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use crate::view::{BookingView, answer};

/// Say that the guest has left.
///
/// Either side can, from the day of departure on. Said again, it changes nothing. Who leaves on an earlier day cancels the rest.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/check-out", tag = "bookings", operation_id = "check_out_booking",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn check_out_booking(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Response, Problem> {
    let booking = perform(app.ctx(), caller.user_id, booking_id, BookingEvent::CheckOut, None).await?;
    answer(&app, caller.user_id, &booking)
}
