//! `POST /bookings/{booking_id}/accept`.

use axum::extract::State;
use axum::response::Response;
use domain::booking::BookingEvent;
use domain::ids::BookingId;
use services::bookings::perform;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use crate::view::{BookingView, answer};

/// Accept a request to book.
///
/// The stay is confirmed and paid. Only its host can, and only while the answer is awaited.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/accept", tag = "bookings", operation_id = "accept_booking",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn accept_booking(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Response, Problem> {
    let booking = perform(app.ctx(), caller.user_id, booking_id, BookingEvent::Accept, None).await?;
    answer(&app, caller.user_id, &booking)
}
