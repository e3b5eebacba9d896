//! How much callers may do, where it is counted.

use serde_json::json;
use tests::System;

use super::{PASSWORD, sign_in};

async fn counted() -> System {
    System::start_with(|options| options.limits = true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_sign_ins_are_refused_and_a_reset_lets_the_owner_in_at_once() {
    let system = counted().await;
    let person = system.person("Xia").await;
    for _ in 0..10 {
        sign_in(&system, &person.email, "not-the-password", None).await.refused(401, "invalid_credentials");
    }
    // Even the right password waits, and an address without an account is answered alike.
    let locked = sign_in(&system, &person.email, PASSWORD, None).await.refused(429, "too_many_logins");
    let wait: u32 = locked.header("retry-after").parse().unwrap();
    assert!((1..=90).contains(&wait), "{wait}");
    for attempt in 0..11 {
        let answer = sign_in(&system, "nobody@example.test", PASSWORD, None).await;
        answer.refused(
            if attempt < 10 { 401 } else { 429 },
            if attempt < 10 { "invalid_credentials" } else { "too_many_logins" },
        );
    }
    // The session that was there goes on, and so does the way by mail.
    let refresh = json!({ "refresh_token": person.refresh_token });
    system.call("POST", "/users/refresh/").json(refresh).send().await.expect(200);
    system
        .call("POST", "/users/password-reset/")
        .json(json!({ "email": person.email }))
        .send()
        .await
        .expect(202);
    system.settle().await;
    let confirm =
        json!({ "token": system.mailed_token(&person.email).await, "password": "another-long-password" });
    system.call("POST", "/users/password-reset/confirm/").json(confirm).send().await.expect(204);
    sign_in(&system, &person.email, "another-long-password", None).await.expect(200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_accounts_is_refused_until_it_waits() {
    let system = counted().await;
    let mut answers = Vec::new();
    for account in 0..32 {
        answers.push(sign_in(&system, &format!("a{account}@example.test"), PASSWORD, None).await);
    }
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!(refused.len(), 2, "{answers:#?}");
    assert_eq!(refused[0].body["code"], "too_many_requests");
    assert_eq!(refused[0].header("ratelimit-policy"), "\"sign-in\";q=30;w=300");
    assert!(refused[0].header("ratelimit").starts_with("\"sign-in\";r=0;"), "{:?}", refused[0].headers);
    assert!(answers[0].header("ratelimit").starts_with("\"sign-in\";r=29;"), "{:?}", answers[0].headers);
    system.advance(10).await;
    assert_eq!(sign_in(&system, "b@example.test", PASSWORD, None).await.status, 401);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_counted_and_go_on_where_they_cannot_be() {
    let system = counted().await;
    let mut left = Vec::new();
    for _ in 0..25 {
        let answer = system.call("GET", "/properties/").send().await.expect(200);
        let header = answer.header("ratelimit").to_owned();
        let number = header.split("r=").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        left.push(number.parse::<u32>().unwrap());
        assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=300;w=60");
    }
    assert!(left.windows(2).all(|pair| pair[1] <= pair[0] + 1) && left[24] < left[0], "{left:?}");
    // The buckets are gone: a read goes on, a sign-in does not.
    let table = system.handles().variables["IDEMPOTENCY_TABLE"].clone();
    system.handles().aws.dynamodb().delete_table().table_name(table).send().await.unwrap();
    for _ in 0..15 {
        system.call("GET", "/properties/").send().await.expect(200);
    }
    sign_in(&system, "c@example.test", PASSWORD, None).await.refused(503, "unavailable");
    system.stop().await;
}

/// A hold takes nights off sale for a quarter of an hour without a penny: nobody makes more than a few.
#[tokio::test(flavor = "multi_thread")]
async fn holds_are_bounded_for_each_guest() {
    let system = counted().await;
    let (guest, other) = (system.person("Hob").await, system.person("Ira").await);
    let book = |person: &tests::Person<'_>| {
        let quote = json!({ "quote_id": "0199c1a0-7c00-7000-8000-000000000001" });
        person.call("POST", "/bookings/").once().json(quote).send()
    };
    for _ in 0..10 {
        book(&guest).await.refused(404, "not_found");
    }
    let refused = book(&guest).await.refused(429, "too_many_requests");
    assert_eq!(refused.header("ratelimit-policy"), "\"holds\";q=10;w=900");
    book(&other).await.refused(404, "not_found");
    // Other calls of the same guest go on.
    guest.call("GET", "/bookings/").send().await.expect(200);
    system.advance(90).await;
    book(&guest).await.refused(404, "not_found");
    book(&guest).await.refused(429, "too_many_requests");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_counted_where_it_is_not_asked_for() {
    let system = System::start().await;
    for _ in 0..15 {
        let answer = sign_in(&system, "d@example.test", PASSWORD, None).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (401, ""));
    }
    system.stop().await;
}

/// An access token lives for 15 minutes; what ends its account's sessions ends it as well, counted or not.
#[tokio::test(flavor = "multi_thread")]
async fn what_ends_the_sessions_ends_the_access_tokens_that_are_out() {
    for limits in [false, true] {
        let system = System::start_with(|options| options.limits = limits).await;
        let admin = super::admin(&system, "Ann Admin").await;
        let name = json!({ "name": "By a token" });
        let rename = |token: &str| system.call("PATCH", "/users/me/").bearer(token).json(name.clone()).send();
        let read = |token: &str| system.call("GET", "/bookings/").bearer(token).send();
        let suspended = system.person("Sue").await;
        read(&suspended.token).await.expect(200);
        let because = json!({ "reason": "Fraud." });
        let path = |act: &str| format!("/users/{}/{act}/", suspended.id);
        admin.call("POST", &path("suspend")).json(because.clone()).send().await.expect(204);
        rename(&suspended.token).await.refused(401, "invalid_token");
        let book = json!({ "quote_id": "0199c1a0-7c00-7000-8000-000000000001" });
        suspended.call("POST", "/bookings/").once().json(book).send().await.refused(401, "invalid_token");
        // A process that reads by a handful of tokens knows it when they are spent, or after ten seconds.
        system.advance(11).await;
        read(&suspended.token).await.refused(401, "invalid_token");
        system
            .call("GET", "/properties/")
            .bearer(&suspended.token)
            .send()
            .await
            .refused(401, "invalid_token");
        // Restored the account signs in again; the old token stays what it is.
        admin.call("POST", &path("restore")).json(because).send().await.expect(204);
        rename(&suspended.again().await.token).await.expect(200);
        rename(&suspended.token).await.refused(401, "invalid_token");

        let robbed = system.person("Rob").await;
        system.advance(1).await;
        let owner = robbed.again().await;
        system.advance(1).await;
        owner.call("POST", "/users/logout/").json(json!({ "all": true })).send().await.expect(204);
        for token in [&robbed.token, &owner.token] {
            rename(token).await.refused(401, "invalid_token");
        }
        let thief = robbed.again().await;
        system.advance(1).await;
        let email = json!({ "email": robbed.email });
        system.call("POST", "/users/password-reset/").json(email).send().await.expect(202);
        system.settle().await;
        let token = system.mailed_token(&robbed.email).await;
        let confirm = json!({ "token": token, "password": "another-long-password" });
        system.call("POST", "/users/password-reset/confirm/").json(confirm).send().await.expect(204);
        rename(&thief.token).await.refused(401, "invalid_token");
        let owner = system.sign_in(&robbed.email, "another-long-password").await;
        rename(&owner.token).await.expect(200);
        // Nobody else is meant.
        read(&admin.token).await.expect(200);
        system.stop().await;
    }
}
