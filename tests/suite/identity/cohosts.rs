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
        Some("cohost_named cohost_named cohost_dismissed cohost_named cohost_dismissed")
    );
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
