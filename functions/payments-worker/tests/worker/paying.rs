//! From a guest's word to a taken amount.

use domain::ids::PaymentId;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use services::gateway::{AuthoriseRequest, IdempotencyKey, PaymentGateway as _};

use crate::support::{Bench, TOTAL, code, kind, usd};

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_booking_is_confirmed_and_captured_once() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    bench.pump().await;
    assert_eq!(bench.booking_state(booking).await, "confirmed");
    assert_eq!(bench.payment(payment, "state").await, "captured");
    assert_eq!(bench.payment(payment, "captured").await, TOTAL);
    assert_eq!(bench.notices(booking, "confirmed").await, 1);
    let intents = bench.books().intents().unwrap();
    assert_eq!(intents.len(), 1);
    assert_eq!(intents[0]["amount_received"], TOTAL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_book_waits_for_its_host() {
    let bench = Bench::new().await;
    let booking = bench.booking("request").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    bench.pump().await;
    assert_eq!(bench.booking_state(booking).await, "requested");
    assert_eq!(bench.payment(payment, "state").await, "authorised");
    assert_eq!(bench.notices(booking, "requested").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_out() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    let message = bench.open_message().await;
    // The call and its two repetitions have their effect, and nobody hears of it.
    bench.fail_next(3, &json!({ "timeout_after": "drop" }), "/v1/payment_intents");
    bench.handle(&message).await.unwrap_err();
    assert_eq!(bench.payment(payment, "state").await, "processing");
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "captured");
    assert_eq!(bench.books().intents().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_capture_is_found_out() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    bench.handle(&bench.open_message().await).await.unwrap();
    let capture = bench.open_message().await;
    assert_eq!(kind(&capture), "capture");
    bench.fail_next(3, &json!({ "timeout_after": "drop" }), "/v1/payment_intents");
    bench.handle(&capture).await.unwrap_err();
    // Days later the provider knows the key no more, and refuses to capture twice.
    bench.advance(3 * 24 * 60);
    bench.pump().await;
    assert_eq!(bench.payment(payment, "captured").await, TOTAL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_leaves_the_booking_waiting_for_another() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let declined = bench.pay(booking, "pm_card_chargeDeclinedLostCard").await;
    bench.pump().await;
    assert_eq!(bench.payment(declined, "state").await, "failed");
    assert_eq!(bench.payment(declined, "failure").await, "card_declined");
    assert_eq!(bench.booking_state(booking).await, "pending_payment");
    assert_eq!(bench.notices(booking, "payment_declined").await, 1);

    let poor = bench.pay(booking, "pm_card_chargeDeclinedInsufficientFunds").await;
    bench.pump().await;
    assert_eq!(bench.payment(poor, "failure").await, "insufficient_funds");
    let unknown = bench.pay(booking, "pm_nothing").await;
    bench.pump().await;
    assert_eq!(bench.payment(unknown, "failure").await, "unknown_payment_method");

    let paid = bench.pay(booking, "pm_card_visa").await;
    bench.pump().await;
    assert_eq!(bench.payment(paid, "state").await, "captured");
    assert_eq!(bench.booking_state(booking).await, "confirmed");
}

async fn to_authenticate(bench: &Bench) -> (PaymentId, domain::ids::BookingId, String) {
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_authenticationRequired").await;
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "requires_action");
    assert_eq!(bench.notices(booking, "payment_action_required").await, 1);
    let action = bench.payment(payment, "next_action").await;
    assert_eq!(action["type"], "redirect_to_url");
    assert!(action["url"].as_str().unwrap().starts_with(bench.provider.url()));
    let intent = bench.payment(payment, "provider_id").await.as_str().unwrap().to_owned();
    (payment, booking, intent)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guests_proof_resumes_the_payment() {
    let bench = Bench::new().await;
    let (payment, booking, intent) = to_authenticate(&bench).await;
    bench.books().authenticate(&intent, true).unwrap();
    for event in bench.events() {
        bench.receive(&event).await;
    }
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "captured");
    assert_eq!(bench.payment(payment, "next_action").await, Value::Null);
    assert_eq!(bench.booking_state(booking).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_proves_nothing_may_try_again() {
    let bench = Bench::new().await;
    let (payment, booking, intent) = to_authenticate(&bench).await;
    bench.books().authenticate(&intent, false).unwrap();
    for event in bench.events() {
        bench.receive(&event).await;
    }
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "failed");
    assert_eq!(bench.payment(payment, "failure").await, "authentication_failed");
    assert_eq!(bench.booking_state(booking).await, "pending_payment");
    bench.pay(booking, "pm_card_visa").await;
    bench.pump().await;
    assert_eq!(bench.booking_state(booking).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_sent_is_not_sent_too_late() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    bench.advance(16);
    bench.expire_holds().await;
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "cancelled");
    assert_eq!(bench.booking_state(booking).await, "expired");
    assert!(bench.books().intents().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_in_time_and_heard_of_too_late_is_let_go() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    // The process dies after the call.
    let key = IdempotencyKey::derive(format_args!("payment:{payment}"), "authorise", 1);
    let request = AuthoriseRequest {
        amount: usd(TOTAL),
        payment_method: "pm_card_visa".to_owned(),
        payment_id: payment,
        booking_id: booking,
        transfer_group: format!("booking:{booking}"),
    };
    bench.gateway.gateway().await.unwrap().authorise(&key, &request).await.unwrap();
    // The provider forgets the key, and the nights are gone.
    bench.advance(25 * 60);
    bench.expire_holds().await;
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "cancelled");
    assert_eq!(bench.notices(booking, "paid_too_late").await, 1);
    let intents = bench.books().intents().unwrap();
    assert_eq!((intents.len(), &intents[0]["status"]), (1, &json!("canceled")));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_attempt_at_a_time() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let pay = || bench.try_to_pay(bench.guest, booking, "pm_card_visa");
    let attempts = join_all((0..20).map(|_| pay())).await;
    let (begun, refused): (Vec<_>, Vec<_>) = attempts.into_iter().partition(Result::is_ok);
    assert_eq!(begun.len(), 1);
    assert!(refused.into_iter().all(|refusal| code(refusal) == "payment_in_progress"));
    bench.pump().await;
    assert_eq!(code(pay().await), "illegal_transition");
    assert_eq!(bench.value("SELECT to_jsonb(count(*)) FROM payments").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_again_is_the_attempt_that_it_began() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let pay = async |key: &str, method: &str| {
        services::payments::pay(&bench.ctx, bench.guest, booking, method, key).await
    };
    let first = pay("one", "pm_card_chargeDeclined").await.unwrap().id;
    let again = join_all((0..10).map(|_| pay("one", "pm_card_chargeDeclined"))).await;
    assert!(again.into_iter().all(|payment| payment.unwrap().id == first));
    bench.pump().await;
    let declined = pay("one", "pm_card_chargeDeclined").await.unwrap();
    assert_eq!((declined.id, declined.state.code()), (first, "failed"), "no second attempt by itself");
    let second = pay("two", "pm_card_visa").await.unwrap().id;
    assert_ne!(second, first);
    bench.pump().await;
    assert_eq!(pay("two", "pm_card_visa").await.unwrap().state.code(), "captured");
    assert_eq!(code(pay("three", "pm_card_visa").await), "illegal_transition");
    assert_eq!(bench.books().intents().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_leave_nothing_behind() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let by = |user| bench.try_to_pay(user, booking, "pm_card_visa");
    assert_eq!(code(by(bench.host).await), "not found");
    bench.run("UPDATE host_accounts SET state = 'restricted'").await;
    assert_eq!(code(by(bench.guest).await), "host_not_payable");
    bench.run("UPDATE host_accounts SET state = 'enabled'").await;
    // Over, though nobody has released the nights yet.
    bench.advance(15);
    assert_eq!(code(by(bench.guest).await), "hold_expired");
    assert_eq!(bench.value("SELECT to_jsonb(count(*)) FROM payments").await, 0);
    assert_eq!(bench.value("SELECT to_jsonb(count(*)) FROM outbox").await, 0);
    assert_eq!(bench.now() - SignedDuration::from_mins(15), "2026-06-01T12:00:00Z".parse().unwrap());
}
