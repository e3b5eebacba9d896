//! What is held of people, told and forgotten.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use store::users::privacy::HELD;
use tests::{Person, System};

use super::{PASSWORD, sign_in};
use crate::world::World;

/// A word that stands in every field that takes one.
const CANARY: &str = "Zilpzalp";

#[tokio::test(flavor = "multi_thread")]
async fn every_column_has_its_decision() {
    let system = System::start().await;
    let rows = system
        .sql(
            "SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
             JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'schema_migrations'",
        )
        .await;
    let there: BTreeSet<String> = rows.into_iter().flatten().collect();
    let mut decided = BTreeSet::new();
    for table in HELD {
        for column in [table.kept, table.erased, table.hidden].concat() {
            assert!(
                decided.insert(format!("{}.{column}", table.name)),
                "{}.{column} stands twice",
                table.name
            );
        }
    }
    let open: Vec<_> = there.difference(&decided).collect();
    let gone: Vec<_> = decided.difference(&there).collect();
    assert!(
        open.is_empty() && gone.is_empty(),
        "shared/store/src/users/privacy.rs says what becomes of each column; without a decision: {open:?}; gone: {gone:?}"
    );
    system.stop().await;
}

/// The tables in which a text stands, in any column.
async fn tables_with(system: &System, text: &str) -> Vec<String> {
    let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let mut found = Vec::new();
    for name in system.sql(names).await.into_iter().flatten() {
        let query =
            format!("SELECT t::text FROM {name} t WHERE position(lower('{text}') IN lower(t::text)) > 0");
        found.extend(system.sql(&query).await.into_iter().flatten().map(|row| format!("{name}: {row}")));
    }
    found
}

/// Words of the guest in every field that takes them.
async fn speak(guest: &Person<'_>, world: &World<'_>) {
    let name = json!({ "name": format!("{CANARY} Gus") });
    guest.call("PATCH", "/users/me/").json(name).send().await.expect(200);
    let details = json!({
        "guest_names": [format!("{CANARY} Junior")], "arrival_time": "17:30", "notes": format!("{CANARY} is late."),
    });
    let booking = format!("/bookings/{}/", world.booking);
    guest.call("PATCH", &booking).header("if-match", "*").json(details).send().await.expect(200);
    let review = json!({ "private_text": format!("{CANARY} says: mind the stove.") });
    let path = format!("/reviews/{}/", world.review);
    guest.call("PATCH", &path).header("if-match", "*").json(review).send().await.expect(200);
    let wish = json!({ "email": format!("{CANARY}@example.test") });
    guest.call("POST", "/users/me/email/").json(wish).send().await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_told_and_what_is_forgotten_is_nowhere() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let guest = world.guest.again().await;
    speak(&guest, &world).await;
    system.settle().await;
    let before = tables_with(&system, CANARY).await;
    assert!(before.len() >= 3, "planted: {before:#?}");

    let export = guest.call("GET", "/users/me/export/").send().await.expect(200);
    assert!(export.header("content-disposition").starts_with("attachment"));
    let held: BTreeMap<String, Value> = serde_json::from_value(export.body.clone()).unwrap();
    for table in HELD {
        // What is about nobody is told to nobody; the rest is there, if empty.
        let told = held.get(table.name);
        let Some(row) = told.and_then(|rows| rows.get(0)) else { continue };
        let columns: BTreeSet<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let wanted: BTreeSet<&str> = [table.kept, table.erased].concat().into_iter().collect();
        assert_eq!(columns, wanted, "{}", table.name);
    }
    for table in ["users", "bookings", "payments", "quotes", "reviews", "sessions"] {
        assert!(!held[table].as_array().unwrap().is_empty(), "{table}");
    }
    let text = export.body.to_string();
    assert!(text.contains(CANARY) && text.contains(&world.booking) && !text.contains("argon2"));
    assert!(!text.contains("hanna.host@example.test"), "another's address");

    // Somebody counts on the stay to come.
    guest.call("DELETE", "/users/me/").send().await.refused(409, "stays_open");
    let cancel = format!("/bookings/{}/cancel/", world.booking);
    guest.call("POST", &cancel).once().json(json!({ "reason": "Another year." })).send().await.expect(200);
    system.settle().await;
    let ledger = "SELECT coalesce(sum(abs(amount)), 0)::text FROM ledger_entries";
    let money = system.sql(ledger).await;
    guest.call("DELETE", "/users/me/").send().await.expect(204);
    system.settle().await;

    let left: Vec<_> =
        [tables_with(&system, CANARY).await, tables_with(&system, "gus.guest@").await].concat();
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(system.sql(ledger).await, money, "the books stay as they were");
    sign_in(&system, &guest.email, PASSWORD, None).await.refused(401, "invalid_credentials");
    let refresh = json!({ "refresh_token": guest.refresh_token });
    system.call("POST", "/users/refresh/").json(refresh).send().await.refused(401, "invalid_refresh_token");
    guest.call("GET", "/users/me/").send().await.refused(401, "invalid_token");
    system.call("GET", &format!("/users/{}/", guest.id)).send().await.refused(404, "not_found");
    // The host still has their side of it, and the address is free again.
    let host = world.host.again().await;
    host.call("GET", &format!("/bookings/{}/", world.stayed)).send().await.expect(200);
    let again = json!({ "email": guest.email, "password": PASSWORD, "name": "Gus Again" });
    system.call("POST", "/users/").json(again).send().await.expect(202);
    system.settle().await;
    assert!(system.mailed_token(&guest.email).await.len() > 20);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_hosts_listings_are_gone_from_the_market_and_lose_their_street() {
    let system = System::start().await;
    let host = system.host("Zilpzalp Host").await;
    let property = host.lists(|body| body["description"] = json!(format!("{CANARY} lives here."))).await;
    system.call("GET", &format!("/properties/{property}/")).send().await.expect(200);
    let street = tests::listing_body()["location"]["address"]["line1"].as_str().unwrap().to_owned();
    assert!(!tables_with(&system, &street).await.is_empty());
    host.call("DELETE", "/users/me/").send().await.expect(204);
    // What is kept of it goes with the schedule.
    system.advance(61).await;
    system.call("GET", &format!("/properties/{property}/")).send().await.refused(404, "not_found");
    let left: Vec<_> = [tables_with(&system, CANARY).await, tables_with(&system, &street).await].concat();
    assert!(left.is_empty(), "{left:#?}");
    system.stop().await;
}

/// A running command whose log is kept.
struct Logged {
    child: std::process::Child,
    log: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Drop for Logged {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Logged {
    /// Starts the whole system as its own process, at the level that deployments log at.
    async fn start() -> (Self, String) {
        use std::os::unix::fs::PermissionsExt as _;
        let program = tests::binary("innkeep").await;
        // The database's account reaches it, too.
        let mode = std::fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("innkeep-log-").permissions(mode).tempdir().unwrap();
        let log = folder.path().join("log");
        let file = std::fs::File::create(&log).unwrap();
        let child = std::process::Command::new(program)
            .args(["serve", "--port", "0", "--seed", "none", "--data-dir"])
            .arg(folder.path().join("data"))
            .env_remove("DATABASE_URL")
            .env("LOG_LEVEL", "info")
            .stdin(std::process::Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let logged = Self { child, log, _folder: folder };
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            let said = logged.said();
            if let Some(rest) = said.split("Ready: ").nth(1) {
                return (logged, rest.split_whitespace().next().unwrap().to_owned());
            }
            assert!(std::time::Instant::now() < deadline, "it does not get ready: {said}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// Planted in every field, header, path and query that takes a text, in good requests and in bad ones, it comes back in no
/// log line.
#[tokio::test(flavor = "multi_thread")]
async fn logs_repeat_nothing_that_anybody_said() {
    let (logged, url) = Logged::start().await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let post = |path: &str, body: Value| client.post(format!("{url}{path}")).json(&body).send();
    let email = format!("{CANARY}@example.test");
    let secret = format!("{CANARY}-is-my-password");
    let registration = json!({ "email": email, "password": secret, "name": CANARY });
    assert_eq!(post("/users/", registration.clone()).await.unwrap().status(), 202);
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let token = loop {
        let mails: Value =
            client.get(format!("{url}/_local/mail/")).send().await.unwrap().json().await.unwrap();
        let text = mails[0]["text"].as_str().unwrap_or_default();
        if let Some(line) = text.lines().find_map(|line| line.strip_prefix("token=")) {
            break line.to_owned();
        }
        assert!(std::time::Instant::now() < deadline, "no mail");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(post("/users/verify/", json!({ "token": token })).await.unwrap().status(), 204);
    post("/users/", registration).await.unwrap();
    post("/users/login/", json!({ "email": email, "password": format!("wrong {CANARY}") })).await.unwrap();
    post("/users/password-reset/", json!({ "email": email })).await.unwrap();
    post("/users/login/", json!({ "email": CANARY, (CANARY): CANARY })).await.unwrap();
    let pair: Value = post("/users/login/", json!({ "email": email, "password": secret }))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let access = pair["access_token"].as_str().unwrap().to_owned();
    let call = |method: &str, path: &str| {
        let request = client.request(method.parse().unwrap(), format!("{url}{path}"));
        request.bearer_auth(&access).header("x-canary", CANARY).header("user-agent", CANARY)
    };
    let mut listing = tests::listing_body();
    for field in ["title", "description"] {
        listing[field] = json!(format!("{CANARY} {field}"));
    }
    listing["location"]["address"]["line1"] = json!(CANARY);
    let asked = [
        call("PATCH", "/users/me/").json(&json!({ "name": format!("{CANARY} again") })),
        call("PATCH", "/users/me/").json(&json!({ "time_zone": CANARY, "locale": CANARY })),
        call("PATCH", "/users/me/").header("content-type", "application/json").body(format!("{{{CANARY}")),
        call("POST", "/users/me/email/").json(&json!({ "email": format!("other.{CANARY}@example.test") })),
        call("POST", "/properties/").header("idempotency-key", CANARY).json(&listing),
        call("POST", "/properties/").json(&json!({ "title": CANARY, "kind": CANARY })),
        call("GET", &format!("/properties/?q={CANARY}&cursor={CANARY}")),
        call("GET", &format!("/{CANARY}/{CANARY}")),
        call("GET", &format!("/users/{CANARY}/")),
        call("GET", "/users/me/").header("traceparent", CANARY).header("if-match", CANARY),
        client.get(format!("{url}/users/me/")).bearer_auth(CANARY),
        client.get(format!("{url}/users/me/")).basic_auth(CANARY, Some(CANARY)),
    ];
    for request in asked {
        request.send().await.unwrap();
    }
    let said = logged.said();
    assert!(said.matches("answered").count() > 15, "it logs what it does: {said}");
    let (lower, word) = (said.to_lowercase(), CANARY.to_lowercase());
    let wrong: Vec<&str> = lower.lines().filter(|line| line.contains(&word)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for secret in [token.as_str(), access.as_str(), pair["refresh_token"].as_str().unwrap()] {
        assert!(!said.contains(secret), "a secret is in the log");
    }
}
