//! `POST /bookings/{booking_id}/override-refund`: the staff gives money back beyond the policy.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::ids::{BookingId, PaymentId, RefundId};
use domain::money::Money;
use serde::{Deserialize, Serialize};
use services::bookings::{Override, Reason};
use web::dto::MoneyDto;
use web::{AdminCaller, App, IdempotencyKey, Page, PathId, Problem, ValidJson};

/// How much, and why.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "amount": {"amount": 5_000, "currency": "USD"}, "reason": "A storm closed the road to the island.",
}))]
pub(crate) struct OverrideRefund {
    /// How much, in the currency that was charged; all that was taken and did not go back yet if absent.
    #[garde(skip)]
    #[schema(value_type = Option<MoneyDto>)]
    amount: Option<Money>,
    /// Both sides read it in the booking's events, and it goes on record.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Reason,
}

/// What goes back, of which payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PartialRefund {
    /// The refund.
    #[schema(value_type = uuid::Uuid)]
    id: RefundId,
    /// The payment that it comes from.
    #[schema(value_type = uuid::Uuid)]
    payment_id: PaymentId,
    /// How much.
    #[schema(value_type = MoneyDto)]
    amount: Money,
}

/// Give money back whatever the policy says, for the staff.
///
/// For extenuating circumstances: at most what was taken for the booking and did not go back yet. The booking's state and
/// nights stay as they are. The answer has one refund for each payment that gives a part: a booking that was made longer
/// has several.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/override-refund", tag = "bookings", operation_id = "override_refund",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    request_body = OverrideRefund,
    responses((status = 202, description = "The money is on its way", body = Page<PartialRefund>), web::Problems),
)]
pub(crate) async fn override_refund(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
    ValidJson(input): ValidJson<OverrideRefund>,
) -> Result<impl IntoResponse, Problem> {
    let input = Override { amount: input.amount, reason: input.reason, key: key.as_str().to_owned() };
    let refunds = services::bookings::override_refund(app.ctx(), caller.user_id, booking_id, &input).await?;
    let part = |refund: store::bookings::OverriddenRefund| PartialRefund {
        id: refund.id,
        payment_id: refund.payment_id,
        amount: refund.amount,
    };
    let items = refunds.into_iter().map(part).collect();
    Ok((StatusCode::ACCEPTED, Json(Page { items, next_cursor: None })))
}
