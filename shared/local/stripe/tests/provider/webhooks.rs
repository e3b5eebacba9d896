//! Webhooks, well and badly delivered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::support::{Bench, Endpoint, Received, eventually};

/// Three intents make nine events.
async fn nine_events(bench: &Bench) {
    for _ in 0..3 {
        bench.authorised("pm_card_visa").await;
    }
}

fn delivered(bench: &Bench) -> bool {
    bench.books().pending_webhooks().unwrap() == 0
}

#[tokio::test]
async fn each_event_comes_once_in_order_and_signed() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::default();
    bench.provider.set_webhook_url(Some(endpoint.serve().await));
    nine_events(&bench).await;
    let received = endpoint.wait(9).await;
    let ids: Vec<String> = received.iter().map(Received::id).collect();
    let events = bench.books().events().unwrap();
    assert_eq!(ids, events.iter().map(|event| event["id"].as_str().unwrap()).collect::<Vec<_>>());
    assert_eq!(received[0].event(), events[0]);
    let at = bench.clock_seconds();
    assert!(received.iter().all(|webhook| webhook.signature.starts_with(&format!("t={at},v1="))));
    eventually(|| delivered(&bench)).await;
}

#[tokio::test]
async fn a_refused_webhook_comes_again() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::default();
    endpoint.refuse(2);
    bench.provider.set_webhook_url(Some(endpoint.serve().await));
    nine_events(&bench).await;
    endpoint.wait(9).await;
    eventually(|| bench.books().pending_webhooks().unwrap() == 2).await;
    bench.clock.advance_millis(1000);
    let received = endpoint.wait(11).await;
    let distinct: BTreeSet<String> = received.iter().map(Received::id).collect();
    assert_eq!(distinct.len(), 9);
    eventually(|| delivered(&bench)).await;
}

#[tokio::test]
async fn webhooks_wait_for_an_endpoint() {
    let bench = Bench::new().await;
    nine_events(&bench).await;
    assert_eq!(bench.books().pending_webhooks().unwrap(), 9);
    let endpoint = Endpoint::default();
    bench.provider.set_webhook_url(Some(endpoint.serve().await));
    endpoint.wait(9).await;
}

#[tokio::test]
async fn duplicates() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::default();
    bench.faults(json!({ "webhooks": { "duplicates": 2 } }));
    bench.provider.set_webhook_url(Some(endpoint.serve().await));
    nine_events(&bench).await;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for webhook in endpoint.wait(27).await {
        *counts.entry(webhook.id()).or_default() += 1;
    }
    assert_eq!((counts.len(), counts.values().all(|count| *count == 3)), (9, true));
}

#[tokio::test]
async fn another_order_that_the_seed_decides() {
    let mut orders = Vec::new();
    for _ in 0..2 {
        let bench = Bench::new().await;
        let endpoint = Endpoint::default();
        nine_events(&bench).await;
        bench.faults(json!({ "webhooks": { "shuffle": { "seed": 5, "window_ms": 20 } } }));
        bench.provider.set_webhook_url(Some(endpoint.serve().await));
        let received = endpoint.wait(9).await;
        let events = bench.books().events().unwrap();
        let places: Vec<usize> = received
            .iter()
            .map(|webhook| events.iter().position(|event| event["id"] == webhook.id().as_str()).unwrap())
            .collect();
        orders.push(places);
    }
    assert_eq!(orders[0], orders[1]);
    assert!(!orders[0].is_sorted());
}

#[tokio::test]
async fn late() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::default();
    bench.faults(json!({ "webhooks": { "late_ms": 5000 } }));
    bench.provider.set_webhook_url(Some(endpoint.serve().await));
    nine_events(&bench).await;
    bench.clock.advance_millis(4999);
    bench.books().sweep().unwrap();
    assert_eq!(bench.books().pending_webhooks().unwrap(), 9);
    assert!(endpoint.received().is_empty());
    bench.clock.advance_millis(1);
    endpoint.wait(9).await;
}

#[tokio::test]
async fn lost_but_listed() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::default();
    bench.faults(json!({ "seed": 11, "webhooks": { "lost": 0.5 } }));
    nine_events(&bench).await;
    let left = bench.books().pending_webhooks().unwrap();
    assert!((1..9).contains(&left), "{left} of 9");
    assert_eq!(bench.books().events().unwrap().len(), 9);
    bench.provider.set_webhook_url(Some(endpoint.serve().await));
    eventually(|| delivered(&bench)).await;
    assert_eq!(endpoint.received().len() as u64, left);
    // On demand it comes all the same.
    let event = bench.books().events().unwrap()[0]["id"].as_str().unwrap().to_owned();
    bench.books().resend(&event).unwrap();
    let received = endpoint.wait(usize::try_from(left).unwrap() + 1).await;
    assert_eq!(received.last().unwrap().id(), event);
}

impl Bench {
    fn clock_seconds(&self) -> i64 {
        use domain::clock::Clock;
        self.clock.now().as_second()
    }
}
