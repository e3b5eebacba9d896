//! Who helps a host, with what, and with nothing else.

use serde_json::json;
use tests::{Dates, System};

#[tokio::test(flavor = "multi_thread")]
async fn a_cohost_may_do_what_they_were_given_and_no_more() {
    let system = System::start().await;
    let (host, helper) = (system.host("Hanna Host").await, system.person("Cor Cohost").await);
    let (stranger, guest) = (system.host("Stan Stranger").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let other = host.lists(|_| {}).await;
    let cohosts = format!("/properties/{property}/cohosts/");
    let give = |permissions: serde_json::Value| {
        let body = json!({ "user_id": helper.id, "permissions": permissions });
        host.call("POST", &cohosts).json(body).send()
    };
    let nights = Dates::in_days(&guest, 90, 2);
    let price = |property: &str, amount: i64| {
        let change = json!({ "from": nights.check_in, "to": nights.check_out,
                             "price": { "amount": amount, "currency": "USD" } });
        let path = format!("/properties/{property}/calendar/");
        helper.call("PATCH", &path).json(json!({ "changes": [change] })).send()
    };
    let title = || {
        let path = format!("/properties/{property}/");
        helper.call("PATCH", &path).header("if-match", "*").json(json!({ "title": "By the helper" })).send()
    };
    price(&property, 30_000).await.refused(404, "not_found");
    let named = give(json!(["calendar"])).await.expect(201);
    assert_eq!(named.body["items"][0]["name"], "Cor");
    price(&property, 30_000).await.expect(200);
    // Of this listing, and of its calendar alone.
    price(&other, 30_000).await.refused(404, "not_found");
    title().await.refused(404, "not_found");
    give(json!(["listing"])).await.expect(201);
    price(&property, 31_000).await.refused(404, "not_found");
    title().await.expect(200);
    let quote = guest.quote(&property, nights).await.expect(201);
    assert_eq!(quote.body["nights"][0]["amount"]["amount"], 30_000);
    // What is the host's stays the host's.
    let body = json!({ "user_id": stranger.id, "permissions": ["calendar"] });
    helper.call("POST", &cohosts).json(body.clone()).send().await.refused(404, "not_found");
    helper.call("GET", &cohosts).send().await.refused(404, "not_found");
    helper.call("DELETE", &format!("/properties/{property}/")).send().await.refused(404, "not_found");
    stranger.call("POST", &cohosts).json(body).send().await.refused(404, "not_found");
    stranger.call("DELETE", &format!("{cohosts}{}/", helper.id)).send().await.refused(404, "not_found");
    // Nobody is their own co-host, and nobody is one whom nobody knows.
    for user in [host.id.as_str(), "0199c1a0-7c00-7000-8000-000000000001"] {
        let body = json!({ "user_id": user, "permissions": ["calendar"] });
        host.call("POST", &cohosts).json(body).send().await.refused(422, "unknown_user");
    }
    give(json!(["money"])).await.expect(422);
    give(json!([])).await.expect(422);
    // They go by themselves, or are sent.
    helper.call("DELETE", &format!("{cohosts}{}/", helper.id)).send().await.expect(204);
    title().await.refused(404, "not_found");
    give(json!(["calendar", "listing"])).await.expect(201);
    title().await.expect(200);
    host.call("DELETE", &format!("{cohosts}{}/", helper.id)).send().await.expect(204);
    host.call("DELETE", &format!("{cohosts}{}/", helper.id)).send().await.refused(404, "not_found");
    title().await.refused(404, "not_found");
    let log = system.sql("SELECT string_agg(action, ' ' ORDER BY seq) FROM audit_log").await;
    assert_eq!(
        log[0].as_deref(),
        Some(
            "cohost_named cohost_change_calendar cohost_named cohost_change_listing cohost_dismissed cohost_named \
             cohost_change_listing cohost_dismissed"
        )
    );
    // What they did is theirs, and says for whom.
    let acts = "SELECT count(*)::text FROM audit_log WHERE action LIKE 'cohost\\_change%' AND actor_id = ";
    let theirs = format!(
        "{acts}'{}' AND reason = 'for the host {}' AND subject_id = '{property}'",
        helper.id, host.id
    );
    assert_eq!(system.sql(&theirs).await, [Some("3".to_owned())]);
    assert_eq!(system.sql("SELECT audit_log_broken_at()::text").await, [None]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_has_twenty_cohosts_at_most() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let cohosts = format!("/properties/{property}/cohosts/");
    let mut last = None;
    for number in 0..21 {
        let helper = system.person(&format!("Helper {number}")).await;
        let body = json!({ "user_id": helper.id, "permissions": ["calendar"] });
        let answer = host.call("POST", &cohosts).json(body.clone()).send().await;
        if number < 20 {
            answer.expect(201);
        } else {
            answer.refused(409, "too_many_cohosts");
        }
        last.get_or_insert(body);
    }
    // Those who are there may be given something else.
    host.call("POST", &cohosts).json(last.unwrap()).send().await.expect(201);
    system.stop().await;
}

/// A listing whose requests its host answers, and somebody who sees to its bookings.
#[tokio::test(flavor = "multi_thread")]
async fn a_cohost_of_bookings_does_what_the_host_could_under_their_own_name() {
    let system = System::start().await;
    let (host, helper) = (system.host("Hanna Host").await, system.person("Cor Cohost").await);
    let guest = system.person("Gus Guest").await;
    let property = host.lists(|body| body["booking_mode"] = json!("request")).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let second = guest.stays(&property, Dates::in_days(&guest, 40, 3)).await;
    let give = |permissions: serde_json::Value| {
        let body = json!({ "user_id": helper.id, "permissions": permissions });
        host.call("POST", &format!("/properties/{property}/cohosts/")).json(body).send()
    };
    let look = || helper.call("GET", &format!("/bookings/{booking}/")).send();
    let act = |booking: &str, act: &str, body: serde_json::Value| {
        helper.call("POST", &format!("/bookings/{booking}/{act}/")).once().json(body).send()
    };
    look().await.refused(404, "not_found");
    give(json!(["calendar", "listing"])).await.expect(201);
    look().await.refused(404, "not_found");
    act(&booking, "accept", json!({})).await.refused(404, "not_found");
    give(json!(["bookings"])).await.expect(201);
    // They see what the host sees, but for the money.
    let seen = look().await.expect(200);
    assert_eq!(seen.body["state"], "requested");
    assert!(seen.body["payout"].is_null() && !host.booking(&booking).await.body["payout"].is_null());
    assert!(seen.body["allowed_actions"].as_array().unwrap().contains(&json!("accept")));
    let listed = helper.call("GET", "/bookings/?role=cohost&limit=1").send().await.expect(200);
    assert_eq!(listed.body["items"][0]["id"], second.as_str());
    let cursor = listed.text("next_cursor");
    let path = format!("/bookings/?role=cohost&limit=1&cursor={cursor}");
    let listed = helper.call("GET", &path).send().await.expect(200);
    assert_eq!(
        (&listed.body["items"][0]["id"], &listed.body["next_cursor"]),
        (&json!(booking), &json!(null))
    );
    let none = helper.call("GET", "/bookings/?role=host").send().await.expect(200);
    assert_eq!(none.body["items"], json!([]));
    // They answer, and cancel as the host: everything goes back.
    act(&booking, "accept", json!({})).await.expect(200);
    act(&second, "decline", json!({})).await.expect(200);
    system.settle().await;
    let proposal = json!({ "guests": { "adults": 1 } });
    let modification = act(&booking, "modifications", proposal).await.expect(201).text("id");
    act(&booking, &format!("modifications/{modification}/decline"), json!({})).await.expect(200);
    let preview = helper.call("GET", &format!("/bookings/{booking}/cancellation/")).send().await.expect(200);
    let cancelled = act(&booking, "cancel", json!({ "reason": "The boiler." })).await.expect(200);
    assert_eq!(cancelled.body["state"], "cancelled_by_host");
    assert_eq!(cancelled.body["refund"], preview.body["refund"]);
    assert_eq!(cancelled.body["refund"], cancelled.body["total"]);
    // It is on record as theirs; the guest is told of the host alone.
    let acts = "SELECT string_agg(event || ' ' || actor || ' ' || actor_id, ', ' ORDER BY version)
                FROM booking_events WHERE actor = 'host' AND booking_id = ";
    let did = ["accept", "modification_proposed", "modification_withdrawn", "cancel"];
    let theirs = did.map(|act| format!("{act} host {}", helper.id)).join(", ");
    assert_eq!(system.sql(&format!("{acts}'{booking}'")).await, [Some(theirs)]);
    let proposed = format!("SELECT proposer_id::text FROM modifications WHERE id = '{modification}'");
    assert_eq!(system.sql(&proposed).await, [Some(helper.id.clone())]);
    for (person, named) in [(&host, &helper.id), (&helper, &helper.id), (&guest, &host.id)] {
        let trail = person.call("GET", &format!("/bookings/{booking}/events/")).send().await.expect(200);
        let accepted =
            trail.body["items"].as_array().unwrap().iter().find(|event| event["event"] == "accept");
        assert_eq!(accepted.unwrap()["actor_id"], named.as_str());
    }
    // Money, reviews and the guest's own part are not theirs; nor is anything, once they are sent.
    let payment = guest.call("GET", "/payments/").send().await.expect(200).body["items"][0]["id"].clone();
    let payment = payment.as_str().unwrap();
    helper.call("GET", &format!("/payments/{payment}/")).send().await.refused(404, "not_found");
    let path = format!("/payments/{payment}/refunds/");
    let refund = json!({ "reason": "Kindness." });
    helper.call("POST", &path).once().json(refund).send().await.refused(404, "not_found");
    let names = json!({ "notes": "By the helper." });
    let path = format!("/bookings/{booking}/");
    helper.call("PATCH", &path).header("if-match", "*").json(names).send().await.refused(403, "forbidden");
    let cohost = format!("/properties/{property}/cohosts/{}/", helper.id);
    host.call("DELETE", &cohost).send().await.expect(204);
    look().await.refused(404, "not_found");
    let none = helper.call("GET", "/bookings/?role=cohost").send().await.expect(200);
    assert_eq!(none.body["items"], json!([]));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cohost_sees_the_draft_that_they_help_with() {
    let system = System::start().await;
    let (host, helper) = (system.host("Hanna Host").await, system.person("Cor Cohost").await);
    let draft =
        host.call("POST", "/properties/").json(tests::listing_body()).send().await.expect(201).text("id");
    let path = format!("/properties/{draft}/");
    let nights = Dates::in_days(&host, 3, 2);
    let calendar = format!("/properties/{draft}/calendar/?from={}&to={}", nights.check_in, nights.check_out);
    helper.call("GET", &path).send().await.refused(404, "not_found");
    helper.call("GET", &calendar).send().await.refused(404, "not_found");
    let body = json!({ "user_id": helper.id, "permissions": ["listing", "calendar"] });
    host.call("POST", &format!("{path}cohosts/")).json(body).send().await.expect(201);
    let seen = helper.call("GET", &path).send().await.expect(200);
    assert_eq!(seen.body["location"]["address"]["line1"], "12 Mill Lane");
    let nights = helper.call("GET", &calendar).send().await.expect(200);
    assert!(nights.body.to_string().contains("why_not"), "{:#}", nights.body);
    helper.call("POST", &format!("{path}publish/")).send().await.expect(200);
    system.stop().await;
}
