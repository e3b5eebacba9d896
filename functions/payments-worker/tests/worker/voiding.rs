//! Letting go, whatever the payment has come to.

use domain::ids::PaymentId;
use domain::messages::{MessageBody, PaymentMessage};
use serde_json::json;

use crate::support::{Bench, TOTAL};

/// A void is asked for, as a declined request or a cancelled booking does.
async fn void(bench: &Bench, payment: PaymentId) {
    let message = bench.ctx.message(MessageBody::Payments(PaymentMessage::Void { payment_id: payment }));
    let body = serde_json::to_value(&message).unwrap()["body"].to_string();
    let now = bench.now();
    bench
        .run(&format!(
            "INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             VALUES ('{}', 'payments', '{body}', '{now}', '{now}')",
            message.id
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_aside_is_released() {
    let bench = Bench::new().await;
    let booking = bench.booking("request").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    bench.pump().await;
    void(&bench, payment).await;
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "cancelled");
    assert_eq!(bench.books().intents().unwrap()[0]["status"], "canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_asked_is_only_struck_off() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    let authorise = bench.open_message().await;
    void(&bench, payment).await;
    let messages = bench.open_messages().await;
    let void = messages.iter().find(|message| message.id != authorise.id).unwrap();
    bench.handle(void).await.unwrap();
    assert_eq!(bench.payment(payment, "state").await, "cancelled");
    bench.pump().await;
    assert!(bench.books().intents().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_meanwhile_goes_back_whole_and_once() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_visa").await;
    void(&bench, payment).await;
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "refunded");
    assert_eq!(bench.payment(payment, "returned").await, TOTAL);
    let refunds = bench.books().refunds().unwrap();
    assert_eq!((refunds.len(), &refunds[0]["amount"]), (1, &json!(TOTAL)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_set_aside_for_an_ended_payment_is_let_go() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    let message = bench.open_message().await;
    bench.fail_next(3, &json!({ "timeout_after": "drop" }), "/v1/payment_intents");
    bench.handle(&message).await.unwrap_err();
    // Ended by hand while the answer was on its way.
    bench.run("UPDATE payments SET state = 'cancelled'").await;
    for event in bench.events() {
        bench.receive(&event).await;
    }
    bench.pump().await;
    assert_eq!(bench.payment(payment, "state").await, "cancelled");
    assert_eq!(bench.books().intents().unwrap()[0]["status"], "canceled");
    assert_eq!(bench.booking_state(booking).await, "pending_payment");
}
