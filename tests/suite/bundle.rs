//! The binaries as they are deployed: processes of their own, called by the Runtime API with what API Gateway, SQS and
//! the schedule send.

mod rights;
mod same_answers;

use std::collections::HashMap;
use std::io::Cursor;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use domain::messages::Topic;
use local::plan;
use local_lambda::api_gateway::{Origin, call};
use local_lambda::{Function, InvocationError, Settings};
use serde_json::{Value, json};
use tests::{Bundle, Dates, Person, System, binary, cluster};

use crate::journey::walk;

/// How long anything that happens by itself may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `done` answers true.
async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_through_the_binaries() {
    let (system, bundle) = Bundle::system(|_| {}).await;
    walk(&system).await;
    system.call("GET", "/no/such/path/").send().await.refused(404, "not_found");
    photo(&system).await;
    elsewhere(&system).await;
    system.call("GET", "/graphql/?query=%7B__typename%7D").send().await.expect(200);
    system.call("GET", "/messages/threads/").send().await.refused(401, "unauthenticated");
    system.call("GET", "/wishlists/").send().await.refused(401, "unauthenticated");
    told(&system).await;
    for name in bundle.names().filter(|name| *name != "migrate") {
        assert!(bundle.invocations(name) > 0, "{name} had nothing to do");
    }
    system.stop().await;
}

/// A host who is told of a booking at an address that nobody has.
async fn told(system: &System) {
    let host = system.host("Ines Integrator").await;
    let property = host.lists(|_| {}).await;
    let new = json!({ "url": "https://nobody.invalid/hooks", "events": ["booking.confirmed"] });
    let made = host.call("POST", "/webhooks/endpoints/").once().json(new).send().await.expect(201);
    let id = made.body["endpoint"]["id"].as_str().unwrap();
    let guest = system.person("Gil Guest").await;
    guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    system.settle().await;
    let log = host.call("GET", &format!("/webhooks/endpoints/{id}/deliveries/")).send().await.expect(200);
    assert_eq!(log.body["items"][0]["attempts"][0]["error"], "unresolved", "{:#}", log.body);
}

/// A photo on its way through the worker that cleans it: whose it is, of which listing, and its id.
async fn photo(system: &System) -> (Person<'_>, String, String) {
    let mut file = Cursor::new(Vec::new());
    image::RgbImage::new(96, 80).write_to(&mut file, image::ImageFormat::Png).unwrap();
    let host = system.person("Phil Photographer").await;
    host.onboard().await;
    let property = host.lists(|_| {}).await;
    let id = announced(&host, &property, file.into_inner()).await;
    system.settle().await;
    let photos = host.call("GET", &format!("/properties/{property}/photos/")).send().await.expect(200);
    assert_eq!(photos.body.pointer("/items/0/state"), Some(&json!("ready")), "{:#}", photos.body);
    (host, property, id)
}

/// A calendar of another platform, as far as the deployed guard lets it be read.
async fn elsewhere(system: &System) {
    let host = system.person("Ellen Elsewhere").await;
    host.onboard().await;
    let property = host.lists(|_| {}).await;
    let feeds = format!("/properties/{property}/feeds/");
    let add = |url: &str| host.call("POST", &feeds).json(json!({ "name": "Elsewhere", "url": url })).send();
    for inside in ["http://127.0.0.1:4000/a.ics", "https://169.254.169.254/latest/meta-data/"] {
        assert_eq!(add(inside).await.expect(422).pointers(), ["/url"], "{inside}");
    }
    let feed = add("https://calendars.invalid/a.ics").await.expect(201).text("id");
    system.settle().await;
    let seen = host.call("GET", &format!("{feeds}{feed}/")).send().await.expect(200);
    assert_eq!(seen.body["last_error"], "unresolved", "{:#}", seen.body);
}

/// Announces and uploads a file; answers the photo's id.
async fn announced(host: &Person<'_>, property: &str, file: Vec<u8>) -> String {
    let announced = host
        .call("POST", &format!("/properties/{property}/photos/"))
        .once()
        .json(json!({ "content_type": "image/png", "byte_length": file.len() }))
        .send()
        .await
        .expect(201);
    let upload = &announced.body["upload"];
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let mut put = client.put(upload["url"].as_str().unwrap()).body(file);
    for (name, value) in upload["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert!(put.send().await.unwrap().status().is_success());
    announced.text("id")
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_prepares_an_empty_database_once() {
    let (system, bundle) = Bundle::system(|options| options.workers = false).await;
    let again = bundle.invoke("migrate", &json!({})).await.unwrap();
    assert_eq!(again, json!({ "applied": [], "signing_key_made": false }), "the system is up to date");

    let empty = format!("{}_empty", system.database());
    cluster().await.ensure_database(&empty).await.unwrap();
    let mut variables = system.handles().variables.clone();
    variables.insert("DB_NAME".to_owned(), empty.clone());
    let other = Bundle::start(&variables).await;
    let first = other.invoke("migrate", &json!({})).await.unwrap();
    assert!(!first["applied"].as_array().unwrap().is_empty(), "{first}");
    assert_eq!(other.invoke("migrate", &json!({})).await.unwrap()["applied"], json!([]));
    // The role that the functions work as may read what was made.
    let event = http_event("/properties/");
    let answer = other.invoke("properties", &event).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    drop(other);
    system.stop().await;
    cluster().await.drop_database(&empty).await.unwrap();
}

fn http_event(path: &str) -> Value {
    let request = Request::get(path).header("accept", "application/json").body(()).unwrap();
    let origin = Origin::local("ffff=".to_owned(), "2026-01-01T00:00:00Z".parse().unwrap());
    local_lambda::api_gateway::event(&request.into_parts().0, &axum::body::Bytes::new(), &origin)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_carries_the_gateways_request_id() {
    let (system, bundle) = Bundle::system(|options| options.workers = false).await;
    let answer = bundle.invoke("fallback", &http_event("/no/such/path")).await.unwrap();
    assert_eq!(answer["statusCode"], 404);
    assert_eq!(answer["headers"]["x-request-id"], "ffff=");
    assert_eq!(answer["headers"]["content-type"], "application/problem+json");
    assert_eq!(answer["isBase64Encoded"], false, "problem documents are text");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_another_kind_fails_and_the_next_works() {
    let (system, bundle) = Bundle::system(|options| options.workers = false).await;
    for name in ["users", "payments-worker"] {
        let refused = bundle.invoke(name, &json!({ "hello": 1 })).await;
        assert!(matches!(refused, Err(InvocationError::Failed { .. })), "{name}: {refused:?}");
    }
    let answer = bundle.invoke("users", &http_event("/.well-known/jwks.json")).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let worked = bundle.invoke("payments-worker", &json!({ "Records": [] })).await.unwrap();
    assert_eq!(worked, json!({ "batchItemFailures": [] }));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_answered_500_and_the_next_event_works() {
    let settings = Settings {
        name: "panicking".to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(10),
        variables: HashMap::from([("LOG_LEVEL".to_owned(), "off".to_owned())]),
        quiet: true,
    };
    let function = Function::start(&binary("panicking").await, settings).await.unwrap();
    let origin = Origin::local("panic=".to_owned(), "2026-01-01T00:00:00Z".parse().unwrap());
    for _ in 0..2 {
        let request = Request::get("/panic").body(Body::empty()).unwrap();
        let response = call(&function, request, &origin).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], "internal", "{problem}");
        assert!(!problem.to_string().contains("secret"), "{problem}");
        let request = Request::get("/fine/").body(Body::empty()).unwrap();
        assert_eq!(call(&function, request, &origin).await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_without_its_variables_says_which_are_missing_and_ends() {
    let settings = Settings {
        name: "bookings".to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(10),
        variables: HashMap::from([("LOG_LEVEL".to_owned(), "off".to_owned())]),
        quiet: true,
    };
    let function = Function::start(&binary("bookings").await, settings).await.unwrap();
    let Err(InvocationError::Ended(how)) = function.ready().await else { panic!("it started") };
    for variable in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        assert!(how.contains(variable), "{how}");
    }
}

/// Two registrations, and between them something that is no message.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_names_the_one_message_that_failed() {
    let (system, bundle) = Bundle::system(|options| options.workers = false).await;
    let register = async |name: &str| {
        let person = json!({ "email": format!("{name}@example.test"), "password": "a-fine-long-password", "name": name });
        system.call("POST", "/users/").json(person).send().await.expect(202);
    };
    register("ann").await;
    let sqs = &system.handles().services.sqs;
    let queue = plan::queue_name(Topic::Notifications);
    sqs.send(&queue, "{\"no\": \"message\"}").await.unwrap();
    register("bob").await;
    let waiting = sqs.peek(&queue, 10).await.unwrap();
    assert_eq!(waiting.len(), 3);
    let records: Vec<Value> = waiting
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id, "receiptHandle": "handle", "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1545082649185",
                },
                "messageAttributes": {}, "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs", "awsRegion": "us-east-1",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:innkeep-local-notifications",
            })
        })
        .collect();
    let poison =
        waiting.iter().find(|message| message.body.contains("no\": \"message")).map(|message| &message.id);
    let answer = bundle.invoke("notifications-worker", &json!({ "Records": records })).await.unwrap();
    let failed: Vec<_> = answer["batchItemFailures"].as_array().unwrap().iter().collect();
    assert_eq!(failed, [&json!({ "itemIdentifier": poison.unwrap() })], "{answer}");
    for address in ["ann@example.test", "bob@example.test"] {
        assert_eq!(system.mails(address).await.len(), 1, "{address}");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_message_ends_in_the_dead_letters_and_its_neighbours_do_not() {
    let (system, bundle) = Bundle::system(|_| {}).await;
    let plan = plan::QUEUES.into_iter().find(|plan| plan.topic == Topic::Notifications).unwrap();
    let queue = plan::queue_name(plan.topic);
    let sqs = &system.handles().services.sqs;
    let worked = || bundle.invocations("notifications-worker");
    sqs.send(&queue, "poison").await.unwrap();
    system.person("Nora Neighbour").await;
    let receives = async || sqs.peek(&queue, 10).await.unwrap().first().map(|message| message.receive_count);
    for count in 1..=plan::MAX_RECEIVE_COUNT {
        until("received again", async || receives().await == Some(count)).await;
        until("given back", async || system.handles().parked.count() == 1).await;
        assert_eq!(system.dead_letters().await, 0, "after {count} receives");
        let person = system.person(&format!("Neighbour {count}")).await;
        assert_eq!(system.mails(&person.email).await.len(), 1);
        system.advance(i64::from(plan.visibility_seconds) + 1).await;
    }
    until("given up", async || system.dead_letters().await == 1).await;
    let letters = sqs.dead_letters(10).await.unwrap();
    assert_eq!(letters[&plan::dead_letters_name(plan.topic)][0].body, "poison");
    assert!(worked() > u64::from(plan::MAX_RECEIVE_COUNT));
    system.stop().await;
}
