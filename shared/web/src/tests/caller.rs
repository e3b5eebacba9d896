//! Who is calling, and what is said to those who do not prove it.

use axum::body::Body;
use domain::clock::Clock as _;
use http::Request;
use services::tokens::Role;

use super::world::{Answer, World, new_key};

async fn get(world: &World, path: &str, authorization: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn a_token_proves_its_holder() {
    let world = World::new().await;
    let answer = get(&world, "/me/", Some(&bearer(&world.token(5)))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["user_id"], "00000000-0000-0000-0000-000000000005");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn no_token_is_401_unless_anyone_may() {
    let world = World::new().await;
    let answer = get(&world, "/me", None).await;
    assert_eq!((answer.status, answer.code()), (401, "unauthenticated"));
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    let answer = get(&world, "/anyone", None).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body["user_id"].is_null());
    assert_eq!(answer.header("cache-control"), "");
}

#[tokio::test]
async fn a_token_that_is_not_believed_is_401_everywhere() {
    let world = World::new().await;
    for value in ["Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer", ""] {
        for path in ["/me", "/anyone"] {
            let answer = get(&world, path, Some(value)).await;
            assert_eq!((answer.status, answer.code()), (401, "invalid_token"), "{path} {value}");
        }
    }
    let token = world.token(5);
    world.clock.advance_millis(931_000);
    let answer = get(&world, "/me", Some(&bearer(&token))).await;
    assert_eq!((answer.status, answer.code()), (401, "token_expired"));
}

#[tokio::test]
async fn the_staff_is_told_from_others() {
    let world = World::new().await;
    let answer = get(&world, "/staff", Some(&bearer(&world.token(5)))).await;
    assert_eq!((answer.status, answer.code()), (403, "admin_only"));
    let answer = get(&world, "/staff", Some(&bearer(&world.token_of(5, Role::Admin)))).await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn a_new_key_is_found_after_a_minute() {
    let world = World::new().await;
    assert_eq!(get(&world, "/me", Some(&bearer(&world.token(5)))).await.status, 200);

    let key = new_key();
    world.keys.put_jwk(key.kid(), &key.public_jwk().unwrap()).await.unwrap();
    let token = |world: &World| bearer(&world.signed_by(&key, 5, Role::Member));
    assert_eq!(get(&world, "/me", Some(&token(&world))).await.status, 401, "not loaded again at once");
    world.clock.advance_millis(61_000);
    assert_eq!(get(&world, "/me", Some(&token(&world))).await.status, 200);
}

#[tokio::test]
async fn a_cursor_is_sealed_with_the_key_of_the_table() {
    let world = World::new().await;
    let codec = world.app.cursors().await.unwrap();
    let scope = crate::CursorScope::new("/things", &()).unwrap();
    let cursor = codec.seal(&scope, &7).unwrap();
    assert_eq!(crate::CursorCodec::new(&[1; 32]).open::<i64>(&scope, &cursor).unwrap(), 7);
    world.keys.put_cursor_key_if_absent(&[2; 32]).await.unwrap();
    assert_eq!(
        world.keys.load(world.clock.now()).await.unwrap().cursor_key.unwrap(),
        [1; 32],
        "the first key stays"
    );
}
