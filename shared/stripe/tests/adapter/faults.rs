//! When the provider, or the way to it, fails.

use std::time::{Duration, Instant};

use serde_json::json;
use services::gateway::{AuthorisationOutcome, GatewayError, PaymentGateway};

use crate::support::{Bench, client, key, payment_id, request, usd};

/// More failures than the adapter has attempts.
const ALWAYS: u32 = 99;

#[tokio::test]
async fn passing_failures_are_ridden_out_with_the_same_key() {
    let bench = Bench::new().await;
    for (payment, kind) in [
        (1, json!({ "timeout_before": "drop" })),
        (2, json!({ "timeout_after": "drop" })),
        (3, json!({ "timeout_before": "gateway_timeout" })),
        (4, json!({ "timeout_after": "gateway_timeout" })),
        (5, json!("server_error")),
        (6, json!({ "rate_limited": null })),
    ] {
        bench.fail_next(2, &kind);
        let authorisation = bench.authorise(payment, "pm_card_visa").await;
        assert_eq!(authorisation.outcome, AuthorisationOutcome::Authorised, "{kind}");
        let intents = bench.books().intents().unwrap();
        assert_eq!(intents.len(), usize::try_from(payment).unwrap(), "{kind}: one payment each");
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_same_step_finds_it() {
    let bench = Bench::new().await;
    for (payment, manner) in [(1, json!("drop")), (2, json!("gateway_timeout"))] {
        bench.fail_next(ALWAYS, &json!({ "timeout_after": manner }));
        let lost =
            bench.gateway.authorise(&key(payment, "authorise"), &request(payment, "pm_card_visa")).await;
        assert_eq!(lost, Err(GatewayError::OutcomeUnknown));
        let made = bench.books().intents().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();

        bench.faults(json!({}));
        let again = bench.authorise(payment, "pm_card_visa").await;
        assert_eq!(
            (again.provider_id.as_str(), again.outcome),
            (made.as_str(), AuthorisationOutcome::Authorised)
        );
        let start = "2026-06-01T12:00:00Z".parse().unwrap();
        let found = bench.gateway.find_by_metadata(payment_id(payment), start).await.unwrap().unwrap();
        assert_eq!(found.provider_id.as_str(), made);
    }
    assert_eq!(bench.books().intents().unwrap().len(), 2);
}

#[tokio::test]
async fn captures_and_refunds_survive_lost_answers_too() {
    let bench = Bench::new().await;
    let id = bench.authorise(1, "pm_card_visa").await.provider_id;
    bench.fail_next(ALWAYS, &json!({ "timeout_after": "drop" }));
    let lost = bench.gateway.capture(&key(1, "capture"), &id, usd(10_000)).await;
    assert_eq!(lost, Err(GatewayError::OutcomeUnknown));
    let lost = bench.gateway.refund(&key(1, "refund"), &crate::support::refund(&id, 1, 4_000)).await;
    assert_eq!(lost, Err(GatewayError::OutcomeUnknown));
    bench.faults(json!({}));
    let taken = bench.gateway.capture(&key(1, "capture"), &id, usd(10_000)).await.unwrap();
    assert_eq!(taken.captured, usd(10_000));
    bench.gateway.refund(&key(1, "refund"), &crate::support::refund(&id, 1, 4_000)).await.unwrap();
    assert_eq!(bench.books().totals().unwrap()["usd"].refunded, 4_000);
}

#[tokio::test]
async fn a_silent_provider_is_left_in_time() {
    let bench = Bench::new().await;
    bench.fail_next(ALWAYS, &json!({ "timeout_after": { "hang": 60_000 } }));
    let impatient = client(bench.provider.url(), &bench.clock, |config| {
        config.attempt_timeout = Duration::from_millis(200);
        config.deadline = Duration::from_millis(500);
        config.retries = 50;
    });
    let start = Instant::now();
    let lost = impatient.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await;
    assert_eq!(lost, Err(GatewayError::OutcomeUnknown));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(bench.books().intents().unwrap().len(), 1);
}

#[tokio::test]
async fn what_surely_did_not_happen_is_retryable() {
    let bench = Bench::new().await;
    bench.fail_next(ALWAYS, &json!({ "rate_limited": null }));
    let limited = bench.gateway.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await;
    assert_eq!(limited, Err(GatewayError::Retryable { after: None }));
    // The provider asks for more patience than the deadline has: the caller is told, and nobody waits.
    bench.fail_next(ALWAYS, &json!({ "rate_limited": 30 }));
    let start = Instant::now();
    let limited = bench.gateway.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await;
    assert_eq!(limited, Err(GatewayError::Retryable { after: Some(Duration::from_secs(30)) }));
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(bench.books().intents().unwrap().is_empty());

    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", unused.local_addr().unwrap());
    drop(unused);
    let nobody = client(&base, &bench.clock, |_| {});
    let refused = nobody.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await;
    assert_eq!(refused, Err(GatewayError::Retryable { after: None }));
}

#[tokio::test]
async fn reading_is_always_retryable() {
    let bench = Bench::new().await;
    let id = bench.authorise(1, "pm_card_visa").await.provider_id;
    for kind in [json!("server_error"), json!({ "timeout_after": "drop" })] {
        bench.fail_next(ALWAYS, &kind);
        assert_eq!(bench.gateway.retrieve(&id).await, Err(GatewayError::Retryable { after: None }));
    }
}

#[tokio::test]
async fn a_failure_kept_under_the_key_is_not_hammered() {
    let bench = Bench::new().await;
    bench.fail_next(1, &json!("server_error_kept"));
    let stuck = bench.gateway.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await;
    assert_eq!(stuck, Err(GatewayError::OutcomeUnknown));
    // The look-up says that nothing was done, so the step is done anew under its next generation.
    let start = "2026-06-01T12:00:00Z".parse().unwrap();
    assert_eq!(bench.gateway.find_by_metadata(payment_id(1), start).await.unwrap(), None);
    let next = services::gateway::IdempotencyKey::derive(payment_id(1), "authorise", 2);
    bench.gateway.authorise(&next, &request(1, "pm_card_visa")).await.unwrap();
    assert_eq!(bench.books().intents().unwrap().len(), 1);
}

#[tokio::test]
async fn rejections_are_not_sent_again() {
    let bench = Bench::new().await;
    bench.authorise(1, "pm_card_visa").await;
    let mut other = request(1, "pm_card_visa");
    other.amount = usd(20_000);
    let refused = bench.gateway.authorise(&key(1, "authorise"), &other).await;
    assert!(
        matches!(&refused, Err(GatewayError::Rejected { code, .. }) if code == "idempotency_error"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_storm_makes_each_payment_at_most_once() {
    let bench = Bench::new().await;
    bench.faults(json!({ "seed": 42, "api": [
        { "kind": { "timeout_before": "drop" }, "when": { "probability": 0.15 } },
        { "kind": { "timeout_after": "drop" }, "when": { "probability": 0.15 } },
        { "kind": "server_error", "when": { "probability": 0.1 } },
        { "kind": { "rate_limited": null }, "when": { "probability": 0.1 } }
    ] }));
    for payment in 0..40 {
        let mut tries = 0;
        while bench
            .gateway
            .authorise(&key(payment, "authorise"), &request(payment, "pm_card_visa"))
            .await
            .is_err()
        {
            tries += 1;
            assert!(tries < 50, "payment {payment} never comes through");
        }
    }
    assert_eq!(bench.books().intents().unwrap().len(), 40);
}
