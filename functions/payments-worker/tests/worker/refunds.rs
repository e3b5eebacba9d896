//! Money on its way back.

use domain::ids::PaymentId;
use domain::money::Money;
use futures::future::join_all;
use serde_json::json;
use services::Failure;
use services::payments::{RefundInput, Requester, refund};
use store::refunds::Refund;

use crate::support::{Bench, TOTAL, code, usd};

async fn ask(bench: &Bench, payment: PaymentId, amount: Option<Money>, key: &str) -> Result<Refund, Failure> {
    let by = Requester { user: bench.host, is_admin: false };
    let input = RefundInput { amount, reason: "A cold night".parse().unwrap(), key: key.to_owned() };
    refund(&bench.ctx, by, payment, &input).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_never_give_back_too_much() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_visa").await;
    let keys: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let asked = join_all(keys.iter().map(|key| ask(&bench, payment, Some(usd(1_000)), key))).await;
    let made = asked.iter().filter(|refund| refund.is_ok()).count();
    // 372.00 hold 37 times 10.00; the others were refused, not lost.
    assert_eq!(made, 37);
    for refused in asked.into_iter().filter(Result::is_err) {
        let code = code(refused);
        assert!(code == "refund_exceeds_captured" || code == "conflict", "{code}");
    }
    assert_eq!(bench.payment(payment, "refunded").await, 37_000);
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "partially_refunded");
    assert_eq!(bench.payment(payment, "returned").await, 37_000);
    assert_eq!(bench.books().refunds().unwrap().len(), 37);

    assert_eq!(ask(&bench, payment, None, "rest").await.unwrap().amount, usd(200));
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "refunded");
    assert_eq!(bench.payment(payment, "returned").await, TOTAL);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_refund() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_visa").await;
    let asked = join_all((0..20).map(|_| ask(&bench, payment, Some(usd(1_000)), "key"))).await;
    let ids: Vec<_> = asked.into_iter().map(|refund| refund.unwrap().id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(bench.payment(payment, "refunded").await, 1_000);
    // Also when all is gone by then.
    ask(&bench, payment, None, "rest").await.unwrap();
    assert_eq!(ask(&bench, payment, Some(usd(1_000)), "key").await.unwrap().id, ids[0]);
    assert_eq!(code(ask(&bench, payment, Some(usd(1)), "more").await), "refund_exceeds_captured");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_refund_is_found_after_the_key_is_forgotten() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_visa").await;
    ask(&bench, payment, Some(usd(1_000)), "key").await.unwrap();
    let message = bench.open_message().await;
    bench.fail_next(3, &json!({ "timeout_after": "drop" }), "/v1/refunds");
    bench.handle(&message).await.unwrap_err();
    bench.advance(25 * 60);
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "partially_refunded");
    assert_eq!(bench.books().refunds().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_back_may_be_asked_for_again() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_refundFail").await;
    let first = ask(&bench, payment, None, "first").await.unwrap();
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "refunded");
    // The bank sends it back.
    bench.advance(60);
    bench.books().sweep().unwrap();
    for event in bench.events().iter().rev() {
        bench.receive(event).await;
    }
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "captured");
    assert_eq!(bench.payment(payment, "refunded + returned").await, 0);
    let state = format!("SELECT to_jsonb(state) FROM refunds WHERE id = '{}'", first.id);
    assert_eq!(bench.value(&state).await, "failed");
    ask(&bench, payment, None, "second").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_refund_succeeds_by_its_event() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_pendingRefund").await;
    ask(&bench, payment, None, "key").await.unwrap();
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "captured");
    assert_eq!(bench.payment(payment, "refunded").await, TOTAL);
    bench.advance(60);
    bench.books().sweep().unwrap();
    for event in bench.events() {
        bench.receive(&event).await;
    }
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "refunded");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_back_of_what_was_not_taken() {
    let bench = Bench::new().await;
    let booking = bench.booking("request").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    bench.pump().await;
    assert_eq!(code(ask(&bench, payment, None, "key").await), "illegal_transition");
}
