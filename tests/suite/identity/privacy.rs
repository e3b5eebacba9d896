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
    guest.call("GET", "/users/me/").send().await.refused(404, "not_found");
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
    system.call("GET", &format!("/properties/{property}/")).send().await.refused(404, "not_found");
    let left: Vec<_> = [tables_with(&system, CANARY).await, tables_with(&system, &street).await].concat();
    assert!(left.is_empty(), "{left:#?}");
    system.stop().await;
}
