//! `GET /bookings/{booking_id}`.

use axum::extract::State;
use axum::response::Response;
use domain::ids::BookingId;
use services::bookings::find;
use web::{App, Caller, PathId, Problem};

use crate::view::{BookingView, answer};

/// One of your bookings, as its guest or its host.
#[utoipa::path(
    get, path = "/bookings/{booking_id}", tag = "bookings", operation_id = "get_booking",
    params(("booking_id" = uuid::Uuid, Path, description = "The booking")),
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn get_booking(
    State(app): State<App>,
    caller: Caller,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Response, Problem> {
    let (booking, _) = find(app.ctx(), caller.user_id, booking_id).await?;
    answer(&app, caller.user_id, &booking)
}
