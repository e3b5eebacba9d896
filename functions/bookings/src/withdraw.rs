//! `POST /bookings/{booking_id}/withdraw`.

use axum::extract::State;
use axum::response::Response;
use domain::booking::BookingEvent;
use domain::ids::BookingId;
use services::bookings::perform;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use crate::view::{BookingView, answer};

/// Take a request to book back.
///
/// The nights go back on sale and what was set aside is let go. Only its guest can, before the host has answered.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/withdraw", tag = "bookings", operation_id = "withdraw_booking",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn withdraw_booking(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Response, Problem> {
    let booking = perform(app.ctx(), caller.user_id, booking_id, BookingEvent::Withdraw, None).await?;
    answer(&app, caller.user_id, &booking)
}
