//! What stands at the webhooks' door: signatures, secrets that change, sizes, events that nobody knows.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{Answer, Dates, System};

use super::ledger_holds;

/// The secret of the local provider.
const KEY: &str = "whsec_local";

fn signature(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let hex = mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("t={at},v1={hex}")
}

async fn post(system: &System, header: &str, body: String) -> Answer {
    let call = system.call("POST", "/payments/webhooks/stripe/").header("stripe-signature", header);
    call.body("application/json; charset=utf-8", body).send().await
}

/// Delivers an event that was signed so many seconds from now.
async fn deliver(system: &System, event: &Value, secret: &str, seconds: i64) -> Answer {
    let body = event.to_string();
    let header = signature(secret, system.now().as_second() + seconds, &body);
    post(system, &header, body).await
}

fn event(id: &str, kind: &str, object: &Value) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "created": 1_780_315_200, "data": { "object": object } })
}

async fn stored(system: &System) -> Vec<String> {
    system.sql("SELECT id FROM provider_events ORDER BY id").await.into_iter().flatten().collect()
}

/// Changes the secrets, as an operator does in Secrets Manager.
async fn change_secrets(system: &System, secrets: &[&str]) {
    let variables = &system.handles().variables;
    let env = platform::Env::from_map(variables.clone());
    let aws = platform::Aws::from_env(&env).unwrap();
    let client = aws_sdk_secretsmanager::Client::new(aws.sdk_config());
    client
        .put_secret_value()
        .secret_id(&variables["STRIPE_WEBHOOK_SECRET_ARN"])
        .secret_string(json!({ "secrets": secrets }).to_string())
        .send()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_change_without_a_restart_and_the_old_one_fits_until_it_is_taken_out() {
    let system = System::start().await;
    let ping = |number: u32| event(&format!("evt_{number}"), "invoice.paid", &json!({}));
    deliver(&system, &ping(1), KEY, 0).await.expect(200);
    deliver(&system, &ping(2), "whsec_new", 0).await.refused(400, "invalid_signature");

    change_secrets(&system, &["whsec_new", KEY]).await;
    // A signature that fits none lets them be read again, no more often than every ten seconds.
    system.advance(11).await;
    deliver(&system, &ping(3), "whsec_new", 0).await.expect(200);
    deliver(&system, &ping(4), KEY, 0).await.expect(200);

    change_secrets(&system, &["whsec_new"]).await;
    // What was read is used for five minutes.
    deliver(&system, &ping(5), KEY, 0).await.expect(200);
    system.advance(301).await;
    deliver(&system, &ping(6), KEY, 0).await.refused(400, "invalid_signature");
    deliver(&system, &ping(7), "whsec_new", 0).await.expect(200);
    // Two signatures in one header, as the provider sends while it changes its own.
    let body = ping(8).to_string();
    let (old, new) = (signature(KEY, 0, &body), signature("whsec_new", system.now().as_second(), &body));
    let both = format!("{new},{}", old.split_once(',').unwrap().1);
    post(&system, &both, body).await.expect(200);
    assert_eq!(stored(&system).await, ["evt_1", "evt_3", "evt_4", "evt_5", "evt_7", "evt_8"]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_counts_for_five_minutes_either_way_and_for_its_own_bytes() {
    let system = System::start().await;
    let ping = event("evt_1", "invoice.paid", &json!({}));
    for seconds in [-302, 303] {
        deliver(&system, &ping, KEY, seconds).await.refused(400, "invalid_signature");
    }
    let body = ping.to_string();
    let header = signature(KEY, system.now().as_second(), &body);
    post(&system, &header, format!("{body} ")).await.refused(400, "invalid_signature");
    post(&system, "", body.clone()).await.refused(400, "invalid_signature");
    post(&system, &header.replace("v1=", "v0="), body).await.refused(400, "invalid_signature");
    assert_eq!(stored(&system).await, [] as [String; 0]);
    for seconds in [-297, 298] {
        deliver(&system, &ping, KEY, seconds).await.expect(200);
    }
    assert_eq!(stored(&system).await, ["evt_1"]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_knows_is_kept_and_ignored() {
    let system = System::start().await;
    let unknown = event("evt_1", "customer.subscription.trial_will_end", &json!({ "id": "sub_1" }));
    for _ in 0..2 {
        deliver(&system, &unknown, KEY, 0).await.expect(200);
    }
    system.settle().await;
    let kept = "SELECT kind FROM provider_events WHERE processed_at IS NOT NULL";
    assert_eq!(system.sql(kept).await, [Some("customer.subscription.trial_will_end".to_owned())]);
    assert_eq!(system.sql("SELECT id::text FROM outbox WHERE topic = 'payments'").await, []);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_event_is_worked_off_and_never_in_a_queue() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 3)).await.text("id");
    let provider = system.handles().stripe.handle();
    // The guest proves who they are, and the word of it comes in one large event only.
    guest.pay(&booking, "pm_card_authenticationRequired").await.expect(202);
    system.settle().await;
    let lost = json!({ "webhooks": { "lost": 1.0 } });
    provider.set_faults(serde_json::from_value(lost).unwrap());
    let intent = super::intent_of(&system, &booking).await;
    provider.authenticate(&intent, true).unwrap();
    system.settle().await;
    assert_eq!(guest.booking(&booking).await.body["state"], "pending_payment");
    let told = provider.events().unwrap();
    let told = told.iter().find(|event| event["type"] == "payment_intent.amount_capturable_updated").unwrap();
    let mut large = told.clone();
    large["id"] = json!("evt_large");
    // Two bytes each, and one of them across every place where a row is cut.
    large["data"]["object"]["description"] = json!("é".repeat(60_000));
    let size = large.to_string().len();
    assert!((64 << 10..256 << 10).contains(&size), "{size}");
    deliver(&system, &large, KEY, 0).await.expect(200);
    let sent = "SELECT octet_length(body::text)::text FROM outbox WHERE body ->> 'event_id' = 'evt_large'";
    let sent: usize = system.sql(sent).await.remove(0).unwrap().parse().unwrap();
    assert!(sent < 200, "a message of {sent} bytes");
    system.settle().await;
    assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
    let open = "SELECT id FROM provider_events WHERE processed_at IS NULL";
    assert_eq!(system.sql(open).await, []);

    large["id"] = json!("evt_too_large");
    large["data"]["object"]["description"] = json!("é".repeat(140_000));
    assert_eq!(deliver(&system, &large, KEY, 0).await.status, 413);
    assert!(!stored(&system).await.contains(&"evt_too_large".to_owned()));
    ledger_holds(&system).await;
    system.stop().await;
}
