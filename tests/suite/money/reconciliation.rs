//! The daily comparison of the provider's books with ours.

use serde_json::{Value, json};
use tests::{Dates, Person, System};

use super::{accounts_of, intent_of, ledger_holds, payment_of, promoted};

/// Longer than a run is after the last one.
const A_DAY: i64 = 26 * 3600;

fn lose_webhooks(system: &System, share: f64) {
    let faults = json!({ "seed": 3, "webhooks": { "lost": share } });
    system.handles().stripe.handle().set_faults(serde_json::from_value(faults).expect("faults"));
}

async fn findings(system: &System, state: &str) -> Vec<String> {
    let query = format!("SELECT kind FROM findings WHERE state = '{state}' ORDER BY kind");
    system.sql(&query).await.into_iter().flatten().collect()
}

async fn cancel(guest: &Person<'_>, booking: &str) {
    let path = format!("/bookings/{booking}/cancel/");
    guest.call("POST", &path).once().json(json!({ "reason": "Plans changed." })).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_told_is_healed_within_a_day() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let provider = system.handles().stripe.handle();
    let pending = guest.holds(&property, Dates::in_days(&guest, 30, 3)).await.text("id");
    guest.pay(&pending, "pm_card_pendingRefund").await.expect(202);
    let disputed = guest.stays(&property, Dates::in_days(&guest, 40, 3)).await;
    // From here on nothing is told: the end of the refund, the dispute, the host's restriction.
    lose_webhooks(&system, 1.0);
    cancel(&guest, &pending).await;
    system.settle().await;
    provider.open_dispute(&intent_of(&system, &disputed).await, None, "fraudulent").unwrap();
    let account = provider.accounts().unwrap()[0]["id"].as_str().unwrap().to_owned();
    provider.restrict_account(&account, vec!["individual.id_number".to_owned()]).unwrap();
    system.advance(2 * 3600).await;
    assert_eq!(system.sql("SELECT state FROM refunds").await, [Some("pending".to_owned())]);
    assert_eq!(system.sql("SELECT id::text FROM disputes").await, []);
    lose_webhooks(&system, 0.0);

    system.advance(A_DAY).await;
    system.advance(61).await;
    assert_eq!(system.sql("SELECT state FROM refunds").await, [Some("succeeded".to_owned())]);
    assert_eq!(system.sql("SELECT state FROM disputes").await, [Some("open".to_owned())]);
    assert_eq!(system.sql("SELECT state FROM host_accounts").await, [Some("restricted".to_owned())]);
    assert_eq!(findings(&system, "open").await, [] as [String; 0]);
    let healed = findings(&system, "healed").await;
    assert!(healed.iter().filter(|kind| *kind == "webhook_lost").count() >= 3, "{healed:?}");
    assert_eq!(system.sql("SELECT DISTINCT step FROM reconciliation_runs").await, [Some("done".to_owned())]);
    ledger_holds(&system).await;
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// Somebody who works at the provider's own console.
async fn by_hand(system: &System, path: &str, form: &[(&str, &str)]) -> Value {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let answer = client
        .post(format!("{}{path}", system.handles().stripe.handle().url()))
        .bearer_auth("sk_test_local")
        .form(form)
        .send()
        .await
        .expect("the provider");
    let text = answer.text().await.expect("a body");
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_a_finding_that_the_staff_settles() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let intent = intent_of(&system, &booking).await;
    let refund = by_hand(&system, "/v1/refunds", &[("payment_intent", &intent), ("amount", "5000")]).await;
    assert_eq!(refund["status"], "succeeded", "{refund:#}");
    let stray = by_hand(
        &system,
        "/v1/payment_intents",
        &[
            ("amount", "700"),
            ("currency", "usd"),
            ("confirm", "true"),
            ("capture_method", "manual"),
            ("payment_method", "pm_card_visa"),
            ("payment_method_types[]", "card"),
            ("metadata[payment_id]", "0199c1a0-7c00-7000-8000-000000000009"),
        ],
    )
    .await;
    assert_eq!(stray["status"], "requires_capture", "{stray:#}");
    system.settle().await;
    system.advance(A_DAY).await;
    system.advance(61).await;
    assert_eq!(findings(&system, "open").await, ["payment_unknown", "refund_unknown"]);

    let host = host.again().await;
    host.call("GET", "/payments/findings/").send().await.refused(403, "admin_only");
    let staff = promoted(&guest).await;
    let listed = staff.call("GET", "/payments/findings/?state=open").send().await.expect(200);
    let of = |kind: &str| {
        let items = listed.body["items"].as_array().unwrap();
        items.iter().find(|finding| finding["kind"] == kind).unwrap().clone()
    };
    assert_eq!(of("refund_unknown")["subject"], refund["id"]);
    assert_eq!(of("payment_unknown")["subject"], stray["id"]);
    let settle = |id: &Value, body: Value| {
        let path = format!("/payments/findings/{}/settle/", id.as_str().unwrap());
        staff.call("POST", &path).once().json(body).send()
    };
    let id = of("refund_unknown")["id"].clone();
    let owed = json!({ "note": "x", "write_off": {
        "account": "host_payable", "amount": { "amount": 1, "currency": "USD" } } });
    settle(&id, owed).await.expect(422);
    let note = json!({ "note": "Given by hand to a guest who could not reach us.", "write_off": {
        "account": "provider_balance", "amount": { "amount": 5_000, "currency": "USD" } } });
    let settled = settle(&id, note.clone()).await.expect(200);
    assert_eq!((&settled.body["state"], &settled.body["note"]), (&json!("settled"), &note["note"]));
    settle(&id, note).await.refused(409, "illegal_transition");
    settle(&of("payment_unknown")["id"], json!({ "note": "Another system's." })).await.expect(200);
    // The ledger agrees with the provider again, by an entry and not by a change.
    ledger_holds(&system).await;
    let written = "SELECT sum(amount)::text FROM ledger_entries WHERE account = 'write_offs'";
    assert_eq!(system.sql(written).await, [Some("5000".to_owned())]);
    assert!(accounts_of(&system, &booking).await["write_offs"].is_null());
    // The staff may read a guest's payment.
    let payment = payment_of(&staff, &booking).await;
    staff.call("GET", &format!("/payments/{payment}/")).send().await.expect(200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_books_are_looked_at_too() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let other = guest.stays(&property, Dates::in_days(&guest, 40, 3)).await;
    let provider = system.handles().stripe.handle();
    provider.open_dispute(&intent_of(&system, &other).await, None, "fraudulent").unwrap();
    system.settle().await;
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    // What no function can do, the owner of the database does.
    let broken = format!(
        "UPDATE host_earnings SET payable = 1, next_release_at = NULL WHERE booking_id = '{booking}'"
    );
    client.batch_execute(&broken).await.unwrap();
    // Evidence is due in nine days.
    system.advance(7 * 24 * 3600).await;
    system.advance(61).await;
    let open = findings(&system, "open").await;
    assert!(open.contains(&"evidence_due".to_owned()), "{open:?}");
    client.batch_execute(&format!("UPDATE host_earnings SET updated_at = '{}'", system.now())).await.unwrap();
    system.advance(A_DAY).await;
    system.advance(61).await;
    assert!(findings(&system, "open").await.contains(&"earnings_differ".to_owned()));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_sent_back_by_the_operator() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let away = json!({ "api": [{ "kind": "server_error", "when": { "probability": 1.0 } }] });
    system.handles().stripe.handle().set_faults(serde_json::from_value(away).unwrap());
    cancel(&guest, &booking).await;
    system.settle().await;
    // Each time it comes again it fails; what the sweeper sends beside it fails, too.
    while system.dead_letters().await == 0 {
        system.advance(181).await;
    }
    lose_webhooks(&system, 0.0);
    let env = platform::Env::from_map(system.handles().variables.clone());
    let moved = local::operator::redrive(&env, domain::messages::Topic::Payments).await.unwrap();
    assert!(moved > 0);
    system.settle().await;
    assert_eq!(system.dead_letters().await, 0);
    assert_eq!(system.sql("SELECT state FROM refunds").await, [Some("succeeded".to_owned())]);
    for _ in 0..2 {
        system.advance(181).await;
    }
    assert_eq!(system.handles().stripe.handle().refunds().unwrap().len(), 1);
    ledger_holds(&system).await;
    system.stop().await;
}
