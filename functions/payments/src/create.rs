//! `POST /payments`: pay for a booking.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::ids::BookingId;
use serde::Deserialize;
use web::{App, Caller, IdempotencyKey, Problem, ValidJson};

use crate::view::Payment;

/// What is paid, and with what.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"booking_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4", "payment_method": "pm_card_visa"}))]
pub(crate) struct NewPayment {
    /// A booking of yours that is `pending_payment`.
    #[garde(skip)]
    #[schema(value_type = uuid::Uuid)]
    booking_id: BookingId,
    /// The provider's token of a card. Never send card data.
    #[garde(length(bytes, min = 4, max = 200), custom(is_token))]
    #[schema(min_length = 4, max_length = 200, pattern = "^pm_[A-Za-z0-9_]+$", example = "pm_card_visa")]
    payment_method: String,
}

/// A card's number is digits: it must never get as far as the database.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator calls it so")]
fn is_token(text: &str, (): &()) -> garde::Result {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.strip_prefix("pm_") {
        Some(rest) if !rest.is_empty() && rest.bytes().all(allowed) => Ok(()),
        _ => Err(garde::Error::new("is not a token of the payment provider, such as pm_card_visa")),
    }
}

/// Pay for a booking. The bank is asked in the background: look at the payment until it is no longer `processing`.
#[utoipa::path(
    post, path = "/payments", tag = "payments", operation_id = "create_payment",
    params(("Idempotency-Key" = String, Header, description = "A fresh text for each new intent")),
    request_body = NewPayment,
    responses(
        (status = 202, description = "The bank is being asked", body = Payment, headers(("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_payment(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    ValidJson(input): ValidJson<NewPayment>,
) -> Result<impl IntoResponse, Problem> {
    let NewPayment { booking_id, payment_method } = input;
    let payment =
        services::payments::pay(app.ctx(), caller.user_id, booking_id, &payment_method, key.as_str()).await?;
    let location = format!("/payments/{}", payment.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(Payment::seen_by(caller.user_id, payment))))
}

#[cfg(test)]
mod tests {
    use super::is_token;

    #[test]
    fn card_numbers_are_no_tokens() {
        assert!(is_token("pm_card_visa", &()).is_ok());
        for text in ["4242424242424242", "pm_", "pm_4242 4242", "tok_visa", ""] {
            assert!(is_token(text, &()).is_err(), "{text}");
        }
    }
}
