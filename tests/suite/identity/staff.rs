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
    // Tokens are good again from the second after the suspension on.
    system.advance(1).await;
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
    person.again().await.call("GET", "/users/audit/").send().await.refused(403, "admin_only");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_the_staff_takes_off_stays_off_until_the_staff_lets_it_back() {
    let system = System::start().await;
    let (admin, host) = (admin(&system, "Ann Admin").await, system.host("Hanna Host").await);
    let property = host.lists(|_| {}).await;
    let path = |act: &str| format!("/properties/{property}/{act}/");
    let judge = |act: &str| {
        let reason = json!({ "reason": format!("We {act} it.") });
        admin.call("POST", &path(act)).json(reason).send()
    };
    let reason = json!({ "reason": "Mine." });
    host.call("POST", &path("unlist")).json(reason.clone()).send().await.refused(403, "admin_only");
    admin.call("POST", &path("unlist")).json(json!({})).send().await.expect(422);
    for _ in 0..2 {
        judge("unlist").await.expect(204);
    }
    system.call("GET", &path("")).send().await.refused(404, "not_found");
    let own = host.call("GET", &format!("/properties/{property}/")).send().await.expect(200);
    assert_eq!((&own.body["state"], own.body["barred_at"].is_string()), (&json!("unlisted"), true));
    host.call("POST", &path("publish")).send().await.refused(403, "barred_by_staff");
    judge("relist").await.expect(204);
    system.call("GET", &format!("/properties/{property}/")).send().await.refused(404, "not_found");
    host.call("POST", &path("publish")).send().await.expect(200);
    let seen = system.call("GET", &format!("/properties/{property}/")).send().await.expect(200);
    assert!(seen.body["barred_at"].is_null());
    let nothing = "/properties/0199c1a0-7c00-7000-8000-000000000001/unlist/";
    admin.call("POST", nothing).json(reason).send().await.refused(404, "not_found");
    let log = admin.call("GET", &format!("/users/audit/?subject_id={property}")).send().await.expect(200);
    let acts: Vec<_> =
        log.body["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(acts, [json!("property_relisted"), json!("property_unlisted")]);
    assert_eq!(log.body["items"][1]["reason"], "We unlist it.");
    system.stop().await;
}

/// A complaint reaches the staff; a removed review leaves a tombstone, and its rating counts no more.
#[tokio::test(flavor = "multi_thread")]
async fn reported_reviews_are_removed_or_kept() {
    let system = System::start().await;
    let world = crate::world::World::make(&system).await;
    let admin = admin(&system, "Ann Admin").await;
    let of_host = json!({ "booking_id": world.stayed, "overall": 4, "public_text": "Left it tidy." });
    let of_host =
        world.host.call("POST", "/reviews/").once().json(of_host).send().await.expect(201).text("id");
    let rating = || async {
        let path = format!("/properties/{}/", world.property);
        system.call("GET", &path).send().await.expect(200).body["rating"]["count"].clone()
    };
    assert_eq!(rating().await, 1);
    for (review, by) in
        [(&world.review, &world.host), (&world.review, &world.stranger), (&of_host, &world.guest)]
    {
        let report = json!({ "reason": "It names my neighbour." });
        by.call("POST", &format!("/reviews/{review}/report/")).json(report).send().await.expect(201);
    }
    let reports = |query: &str| admin.call("GET", &format!("/reviews/reports/{query}")).send();
    world.host.call("GET", "/reviews/reports/").send().await.refused(403, "admin_only");
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = reports(&query).await.expect(200);
        seen.extend(page.body["items"].as_array().unwrap().iter().map(|report| report["review_id"].clone()));
        let Value::String(cursor) = &page.body["next_cursor"] else { break };
        query = format!("?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, [json!(of_host), json!(world.review), json!(world.review)]);
    let decide = |review: &str, decision: &str| {
        let body = json!({ "decision": decision, "reason": "By the rules of the house." });
        admin.call("POST", &format!("/reviews/{review}/moderate/")).json(body).send()
    };
    for _ in 0..2 {
        decide(&world.review, "removed").await.expect(204);
        decide(&of_host, "kept").await.expect(204);
    }
    decide(&world.review, "kept").await.refused(404, "not_found");
    decide("0199c1a0-7c00-7000-8000-000000000001", "removed").await.refused(404, "not_found");
    let gone = system.call("GET", &format!("/reviews/{}/", world.review)).send().await.refused(410, "gone");
    assert!(!gone.body.to_string().contains("stove"));
    let author = world.guest.call("GET", &format!("/reviews/{}/", world.review)).send().await;
    author.refused(410, "gone");
    // What is kept of the listing goes with the schedule.
    system.advance(61).await;
    assert_eq!(rating().await, 0);
    system.call("GET", &format!("/reviews/{of_host}/")).send().await.expect(200);
    assert_eq!(reports("").await.expect(200).body["items"], json!([]));
    let settled = reports("?state=settled").await.expect(200);
    let outcomes: Vec<_> =
        settled.body["items"].as_array().unwrap().iter().map(|report| report["outcome"].clone()).collect();
    assert_eq!(outcomes, [json!("kept"), json!("removed"), json!("removed")]);
    let log = "SELECT string_agg(action || ' ' || reason, ', ' ORDER BY seq) FROM audit_log WHERE subject_kind = 'review'";
    let said = "review_removed By the rules of the house., review_kept By the rules of the house.";
    assert_eq!(system.sql(log).await, [Some(said.to_owned())]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_staff_gives_back_what_the_policy_does_not() {
    let system = System::start().await;
    let admin = admin(&system, "Ann Admin").await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, tests::Dates::in_days(&guest, 30, 3)).await;
    let path = format!("/bookings/{booking}/override-refund/");
    let usd = |amount: i64| json!({ "amount": amount, "currency": "USD" });
    let body = json!({ "amount": usd(5_000), "reason": "Two days without an answer." });
    for person in [&host, &guest] {
        person.call("POST", &path).once().json(body.clone()).send().await.refused(403, "admin_only");
    }
    admin.call("POST", &path).json(body.clone()).send().await.refused(400, "idempotency_key_missing");
    // Many at once with one key are one.
    let calls = (0..8).map(|_| {
        admin.call("POST", &path).header("idempotency-key", "once-and-for-all").json(body.clone()).send()
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().any(|answer| answer.status == 202));
    assert!(answers.iter().all(|answer| [202, 409].contains(&answer.status)), "{answers:#?}");
    system.settle().await;
    let booked = guest.booking(&booking).await;
    assert_eq!(booked.body["state"], "confirmed");
    assert_eq!(booked.body["payments"][0]["refunded"], usd(5_000));
    let log =
        "SELECT string_agg(action || ' ' || reason, ', ') FROM audit_log WHERE subject_kind = 'booking'";
    assert_eq!(system.sql(log).await, [Some("refund_overridden Two days without an answer.".to_owned())]);
    let refuse = |amount: serde_json::Value| {
        admin.call("POST", &path).once().json(json!({ "amount": amount, "reason": "More." })).send()
    };
    refuse(usd(10_000_000)).await.refused(422, "refund_exceeds_captured");
    refuse(usd(0)).await.refused(422, "invalid_amount");
    refuse(json!({ "amount": 1, "currency": "EUR" })).await.refused(422, "currency_mismatch");
    // The rest, and then nothing is left.
    let rest =
        admin.call("POST", &path).once().json(json!({ "reason": "All of it." })).send().await.expect(202);
    assert_eq!(rest.body["items"].as_array().map(Vec::len), Some(1), "{:#}", rest.body);
    system.settle().await;
    let payment = guest.call("GET", "/payments/").send().await.expect(200).body["items"][0].clone();
    assert_eq!((&payment["state"], &payment["refunded"]), (&json!("refunded"), &payment["captured"]));
    let nothing = admin.call("POST", &path).once().json(json!({ "reason": "More." })).send().await;
    nothing.refused(409, "illegal_transition");
    system.stop().await;
}

/// Taken off from its end a chain shows no gap: but somebody elsewhere remembers.
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_logs_end_is_missed_when_it_is_cut_off() {
    let system = System::start().await;
    let admin = admin(&system, "Ann Admin").await;
    let person = system.person("Zoe").await;
    for act in ["suspend", "restore", "suspend"] {
        let path = format!("/users/{}/{act}/", person.id);
        admin.call("POST", &path).json(json!({ "reason": "Again." })).send().await.expect(204);
    }
    let env = platform::Env::from_map(system.handles().variables.clone());
    let verify = || async { local::operator::verify_audit(&env).await.unwrap() };
    assert_eq!(verify().await, Ok(4));
    system.advance(61).await;
    system.settle().await;
    let aws = platform::Aws::from_env(&env).unwrap();
    let scheduler = scheduler::Scheduler::from_env(&env, &aws).unwrap();
    scheduler.handle(Value::Null).await.unwrap();
    assert_eq!(verify().await, Ok(4));
    // Whoever owns the database cuts the last two off; the chain alone holds.
    for sql in [
        "ALTER TABLE audit_log DISABLE TRIGGER audit_log_stays",
        "DELETE FROM audit_log WHERE seq > 2 RETURNING ''",
    ] {
        system.try_sql(sql).await.unwrap();
    }
    assert_eq!(system.sql("SELECT audit_log_broken_at()::text").await, [None]);
    assert_eq!(verify().await, Err(services::audit::Broken::Tail(4)));
    assert!(scheduler.handle(Value::Null).await.is_err(), "the schedule fails, and somebody is told");
    // Entries that are made up in their place have another hash.
    for act in ["restore", "suspend"] {
        let path = format!("/users/{}/{act}/", person.id);
        let admin = admin.again().await;
        admin.call("POST", &path).json(json!({ "reason": "Made up." })).send().await.expect(204);
    }
    assert_eq!(system.sql("SELECT audit_log_broken_at()::text").await, [None]);
    assert_eq!(verify().await, Err(services::audit::Broken::Tail(4)));
    assert!(scheduler.handle(Value::Null).await.is_err());
    system.stop().await;
}
