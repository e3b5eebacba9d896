//! `POST /bookings`: hold the nights of a quote.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::ids::QuoteId;
use serde::Deserialize;
use services::bookings::{Message, book};
use web::{App, Caller, IdempotencyKey, Problem, ValidJson};

use crate::view::{BookingView, answer};

/// What to book.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "quote_id": "0199c1a0-7c00-7000-8000-000000000001",
    "message": "We come by train and arrive in the evening.",
}))]
pub(crate) struct CreateBooking {
    /// One of your own quotes; each becomes one booking.
    #[garde(skip)]
    #[schema(value_type = uuid::Uuid)]
    quote_id: QuoteId,
    /// What you want the host to know.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    message: Option<Message>,
}

/// Book the stay of a quote.
///
/// The nights are held for 15 minutes; pay before `hold_expires_at`. A quote that became a booking before is answered
/// with that booking.
#[utoipa::path(
    post, path = "/bookings", tag = "bookings", operation_id = "create_booking",
    params(("Idempotency-Key" = String, Header, description = "One key for each intent to book")),
    request_body = CreateBooking,
    responses(
        (status = 201, description = "The nights are held", body = BookingView,
            headers(("ETag" = String), ("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_booking(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    ValidJson(input): ValidJson<CreateBooking>,
) -> Result<impl IntoResponse, Problem> {
    let booking = book(app.ctx(), caller.user_id, input.quote_id, input.message.as_ref()).await?;
    let location = [(LOCATION, format!("/bookings/{}", booking.id))];
    Ok((StatusCode::CREATED, location, answer(&app, caller.user_id, &booking)?))
}
