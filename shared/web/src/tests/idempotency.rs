//! A request that is repeated under its key is answered and not done again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    let world = World::new().await;
    let first = world.post("/things", 1, "k1", &json!({"name": "a"})).await;
    assert_eq!((first.status, world.count()), (201, 1));
    assert_eq!(first.header("idempotent-replayed"), "");

    world.clock.advance_millis(600_000);
    let again = world.post("/things/", 1, "\"k1\"", &json!({"name": "a"})).await;
    assert_eq!((again.status, world.count()), (201, 1));
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    for kept in ["location", "etag", "content-type"] {
        assert_eq!(again.header(kept), first.header(kept), "{kept}");
        assert!(!again.header(kept).is_empty(), "{kept}");
    }
    assert_eq!(again.header("x-other"), "");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_and_request() {
    let world = World::new().await;
    assert_eq!(world.post("/things", 1, "k1", &json!({"name": "a"})).await.status, 201);
    assert_eq!(world.post("/things", 2, "k1", &json!({"name": "a"})).await.status, 201);
    world.gate.add_permits(1);
    assert_eq!(world.post("/slow", 1, "k1", &json!({"name": "a"})).await.status, 204, "another route");
    let other = world.post("/things", 1, "k1", &json!({"name": "b"})).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    assert_eq!(world.count(), 3);
}

#[tokio::test]
async fn a_rules_no_is_kept_and_a_malformed_request_is_not() {
    let world = World::new().await;
    let first = world.post("/things", 1, "k1", &json!({"name": "taken"})).await;
    assert_eq!((first.status, first.code()), (409, "dates_unavailable"));
    let again = world.post("/things", 1, "k1", &json!({"name": "taken"})).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.body["instance"], first.body["instance"]);

    assert_eq!(world.post("/things", 1, "k2", &json!({"name": 7})).await.status, 422);
    let mended = world.post("/things", 1, "k2", &json!({"name": "a"})).await;
    assert_eq!((mended.status, world.count()), (201, 1));
}

#[tokio::test]
async fn a_server_error_frees_the_key() {
    let world = World::new().await;
    assert_eq!(world.post("/broken", 1, "k1", &json!({})).await.status, 500);
    assert_eq!(world.post("/broken", 1, "k1", &json!({})).await.status, 503);
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn a_request_in_flight_is_409_and_a_dead_one_is_taken_over() {
    let world = Arc::new(World::new().await);
    let working = tokio::spawn({
        let world = world.clone();
        async move { world.post("/slow", 1, "k1", &json!({})).await }
    });
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while world.count() == 0 {
        assert!(tokio::time::Instant::now() < deadline, "the request did not start");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = world.post("/slow", 1, "k1", &json!({})).await;
    assert_eq!(
        (second.status, second.code(), second.header("retry-after")),
        (409, "idempotency_in_flight", "2")
    );
    let other = world.post("/slow", 1, "k1", &json!({"other": 1})).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));

    // The first one dies; its lock ends by itself, and another request is still another.
    working.abort();
    world.gate.add_permits(9);
    world.clock.advance_millis(34_000);
    assert_eq!(world.post("/slow", 1, "k1", &json!({})).await.status, 409);
    world.clock.advance_millis(1_000);
    assert_eq!(world.post("/slow", 1, "k1", &json!({"other": 1})).await.status, 422);
    assert_eq!(world.post("/slow", 1, "k1", &json!({})).await.status, 204);
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn one_that_lost_its_lock_does_not_overwrite_the_answer() {
    let world = Arc::new(World::new().await);
    let late = tokio::spawn({
        let world = world.clone();
        async move { world.post("/slow", 1, "k1", &json!({})).await }
    });
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while world.count() == 0 {
        assert!(tokio::time::Instant::now() < deadline, "the request did not start");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.clock.advance_millis(36_000);
    let taker = tokio::spawn({
        let world = world.clone();
        async move { world.post("/slow", 1, "k1", &json!({})).await }
    });
    while world.count() == 1 {
        assert!(tokio::time::Instant::now() < deadline, "the lock was not taken over");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.gate.add_permits(9);
    assert_eq!(late.await.unwrap().status, 204);
    assert_eq!(taker.await.unwrap().status, 204);
    assert_eq!(world.post("/slow", 1, "k1", &json!({})).await.header("idempotent-replayed"), "true");
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn an_answer_is_forgotten_by_the_clock() {
    let world = World::new().await;
    assert_eq!(world.post("/things", 1, "k1", &json!({"name": "a"})).await.status, 201);
    world.clock.advance_millis(24 * 3_600_000);
    assert_eq!(
        world.post("/things", 1, "k1", &json!({"name": "a"})).await.header("idempotent-replayed"),
        "true"
    );
    world.clock.advance_millis(3_601_000);
    assert_eq!(world.post("/things", 1, "k1", &json!({"name": "b"})).await.status, 201);
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn a_key_is_required_where_the_handler_says_so() {
    let world = World::new().await;
    let request = Request::post("/things")
        .header("authorization", format!("Bearer {}", world.token(1)))
        .header("content-type", "application/json");
    let answer = world.send(request.body(Body::from(r#"{"name":"a"}"#)).unwrap()).await;
    assert_eq!((answer.status, answer.code()), (400, "idempotency_key_missing"));
    let answer = world.post("/things", 1, &"k".repeat(256), &json!({"name": "a"})).await;
    assert_eq!((answer.status, answer.code()), (400, "idempotency_key_invalid"));
    assert_eq!(world.count(), 0);
}
