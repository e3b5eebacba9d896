//! What integrators are told: signed, in order, each thing once where nothing fails, again where something does.

mod receiver;

use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tests::{Dates, Person, System};

use receiver::{Heard, Receiver};

const BOOKINGS: [&str; 4] =
    ["booking.confirmed", "booking.checked_in", "booking.completed", "booking.cancelled"];

/// An endpoint of somebody's, and its first secret.
async fn endpoint(who: &Person<'_>, url: &str, events: &[&str]) -> (String, String) {
    let new = json!({ "url": url, "events": events });
    let made = who.call("POST", "/webhooks/endpoints/").json(new).send().await.expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made.body["endpoint"]["id"]), text(&made.body["secret"]))
}

async fn deliveries(who: &Person<'_>, endpoint: &str) -> Vec<Value> {
    let path = format!("/webhooks/endpoints/{endpoint}/deliveries/");
    let log = who.call("GET", &path).send().await.expect(200);
    log.body["items"].as_array().unwrap().clone()
}

async fn state(who: &Person<'_>, endpoint: &str) -> Value {
    who.call("GET", &format!("/webhooks/endpoints/{endpoint}/")).send().await.expect(200).body
}

fn is_good(secret: &str, heard: &Heard) -> bool {
    Webhook::new(secret).unwrap().verify(heard.body.as_bytes(), &heard.headers).is_ok()
}

fn kinds(heard: &[Heard]) -> Vec<String> {
    heard.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect()
}

async fn act(who: &Person<'_>, booking: &str, what: &str) {
    let path = format!("/bookings/{booking}/{what}/");
    who.call("POST", &path).once().json(json!({ "reason": "plans" })).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_signed_thin_and_told_once_to_the_host_alone() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let other = system.host("Olga Other").await;
    let property = host.lists(|_| {}).await;
    let (to_host, to_other, to_guest) = (Receiver::start(), Receiver::start(), Receiver::start());
    let all = [&BOOKINGS[..], &["payment.captured", "payment.refunded"]].concat();
    let (id, secret) = endpoint(&host, &to_host.url(), &all).await;
    endpoint(&other, &to_other.url(), &all).await;
    endpoint(&guest, &to_guest.url(), &all).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    act(&guest, &booking, "cancel").await;
    system.settle().await;
    system.advance(60).await;

    let heard = to_host.heard();
    assert!(heard.iter().all(|one| is_good(&secret, one)), "{heard:?}");
    assert!(!is_good("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &heard[0]));
    let found = kinds(&heard);
    for kind in ["booking.confirmed", "payment.captured", "booking.cancelled", "payment.refunded"] {
        assert_eq!(found.iter().filter(|one| *one == kind).count(), 1, "{kind}: {found:?}");
    }
    for (index, one) in heard.iter().enumerate() {
        let event = one.json();
        let data = event["data"].as_object().unwrap();
        assert_eq!(data["sequence"], index + 1, "{event}");
        assert_eq!(data["booking_id"], booking.as_str());
        let known = ["booking_id", "payment_id", "property_id", "sequence", "state"];
        assert!(data.keys().all(|key| known.contains(&key.as_str())), "{event}");
        assert!(one.headers["webhook-id"].to_str().unwrap().starts_with("evt_"));
    }
    // What the host is told is what the host may read.
    let read = host.booking(&booking).await.body;
    let last = heard.iter().map(Heard::json).rfind(|event| event["type"] == "booking.cancelled").unwrap();
    assert_eq!(last["data"]["state"], read["state"]);
    assert_eq!(last["data"]["property_id"], read["property_id"]);
    assert!(to_other.heard().is_empty() && to_guest.heard().is_empty());

    let log = deliveries(&host, &id).await;
    assert_eq!(log.len(), heard.len());
    assert!(log.iter().all(|one| one["state"] == "delivered" && one["attempts"][0]["status"] == 204));
    // Messages that come again find nothing to do.
    let copies = system.sql("SELECT count(*)::text FROM webhook_deliveries").await;
    system.advance(3600).await;
    assert_eq!(to_host.heard().len(), heard.len());
    assert_eq!(system.sql("SELECT count(*)::text FROM webhook_deliveries").await, copies);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_comes_again_and_holds_back_what_follows_of_its_booking_alone() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let receiver = Receiver::start();
    let (id, _) = endpoint(&host, &receiver.url(), &BOOKINGS).await;
    receiver.answer(500);
    let first = guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    act(&guest, &first, "cancel").await;
    system.settle().await;
    let of = |booking: &str| -> Vec<Heard> {
        let heard = receiver.heard().into_iter();
        heard.filter(|one| one.json()["data"]["booking_id"] == booking).collect()
    };
    let failed = kinds(&of(&first));
    assert!(!failed.is_empty() && failed.iter().all(|kind| kind == "booking.confirmed"), "{failed:?}");
    receiver.answer(204);
    let second = guest.stays(&property, Dates::in_days(&guest, 40, 2)).await;
    system.settle().await;
    assert_eq!(kinds(&of(&second)), ["booking.confirmed"], "another booking does not wait");
    system.advance(60).await;
    let heard = of(&first).split_off(failed.len());
    assert_eq!(kinds(&heard), ["booking.confirmed", "booking.cancelled"]);
    assert_eq!([0, 1].map(|at: usize| heard[at].json()["data"]["sequence"].clone()), [json!(1), json!(2)]);
    let log = deliveries(&host, &id).await;
    let attempts =
        log.iter().find(|one| one["booking_id"] == first.as_str() && one["sequence"] == 1).unwrap();
    let statuses: Vec<i64> =
        attempts["attempts"].as_array().unwrap().iter().map(|one| one["status"].as_i64().unwrap()).collect();
    assert!(statuses.len() == failed.len() + 1 && statuses.ends_with(&[500, 204]), "{statuses:?}");
    assert_eq!(state(&host, &id).await["failing_since"], Value::Null);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_for_days_is_switched_off_and_its_owner_told_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let receiver = Receiver::start();
    let (id, _) = endpoint(&host, &receiver.url(), &BOOKINGS).await;
    receiver.answer(503);
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    act(&guest, &booking, "cancel").await;
    system.settle().await;
    let mut tries = Vec::new();
    for _ in 0..80 {
        tries.push(receiver.heard().len());
        if state(&host.again().await, &id).await["enabled"] == json!(false) {
            break;
        }
        system.advance(6 * 3600).await;
    }
    let host = host.again().await;
    let off = state(&host, &id).await;
    assert_eq!((&off["enabled"], &off["disabled_reason"]), (&json!(false), &json!("failing")), "{tries:?}");
    let ids: Vec<String> =
        receiver.heard().iter().map(|one| one.headers["webhook-id"].to_str().unwrap().to_owned()).collect();
    assert!(
        ids.len() >= 6 && ids.iter().all(|one| *one == ids[0]),
        "one event, the same id each time: {ids:?}"
    );
    let log = deliveries(&host, &id).await;
    assert!(log.iter().all(|one| one["state"] == "failed"), "{log:#?}");
    system.advance(3600).await;
    let told: Vec<Value> = system.mails(&host.email).await;
    let told = told.iter().filter(|mail| mail["subject"] == "A webhook endpoint was switched off").count();
    assert_eq!(told, 1);
    // Nothing more is kept for it; switched on again it gets what its owner asks for, in order.
    let host = host.again().await;
    let calls = receiver.heard().len();
    receiver.answer(200);
    let tag = host.call("GET", &format!("/webhooks/endpoints/{id}/")).send().await.expect(200);
    let on = host.call("PATCH", &format!("/webhooks/endpoints/{id}/")).header("if-match", tag.header("etag"));
    let on = on.json(json!({ "enabled": true })).send().await.expect(200);
    assert_eq!((&on.body["enabled"], &on.body["failing_since"]), (&json!(true), &Value::Null));
    let failed = log.iter().find(|one| one["sequence"] == 2).unwrap()["id"].as_str().unwrap();
    let again = format!("/webhooks/deliveries/{failed}/redeliver/");
    host.call("POST", &again).json(json!({})).send().await.expect(202);
    system.settle().await;
    let heard = receiver.heard().split_off(calls);
    assert_eq!(kinds(&heard), ["booking.cancelled"]);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_switched_off_at_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let receiver = Receiver::start();
    let (id, _) = endpoint(&host, &receiver.url(), &BOOKINGS).await;
    receiver.answer(410);
    guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    system.settle().await;
    assert_eq!(state(&host, &id).await["disabled_reason"], "gone");
    assert_eq!(receiver.heard().len(), 1);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_for_a_day_after_a_rotation() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let receiver = Receiver::start();
    let (id, old) = endpoint(&host, &receiver.url(), &BOOKINGS).await;
    let rotate = format!("/webhooks/endpoints/{id}/secret/");
    let rotated = host.call("POST", &rotate).json(json!({})).send().await.expect(200);
    let new = rotated.body["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    system.settle().await;
    let both = receiver.take().remove(0);
    assert!(is_good(&old, &both) && is_good(&new, &both));
    assert_eq!(both.signatures(), 2);
    system.advance(24 * 3600 + 1).await;
    guest.again().await.stays(&property, Dates::in_days(&guest, 40, 2)).await;
    system.settle().await;
    assert_eq!(receiver.take().remove(0).signatures(), 1);
    // The secret itself is answered by nothing else.
    let seen = state(&host.again().await, &id).await.to_string();
    assert!(!seen.contains("whsec") && !seen.contains(&new[6..]), "{seen}");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_inside() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    for (url, code) in [
        ("http://example.com/", "https_required"),
        ("https://169.254.169.254/latest/", "address_not_public"),
        ("https://[::ffff:10.0.0.1]/", "address_not_public"),
        ("https://10.0.0.1/", "address_not_public"),
        ("https://example.com:22/", "port_not_allowed"),
        ("https://me:secret@example.com/", "credentials_in_url"),
        ("nonsense", "invalid_url"),
    ] {
        let new = json!({ "url": url, "events": ["booking.confirmed"] });
        let refused = host.call("POST", "/webhooks/endpoints/").json(new).send().await;
        let refused = refused.refused(422, "validation_failed");
        assert_eq!(refused.body["errors"][0]["code"], code, "{url}");
    }
    // A good endpoint that sends us elsewhere: the redirect is its answer, and nobody goes there.
    let property = host.lists(|_| {}).await;
    let (inside, receiver) = (Receiver::start(), Receiver::start());
    let (id, _) = endpoint(&host, &receiver.url(), &BOOKINGS).await;
    receiver.redirect(&inside.url());
    guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    system.settle().await;
    assert!(!receiver.heard().is_empty() && inside.heard().is_empty());
    let log = deliveries(&host, &id).await;
    assert_eq!((&log[0]["state"], &log[0]["attempts"][0]["status"]), (&json!("pending"), &json!(307)));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_told_when_it_is_public_and_not_before() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let receiver = Receiver::start();
    let (id, _) = endpoint(&host, &receiver.url(), &["review.revealed", "review.removed"]).await;
    let dates = Dates::in_days(&guest, 1, 2);
    let booking = guest.stays(&property, dates).await;
    let evening = |date: jiff::civil::Date| date.at(23, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    system.advance_to(evening(dates.check_out)).await;
    let (host, guest) = (host.again().await, guest.again().await);
    let review = json!({ "booking_id": booking, "overall": 2, "public_text": "A cold stove." });
    let review = guest.call("POST", "/reviews/").once().json(review).send().await.expect(201).text("id");
    system.settle().await;
    system.advance(120).await;
    assert!(receiver.heard().is_empty() && deliveries(&host, &id).await.is_empty());
    assert_eq!(system.sql("SELECT id::text FROM webhook_events").await.len(), 0);
    let other = json!({ "booking_id": booking, "overall": 5, "public_text": "Left it tidy." });
    host.call("POST", "/reviews/").once().json(other).send().await.expect(201);
    system.settle().await;
    let heard = receiver.take();
    assert_eq!(kinds(&heard), ["review.revealed"]);
    let data = &heard[0].json()["data"];
    assert_eq!(data["review_id"], review.as_str());
    assert!(data.get("public_text").is_none() && data.get("overall").is_none(), "{data}");
    guest.call("DELETE", &format!("/reviews/{review}/")).send().await.expect(204);
    system.advance(60).await;
    assert_eq!(kinds(&receiver.take()), ["review.removed"]);
    system.stop().await;
}
