//! What time alone brings about.

use crate::support::{Bench, eventually};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn an_authorisation_lapses_after_seven_days() {
    let bench = Bench::new().await;
    let id = bench.authorised("pm_card_visa").await;
    let captured = bench.captured("pm_card_visa").await;
    bench.clock.advance_millis(7 * DAY - 1);
    let path = format!("/v1/payment_intents/{id}");
    assert_eq!(bench.caller.get(&path).await.body["status"], "requires_capture");
    bench.clock.advance_millis(1);
    let lapsed = bench.caller.get(&path).await.body;
    assert_eq!(
        (lapsed["status"].as_str(), lapsed["cancellation_reason"].as_str()),
        (Some("canceled"), Some("automatic"))
    );
    assert_eq!(bench.caller.post(&format!("{path}/capture"), &[], None).await.status, 400);
    assert!(bench.event_kinds().contains(&"payment_intent.canceled".to_owned()));
    let captured = bench.caller.get(&format!("/v1/payment_intents/{captured}")).await.body;
    assert_eq!(captured["status"], "succeeded");
}

#[tokio::test]
async fn it_lapses_without_being_asked_after() {
    let bench = Bench::new().await;
    bench.authorised("pm_card_visa").await;
    bench.clock.advance_millis(7 * DAY);
    eventually(|| bench.event_kinds().contains(&"payment_intent.canceled".to_owned())).await;
}

#[tokio::test]
async fn a_refund_may_fail_later_and_its_amount_is_there_again() {
    let bench = Bench::new().await;
    let id = bench.captured("pm_card_refundFail").await;
    let refund = bench.caller.post("/v1/refunds", &[("payment_intent", &id)], None).await.body;
    assert_eq!(refund["status"], "succeeded");
    bench.clock.advance_millis(60_000);
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    assert_eq!(bench.caller.get(&path).await.body["status"], "failed");
    assert_eq!(bench.books().totals().unwrap()["usd"].refunded, 0);
    assert_eq!(bench.caller.post("/v1/refunds", &[("payment_intent", &id)], None).await.status, 200);

    let id = bench.captured("pm_card_pendingRefund").await;
    let refund = bench.caller.post("/v1/refunds", &[("payment_intent", &id)], None).await.body;
    assert_eq!(refund["status"], "pending");
    bench.clock.advance_millis(60_000);
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    assert_eq!(bench.caller.get(&path).await.body["status"], "succeeded");
}
