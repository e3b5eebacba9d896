//! The provider's events: twice, in any order, too early, of others.

use serde_json::json;
use services::gateway::{IdempotencyKey, PaymentGateway as _, ProviderPaymentId};

use crate::support::{Bench, TOTAL, usd};

#[tokio::test(flavor = "multi_thread")]
async fn events_in_any_order_and_number_change_nothing_a_second_time() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_visa").await;
    let events = bench.events();
    assert!(events.len() >= 2);
    for event in events.iter().rev().chain(&events) {
        bench.receive(event).await;
    }
    bench.pump().await;
    assert_eq!(bench.unprocessed().await, 0);
    assert_eq!(bench.payment(payment, "state").await, "captured");
    // Made, authorised, captured: each moved it once.
    assert_eq!(bench.payment(payment, "version").await, 3);
    let stored = bench.value("SELECT to_jsonb(count(*)) FROM provider_events").await;
    assert_eq!(stored, events.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_alone_carry_a_payment_whose_answers_were_lost() {
    let bench = Bench::new().await;
    let booking = bench.booking("instant").await;
    let payment = bench.pay(booking, "pm_card_visa").await;
    let authorise = bench.open_message().await;
    bench.fail_next(3, &json!({ "timeout_after": "drop" }), "/v1/payment_intents");
    bench.handle(&authorise).await.unwrap_err();
    let provider_id = bench.books().intents().unwrap()[0]["id"].as_str().unwrap().to_owned();
    // Somebody captures at the provider before anything is heard here.
    let key = IdempotencyKey::derive("by-hand", "capture", 1);
    let gateway = bench.gateway.gateway().await.unwrap();
    gateway.capture(&key, &ProviderPaymentId::new(provider_id), usd(TOTAL)).await.unwrap();
    let events = bench.events();
    let captured = events.iter().find(|event| event["type"] == "payment_intent.succeeded").unwrap();
    bench.receive(captured).await;
    for message in bench.open_messages().await.iter().filter(|message| message.id != authorise.id) {
        bench.handle(message).await.unwrap();
    }
    assert_eq!(bench.booking_state(booking).await, "confirmed");
    assert_eq!(bench.payment(payment, "captured").await, TOTAL);
    bench.pump().await;
    assert_eq!(bench.unprocessed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_event_waits_for_its_row() {
    let bench = Bench::new().await;
    let ctx = &bench.ctx;
    let gateway = bench.gateway.gateway().await.unwrap();
    bench.run("DELETE FROM host_accounts").await;
    services::payments::begin_onboarding(ctx, gateway, bench.host, None).await.unwrap();
    let row = bench.value("SELECT to_jsonb(a) FROM host_accounts a").await;
    let account = row["provider_account"].as_str().unwrap();
    bench.books().enable_account(account).unwrap();
    // The event is quicker than the row.
    bench.run("DELETE FROM onboarding_links; DELETE FROM host_accounts").await;
    let events = bench.events();
    let updated = events.iter().find(|event| event["type"] == "account.updated").unwrap();
    bench.receive(updated).await;
    let message = bench.open_message().await;
    bench.handle(&message).await.unwrap_err();
    assert_eq!(bench.unprocessed().await, 1);
    bench
        .run(&format!(
            "INSERT INTO host_accounts (user_id, provider_account, state, created_at, updated_at)
             VALUES ('{}', '{account}', 'pending', '{now}', '{now}')",
            bench.host,
            now = bench.now()
        ))
        .await;
    bench.pump().await;
    assert_eq!(bench.unprocessed().await, 0);
    assert!(services::payments::host_is_payable(ctx, bench.host).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_is_given_up_after_an_hour() {
    let bench = Bench::new().await;
    let payment = bench.captured("pm_card_visa").await;
    let events = bench.events();
    let captured = events.iter().find(|event| event["type"] == "payment_intent.succeeded").unwrap();
    let text = captured.to_string();
    let foreign = text.replace(&payment.to_string(), "00000000-0000-0000-0000-000000000001");
    bench.receive(&serde_json::from_str(&foreign).unwrap()).await;
    let message = bench.open_message().await;
    bench.handle(&message).await.unwrap_err();
    bench.advance(61);
    bench.handle(&message).await.unwrap();
    assert_eq!(bench.unprocessed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_acts_on_is_kept_and_costs_no_message() {
    let bench = Bench::new().await;
    let event = json!({
        "id": "evt_unknown", "type": "customer.created", "created": 1_780_000_000, "data": {"object": {"id": "cus_1"}},
    });
    bench.receive(&event).await;
    bench.receive(&event).await;
    assert!(bench.open_messages().await.is_empty());
    assert_eq!(bench.unprocessed().await, 0);
    assert_eq!(bench.value("SELECT payload FROM provider_events").await, event);
}
