//! What the staff does, and the log of it.

use serde_json::{Value, json};
use tests::System;

use super::{PASSWORD, admin, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_account_is_shut_out_until_it_is_restored() {
    let system = System::start().await;
    let admin = admin(&system, "Ann Admin").await;
    let person = system.person("Yul").await;
    let path = |act: &str| format!("/users/{}/{act}/", person.id);
    let reason = json!({ "reason": "Three guests reported the same fraud." });
    person.call("POST", &path("suspend")).json(reason.clone()).send().await.refused(403, "admin_only");
    system.call("POST", &path("suspend")).json(reason.clone()).send().await.expect(401);
    admin.call("POST", &path("suspend")).json(json!({ "reason": "" })).send().await.expect(422);
    admin.call("POST", &path("suspend")).json(reason.clone()).send().await.expect(204);
    sign_in(&system, &person.email, PASSWORD, None).await.refused(403, "account_suspended");
    sign_in(&system, &person.email, "not-the-password", None).await.refused(401, "invalid_credentials");
    let refresh = json!({ "refresh_token": person.refresh_token });
    system.call("POST", "/users/refresh/").json(refresh).send().await.refused(401, "invalid_refresh_token");
    admin.call("POST", &path("restore")).json(json!({ "reason": "A mistake." })).send().await.expect(204);
    sign_in(&system, &person.email, PASSWORD, None).await.expect(200);
    let nobody = "/users/0199c1a0-7c00-7000-8000-000000000001/suspend/";
    admin.call("POST", nobody).json(reason).send().await.refused(404, "not_found");
    let log = admin.call("GET", &format!("/users/audit/?subject_id={}", person.id)).send().await.expect(200);
    let entries = log.body["items"].as_array().unwrap();
    let acts: Vec<_> =
        entries.iter().map(|entry| (&entry["action"], &entry["actor_id"], &entry["reason"])).collect();
    let by = json!(admin.id);
    assert_eq!(
        acts,
        [
            (&json!("user_restored"), &by, &json!("A mistake.")),
            (&json!("user_suspended"), &by, &json!("Three guests reported the same fraud.")),
        ]
    );
    person.call("GET", "/users/audit/").send().await.refused(403, "admin_only");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_only_grows_and_shows_where_it_was_tampered_with() {
    let system = System::start().await;
    let admin = admin(&system, "Ann Admin").await;
    let person = system.person("Zoe").await;
    let acts = ["suspend", "restore"].into_iter().cycle().take(30);
    let calls = acts.map(|act| {
        let path = format!("/users/{}/{act}/", person.id);
        admin.call("POST", &path).json(json!({ "reason": "Again." })).send()
    });
    for answer in futures::future::join_all(calls).await {
        answer.expect(204);
    }
    // 30 acts and the grant; pages of ten lead through all of them.
    let (mut seen, mut path) = (Vec::new(), "/users/audit/?limit=10".to_owned());
    loop {
        let page = admin.call("GET", &path).send().await.expect(200);
        seen.extend(
            page.body["items"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()),
        );
        let Value::String(cursor) = &page.body["next_cursor"] else { break };
        path = format!("/users/audit/?limit=10&cursor={cursor}");
    }
    assert_eq!(seen, (1..=31).rev().collect::<Vec<_>>());
    let broken = "SELECT audit_log_broken_at()::text";
    assert_eq!(system.sql(broken).await, [None]);
    for change in [
        "UPDATE audit_log SET reason = 'x' WHERE seq = 7 RETURNING ''",
        "DELETE FROM audit_log WHERE seq = 31 RETURNING ''",
    ] {
        assert!(system.try_sql(change).await.is_err(), "{change}");
    }
    // Whoever owns the database can do everything; but not so that nobody sees it.
    for (change, place) in [
        ("UPDATE audit_log SET reason = 'x' WHERE seq = 7 RETURNING ''", "7"),
        ("UPDATE audit_log SET at = at + interval '1 second' WHERE seq = 5 RETURNING ''", "5"),
        ("DELETE FROM audit_log WHERE seq = 3 RETURNING ''", "4"),
        ("UPDATE audit_log SET hash = audit_hash(audit_log) WHERE seq = 1 RETURNING ''", "4"),
    ] {
        let sql = "ALTER TABLE audit_log DISABLE TRIGGER audit_log_stays";
        system.try_sql(sql).await.unwrap();
        system.try_sql(change).await.unwrap();
        assert_eq!(system.sql(broken).await, [Some(place.to_owned())], "{change}");
    }
    admin.call("GET", "/users/audit/").send().await.refused(500, "internal");
    system.stop().await;
}
