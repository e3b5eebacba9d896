//! Keys: the same step twice is one step.

use serde_json::json;

use crate::support::{Bench, intent};

#[tokio::test]
async fn a_key_repeats_its_answer() {
    let bench = Bench::new().await;
    let form = intent("pm_card_visa");
    let first = bench.caller.post("/v1/payment_intents", &form, Some("k-1")).await;
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let mut reordered = form.clone();
    reordered.reverse();
    let again = bench.caller.post("/v1/payment_intents", &reordered, Some("k-1")).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body, first.body);
    assert_eq!(bench.books().intents().unwrap().len(), 1);
    // The answer is the one of then, even where the object has gone on since.
    let id = first.body["id"].as_str().unwrap();
    bench.caller.post(&format!("/v1/payment_intents/{id}/capture"), &[], None).await;
    let later = bench.caller.post("/v1/payment_intents", &form, Some("k-1")).await;
    assert_eq!(later.body["status"], "requires_capture");
}

#[tokio::test]
async fn a_key_is_bound_to_its_endpoint_and_parameters() {
    let bench = Bench::new().await;
    let mut form = intent("pm_card_visa");
    let id = bench.caller.post("/v1/payment_intents", &form, Some("k-1")).await.body["id"].clone();
    form[0].1 = "20000";
    let other = bench.caller.post("/v1/payment_intents", &form, Some("k-1")).await;
    assert_eq!((other.status, other.kind()), (400, "idempotency_error"));
    let path = format!("/v1/payment_intents/{}/capture", id.as_str().unwrap());
    assert_eq!(bench.caller.post(&path, &[], Some("k-1")).await.kind(), "idempotency_error");
    assert_eq!(bench.books().intents().unwrap().len(), 1);
}

#[tokio::test]
async fn declines_are_kept_and_malformed_calls_are_not() {
    let bench = Bench::new().await;
    let declined = intent("pm_card_chargeDeclined");
    let first = bench.caller.post("/v1/payment_intents", &declined, Some("k-1")).await;
    let again = bench.caller.post("/v1/payment_intents", &declined, Some("k-1")).await;
    assert_eq!((again.status, &again.body), (402, &first.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");

    let mut form = intent("pm_card_visa");
    form[0].1 = "oops";
    assert_eq!(bench.caller.post("/v1/payment_intents", &form, Some("k-2")).await.status, 400);
    form[0].1 = "10000";
    assert_eq!(bench.caller.post("/v1/payment_intents", &form, Some("k-2")).await.status, 200);
}

#[tokio::test]
async fn a_key_in_use_is_409() {
    let bench = Bench::new().await;
    bench.faults(json!({ "api": [{ "kind": { "slow": 400 }, "when": { "next": 1 } }] }));
    let caller = bench.caller.clone();
    let slow = tokio::spawn(async move {
        caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some("k-1")).await
    });
    // The fault is counted off when the slow call has begun.
    crate::support::eventually(|| bench.books().faults().api[0].when == local_stripe::When::Next(0)).await;
    let meanwhile = loop {
        let answer = bench.caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some("k-1")).await;
        if answer.status != 200 || answer.headers.contains_key("idempotent-replayed") {
            break answer;
        }
    };
    assert_eq!((meanwhile.status, meanwhile.code()), (409, "idempotency_key_in_use"));
    assert_eq!(slow.await.unwrap().status, 200);
    let after = bench.caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some("k-1")).await;
    assert_eq!((after.status, bench.books().intents().unwrap().len()), (200, 1));
}

#[tokio::test]
async fn a_key_vanishes_after_a_day() {
    let bench = Bench::new().await;
    bench.caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some("k-1")).await;
    bench.clock.advance_millis(24 * 60 * 60 * 1000 - 1);
    bench.caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some("k-1")).await;
    assert_eq!(bench.books().intents().unwrap().len(), 1);
    bench.clock.advance_millis(1);
    bench.caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some("k-1")).await;
    assert_eq!(bench.books().intents().unwrap().len(), 2);
}

#[tokio::test]
async fn faults_strike_before_or_after_the_effect() {
    let bench = Bench::new().await;
    let form = intent("pm_card_visa");
    for (fault, key, effects) in [
        (json!({ "timeout_before": "drop" }), "k-1", 0),
        (json!({ "timeout_after": "drop" }), "k-2", 1),
        (json!({ "timeout_after": { "hang": 20 } }), "k-3", 2),
    ] {
        bench.faults(json!({ "api": [{ "kind": fault, "when": { "next": 1 } }] }));
        let lost = bench.caller.try_post("/v1/payment_intents", &form, Some(key)).await;
        assert!(lost.is_err(), "{fault}");
        assert_eq!(bench.books().intents().unwrap().len(), effects, "{fault}");
    }
    for (fault, status) in [
        (json!({ "timeout_before": "gateway_timeout" }), 504),
        (json!("server_error"), 500),
        (json!({ "rate_limited": 3 }), 429),
    ] {
        bench.faults(json!({ "api": [{ "kind": fault, "when": { "next": 1 } }] }));
        let refused = bench.caller.post("/v1/payment_intents", &form, Some("k-4")).await;
        assert_eq!(refused.status, status);
        assert_eq!(refused.headers.get("retry-after").is_some(), status == 429);
    }
    // None of the last three left a trace under its key.
    assert_eq!(bench.caller.post("/v1/payment_intents", &form, Some("k-4")).await.status, 200);

    bench.faults(json!({ "api": [{ "kind": "server_error_kept", "when": { "next": 1 } }] }));
    for replayed in [false, true] {
        let failed = bench.caller.post("/v1/payment_intents", &form, Some("k-5")).await;
        assert_eq!((failed.status, failed.headers.contains_key("stripe-should-retry")), (500, replayed));
    }
}
