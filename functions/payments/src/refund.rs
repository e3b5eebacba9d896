//! `POST /payments/{payment_id}/refunds`: give money back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::ids::PaymentId;
use domain::money::Money;
use serde::Deserialize;
use services::payments::{RefundInput, Requester};
use web::{App, Caller, IdempotencyKey, PathId, Problem, ValidJson};

use crate::view::Refund;

/// How much goes back, and why.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": 5_000, "currency": "USD"}, "reason": "The heating failed for a night."}))]
pub(crate) struct NewRefund {
    /// How much, in the currency that was charged; all that is left if absent.
    #[garde(skip)]
    #[schema(value_type = Option<web::dto::MoneyDto>)]
    amount: Option<Money>,
    /// Why; the guest reads it.
    #[garde(length(chars, min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Give money back: for the host of the booking, and the staff.
#[utoipa::path(
    post, path = "/payments/{payment_id}/refunds", tag = "payments", operation_id = "create_refund",
    params(
        ("payment_id" = uuid::Uuid, Path, description = "The payment"),
        ("Idempotency-Key" = String, Header, description = "A fresh text for each new intent"),
    ),
    request_body = NewRefund,
    responses((status = 202, description = "The money is on its way", body = Refund), web::Problems),
)]
pub(crate) async fn create_refund(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    PathId(payment_id): PathId<PaymentId>,
    ValidJson(input): ValidJson<NewRefund>,
) -> Result<impl IntoResponse, Problem> {
    let by = Requester { user: caller.user_id, is_admin: caller.is_admin() };
    let input = RefundInput {
        amount: input.amount,
        reason: input
            .reason
            .parse()
            .map_err(|invalid: domain::invalid::Invalid| invalid.refuse("/reason"))?,
        key: key.as_str().to_owned(),
    };
    let refund = services::payments::refund(app.ctx(), by, payment_id, &input).await?;
    Ok((StatusCode::ACCEPTED, Json(Refund::from(refund))))
}
