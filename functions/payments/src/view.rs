//! Payments and refunds as clients see them.

use domain::ids::UserId;
use domain::money::Money;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;
use web::dto::MoneyDto;

/// An attempt to pay for a booking.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11", "booking_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4",
    "state": "partially_refunded", "amount": {"amount": 125_400, "currency": "USD"},
    "captured": {"amount": 125_400, "currency": "USD"}, "refunded": {"amount": 5_000, "currency": "USD"},
    "failure": null, "next_action": null,
    "refunds": [{
        "id": "01936f2b-5c0d-7e61-b1a7-3f1f7f0f9a55", "payment_id": "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11",
        "amount": {"amount": 5_000, "currency": "USD"}, "reason": "The heating failed for a night.",
        "state": "succeeded", "created_at": "2026-06-03T09:00:00Z",
    }],
    "created_at": "2026-06-01T12:00:00Z", "updated_at": "2026-06-03T09:00:02Z",
}))]
pub(crate) struct Payment {
    /// Its id.
    id: Uuid,
    /// What is paid for.
    booking_id: Uuid,
    /// Where it stands. `processing` is being asked of the bank; a `failed` or `cancelled` one allows another attempt while
    /// the booking's hold stands.
    #[schema(value_type = PaymentState)]
    state: domain::payment::PaymentState,
    /// What is to be paid.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// What was taken.
    #[schema(value_type = MoneyDto)]
    captured: Money,
    /// What went back, or is on its way back.
    #[schema(value_type = MoneyDto)]
    refunded: Money,
    /// Why it failed: a stable code such as `card_declined`, `insufficient_funds`, `authentication_failed`.
    #[schema(max_length = 64)]
    failure: Option<String>,
    /// What the guest must do while it is `requires_action`; for the guest alone.
    next_action: Option<NextAction>,
    /// What went back or is on its way: the latest 20, the oldest of them first.
    #[schema(max_items = 20)]
    refunds: Vec<Refund>,
    /// When it was begun.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// The states of a payment, for the schema.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of the domain's type, which knows no HTTP")]
pub(crate) enum PaymentState {
    Processing,
    RequiresAction,
    Authorised,
    Captured,
    PartiallyRefunded,
    Refunded,
    Failed,
    Cancelled,
    Disputed,
}

/// What the guest must do before the bank says yes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NextAction {
    /// `redirect_to_url`, or `use_sdk` where only the provider's own script can.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "redirect_to_url")]
    kind: String,
    /// Where the guest proves who they are.
    #[schema(format = "uri", max_length = 5000)]
    url: Option<String>,
    /// For the provider's script in the guest's browser.
    #[schema(max_length = 500)]
    client_secret: String,
}

/// Money on its way back to the guest.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f2b-5c0d-7e61-b1a7-3f1f7f0f9a55", "payment_id": "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11",
    "amount": {"amount": 5_000, "currency": "USD"}, "reason": "The heating failed for a night.",
    "state": "pending", "created_at": "2026-06-03T09:00:00Z",
}))]
pub(crate) struct Refund {
    /// Its id.
    id: Uuid,
    /// The payment that it comes from.
    payment_id: Uuid,
    /// How much.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
    /// Where it stands; the amount of a `failed` one may be refunded again.
    #[schema(value_type = RefundState)]
    state: domain::payment::RefundState,
    /// When it was asked for.
    created_at: Timestamp,
}

/// The states of a refund, for the schema.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of the domain's type, which knows no HTTP")]
pub(crate) enum RefundState {
    Pending,
    Succeeded,
    Failed,
}

impl Payment {
    /// The payment as `viewer` may see it.
    pub(crate) fn seen_by(viewer: UserId, payment: store::payments::Payment) -> Self {
        let is_guest = payment.guest_id == viewer;
        Self {
            id: payment.id.into(),
            booking_id: payment.booking_id.into(),
            state: payment.state,
            amount: payment.amount,
            captured: payment.captured,
            refunded: payment.refunded,
            failure: payment.failure,
            next_action: payment.next_action.filter(|_| is_guest).map(|action| NextAction {
                kind: action.kind,
                url: action.url,
                client_secret: action.client_secret,
            }),
            refunds: payment.refunds.into_iter().map(Refund::from).collect(),
            created_at: payment.created_at,
            updated_at: payment.updated_at,
        }
    }
}

impl From<store::refunds::Refund> for Refund {
    fn from(refund: store::refunds::Refund) -> Self {
        Self {
            id: refund.id.into(),
            payment_id: refund.payment_id.into(),
            amount: refund.amount,
            reason: refund.reason,
            state: refund.state,
            created_at: refund.created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn seen_by(viewer: u128) -> Value {
        let id = Uuid::from_u128;
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let payment: store::payments::Payment = serde_json::from_value(json!({
            "id": id(1), "booking_id": id(2), "guest_id": id(3), "host_id": id(4), "state": "requires_action",
            "amount": usd(100), "captured": usd(0), "refunded": usd(0), "payment_method": "pm_secret",
            "provider_id": "pi_secret", "failure": null, "created_at": "2026-06-01T12:00:00Z",
            "next_action": {"type": "redirect_to_url", "url": "https://bank.example/", "client_secret": "cs"},
            "updated_at": "2026-06-01T12:00:00Z", "version": 1, "refunds": [],
        }))
        .unwrap();
        serde_json::to_value(Payment::seen_by(id(viewer).into(), payment)).unwrap()
    }

    #[test]
    fn the_guests_proof_is_for_the_guest() {
        assert_eq!(seen_by(3)["next_action"]["client_secret"], "cs");
        assert_eq!(seen_by(3)["next_action"]["type"], "redirect_to_url");
        assert_eq!(seen_by(4)["next_action"], Value::Null);
        assert!(!seen_by(3).to_string().contains("pm_secret"));
        assert!(!seen_by(3).to_string().contains("pi_secret"));
    }
}
