//! `POST /bookings/{booking_id}/cancel`.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::ids::BookingId;
use domain::money::Money;
use serde::{Deserialize, Serialize};
use services::bookings::{Reason, cancel};
use web::dto::MoneyDto;
use web::{App, Caller, ETag, IdempotencyKey, PathId, Problem, ValidJson};

use crate::view::BookingView;

/// Why.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Our train does not run that day."}))]
pub(crate) struct CancelBooking {
    /// Read by the other side.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Reason,
}

/// A cancelled booking and what it gave back; its `settlement` is equal to a preview that was valid.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CancelledBooking {
    /// The booking.
    #[serde(flatten)]
    booking: BookingView,
    /// What goes back to the guest.
    #[schema(value_type = MoneyDto)]
    refund: Money,
}

/// Cancel a confirmed stay, or depart early.
///
/// The nights that are left go back on sale. A guest gets back what the policy on the booking says, see the preview; of
/// a host's cancellation the guest gets back everything.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/cancel", tag = "bookings", operation_id = "cancel_booking",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    request_body = CancelBooking,
    responses((status = 200, description = "The booking, and what it gave back", body = CancelledBooking,
        headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn cancel_booking(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
    ValidJson(input): ValidJson<CancelBooking>,
) -> Result<impl IntoResponse, Problem> {
    let cancelled = cancel(app.ctx(), caller.user_id, booking_id, &input.reason).await?;
    let body = CancelledBooking {
        booking: BookingView::new(&cancelled.booking, caller.user_id, app.ctx().now())?,
        refund: cancelled.settlement.refund,
    };
    Ok((ETag::version(cancelled.booking.version), Json(body)))
}
