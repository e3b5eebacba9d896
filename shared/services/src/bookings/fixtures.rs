//! A booking for tests.

use domain::booking::BookingState;
use domain::cancellation::{CancellationPolicyCode, PolicySnapshot};
use domain::payment::PaymentState;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::bookings::Booking;

/// An instant, by RFC 3339.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// Five nights in New York from 1 June 2026: subtotal 1100.00, service fee 154.00, no taxes; made on 1 May, confirmed a
/// minute later where the state says so.
pub(crate) fn booking(state: BookingState, policy: CancellationPolicyCode) -> Booking {
    let confirmed = !matches!(state, BookingState::PendingPayment | BookingState::Requested);
    serde_json::from_value(json!({
        "id": "00000000-0000-7000-8000-000000000001",
        "quote_id": "00000000-0000-7000-8000-000000000002",
        "property_id": "00000000-0000-7000-8000-000000000003",
        "title": "A home",
        "unit_id": "00000000-0000-7000-8000-000000000004",
        "host_id": "00000000-0000-7000-8000-000000000005",
        "cohosts": [],
        "guest_id": "00000000-0000-7000-8000-000000000006",
        "state": state,
        "booking_mode": "instant",
        "stay": {"check_in": "2026-06-01", "check_out": "2026-06-06"},
        "time_zone": "America/New_York",
        "check_in_time": "15:00:00",
        "check_out_time": "11:00:00",
        "check_in_at": "2026-06-01T19:00:00+00:00",
        "check_out_at": "2026-06-06T15:00:00+00:00",
        "guests": {"adults": 2, "children": 0, "infants": 0, "pets": 0},
        "priced": {
            "lines": [], "nights": [], "subtotal": usd(110_000), "guest_fee": usd(15_400), "taxes": usd(0),
            "total": usd(125_400), "host_fee": usd(3_300), "payout": usd(106_700), "tax_shares": [],
            "rules_version": 1,
        },
        "policy": PolicySnapshot::current(policy),
        "message": "",
        "details": {},
        "hold_expires_at": (!confirmed).then_some("2026-05-01T12:15:00+00:00"),
        "confirmed_at": confirmed.then_some("2026-05-01T12:01:00+00:00"),
        "ended_at": null, "checked_in_at": null, "checked_out_at": null, "settlement": null,
        "created_at": "2026-05-01T12:00:00+00:00",
        "updated_at": "2026-05-01T12:00:00+00:00",
        "version": 3,
        "payments": [],
    }))
    .unwrap()
}

/// The same with a payment of the whole in `state`, of which `captured` was taken and `refunded` went back.
pub(crate) fn with_payment(
    mut booking: Booking,
    state: PaymentState,
    captured: i64,
    refunded: i64,
) -> Booking {
    let id = format!("00000000-0000-7000-8000-0000000001{:02}", booking.payments.len());
    let payment = json!({
        "id": id, "state": state, "amount": usd(125_400), "captured": usd(captured), "refunded": usd(refunded),
        "created_at": "2026-05-01T12:00:30+00:00", "version": 2,
    });
    booking.payments.push(serde_json::from_value(payment).unwrap());
    booking
}
