//! `POST /bookings/{booking_id}/no-show`.

use axum::extract::State;
use axum::response::Response;
use domain::booking::BookingEvent;
use domain::ids::BookingId;
use services::bookings::perform;
use web::{App, Caller, IdempotencyKey, PathId, Problem};

use crate::view::{BookingView, answer};

/// Say that the guest did not come.
///
/// Only the host can, from the day after the arrival until the check-out time. The nights left go back on sale.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/no-show", tag = "bookings", operation_id = "declare_no_show",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn declare_no_show(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Response, Problem> {
    let booking = perform(app.ctx(), caller.user_id, booking_id, BookingEvent::NoShow, None).await?;
    answer(&app, caller.user_id, &booking)
}
