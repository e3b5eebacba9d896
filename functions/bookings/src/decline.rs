//! `POST /bookings/{booking_id}/decline`.

use axum::extract::State;
use axum::response::Response;
use domain::booking::BookingEvent;
use domain::ids::BookingId;
use services::bookings::perform;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use crate::view::{BookingView, answer};

/// Decline a request to book.
///
/// The nights go back on sale and what was set aside is let go. Only its host can, before an answer.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/decline", tag = "bookings", operation_id = "decline_booking",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn decline_booking(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Response, Problem> {
    let booking = perform(app.ctx(), caller.user_id, booking_id, BookingEvent::Decline, None).await?;
    answer(&app, caller.user_id, &booking)
}
