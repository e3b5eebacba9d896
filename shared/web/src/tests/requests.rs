//! What every request gets: ids, limits, headers, and a problem document whatever happens.

use axum::body::Body;
use http::Request;

use super::world::{Answer, World};

async fn post(world: &World, path: &str, body: impl Into<Body>) -> Answer {
    world.send(Request::post(path).body(body.into()).unwrap()).await
}

#[tokio::test]
async fn wrong_paths_and_methods_are_problems() {
    let world = World::new().await;
    let answer = post(&world, "/nowhere", "").await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let answer = post(&world, "/me/", "").await;
    assert_eq!(
        (answer.status, answer.code(), answer.header("allow")),
        (405, "method_not_allowed", "GET,HEAD")
    );
}

#[tokio::test]
async fn a_defect_leaks_nothing_and_the_next_request_works() {
    let world = World::new().await;
    for (path, status, code) in
        [("/panic", 500, "internal"), ("/broken", 500, "internal"), ("/broken", 503, "unavailable")]
    {
        let answer = post(&world, path, "").await;
        assert_eq!((answer.status, answer.code()), (status, code));
        assert!(!answer.body.to_string().contains("secret"), "{}", answer.body);
        assert_eq!(answer.body["instance"], answer.header("x-request-id"));
        assert_eq!(answer.header("retry-after"), if status == 503 { "2" } else { "" });
    }
}

#[tokio::test]
async fn a_body_of_more_than_ten_mebibytes_is_413() {
    let world = World::new().await;
    let limit = 10 * 1024 * 1024;
    assert_eq!(post(&world, "/raw", vec![0; limit]).await.body, limit);
    let announced = post(&world, "/raw", vec![0; limit + 1]).await;
    assert_eq!((announced.status, announced.code()), (413, "payload_too_large"));
    let unannounced = Body::from_stream(futures::stream::iter(
        (0..11).map(|_| Ok::<_, std::io::Error>(vec![0_u8; 1024 * 1024])),
    ));
    let answer = post(&world, "/raw", unannounced).await;
    assert_eq!((answer.status, answer.code()), (413, "payload_too_large"));
}

#[tokio::test]
async fn ids_and_traces_come_back() {
    let world = World::new().await;
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = Request::get("/anyone").header("traceparent", parent).header("x-request-id", "forged");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    let trace = answer.header("traceparent");
    assert!(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && trace.ends_with("-01"), "{trace}");
    assert_ne!(trace, parent);
    assert_eq!(answer.header("x-request-id").len(), 36);
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        assert_eq!(answer.header(name), value);
    }
    assert!(answer.header("strict-transport-security").contains("max-age="));
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let world = World::new().await;
    for (value, status, code) in [
        (None, 428, "precondition_required"),
        (Some("\"v6\""), 412, "precondition_failed"),
        (Some("W/\"v7\""), 412, "precondition_failed"),
        (Some("\"v7\""), 200, ""),
        (Some("*"), 200, ""),
    ] {
        let mut request =
            Request::patch("/things/1").header("authorization", format!("Bearer {}", world.token(1)));
        if let Some(value) = value {
            request = request.header("if-match", value);
        }
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{value:?}");
    }
}
