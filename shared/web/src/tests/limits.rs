//! What becomes of requests that cannot be counted.

use std::time::Duration;

use axum::body::Body;
use domain::ids::UserId;
use http::Request;
use serde_json::json;
use store::limits::LimitTable;
use tokio::net::TcpListener;
use tokio::time::timeout;
use uuid::Uuid;

use super::world::{Answer, World, aws_at};

/// Far more than any request may wait for its counting, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn counted_at(listener: &TcpListener) -> World {
    let url = format!("http://{}", listener.local_addr().unwrap());
    World::counted_by(Some(LimitTable::new(aws_at(&url).dynamodb(), "limits"))).await
}

async fn read(world: &World) -> Answer {
    let request = Request::get("/me").header("authorization", format!("Bearer {}", world.token(5)));
    let answer = world.send(request.body(Body::empty()).unwrap());
    timeout(PATIENCE, answer).await.expect("an answer in time")
}

async fn hold(world: &World) -> Answer {
    let (key, body) = ("hold-1", json!({"name": "a"}));
    timeout(PATIENCE, world.post("/bookings", 5, key, &body)).await.expect("an answer in time")
}

#[tokio::test]
async fn reads_go_on_where_nobody_counts_and_holds_do_not() {
    // Connections stand, and nothing is ever said on them: the worst way to be away.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = counted_at(&silent).await;
    assert_eq!(read(&world).await.status, 200);
    let refused = hold(&world).await;
    assert_eq!((refused.status, refused.code(), refused.header("retry-after")), (503, "unavailable", "2"));
    assert_eq!(world.count(), 0, "what cannot be counted is not done");
}

#[tokio::test]
async fn nobody_there_is_no_different() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = counted_at(&gone).await;
    drop(gone);
    assert_eq!(read(&world).await.status, 200);
    assert_eq!(hold(&world).await.status, 503);
    assert_eq!(world.count(), 0);
    let user = UserId::from(Uuid::from_u128(5));
    assert!(world.app.end_tokens(user, true).await.is_err(), "who can ask again is told to");
    world.app.try_end_tokens(user, true).await;
}
