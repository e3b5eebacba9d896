//! When calendars are read, and what comes of those that cannot be.

use super::*;

/// A status, headers, a body, and what is told of it.
type Answered<'a> = (u16, &'a [(&'static str, &'a str)], &'a str, &'a str);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_calendar_frees_no_night() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    let whole = calendar(&[("a", day(&system, 5), day(&system, 8))]);
    platform.says(whole.clone());
    let feed = add(&host, &property, &platform.url()).await;
    let held = nights(&system, &[(5, 8)]);
    assert_eq!(imported(&system).await, held);

    let cut = &whole[..whole.len() - 10];
    let large = format!("{}{}", whole, " ".repeat(1 << 20));
    let page = "<!doctype html><title>Sign in</title>";
    let inside = [("location", "http://169.254.169.254/latest/meta-data/")];
    let around = [("location", "/rooms/12.ics")];
    let none: &[(&'static str, &str)] = &[];
    let cases: [Answered<'_>; 12] = [
        (200, none, "", "empty_body"),
        (200, none, page, "not_a_calendar"),
        (200, none, cut, "truncated"),
        (200, none, &large, "too_large"),
        (200, none, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nEND:VEVENT\nEND:VCALENDAR\n", "invalid_event"),
        (204, none, "", "http_unexpected"),
        (206, none, &whole, "http_unexpected"),
        (304, none, "", "http_304"),
        (404, none, page, "http_404"),
        (503, none, &whole, "http_5xx"),
        (302, &inside, "", "https_required"),
        (302, &around, "", "redirects"),
    ];
    for (status, headers, body, code) in cases {
        platform.answers(status, headers, body);
        read_again(&system).await;
        let seen = get(&host, &property, &feed).await;
        assert_eq!(seen["last_error"], code, "{status} {seen}");
        assert!(seen["failing_since"].is_string());
        assert_eq!(imported(&system).await, held, "{code}");
    }
    assert_eq!(system.dead_letters().await, 0, "that it cannot be read is no error of ours");
    // A calendar without events is one, and then the nights are free.
    platform.says(calendar(&[]));
    read_again(&system).await;
    let seen = get(&host, &property, &feed).await;
    assert_eq!((&seen["last_error"], &seen["failing_since"]), (&Value::Null, &Value::Null));
    assert_eq!(imported(&system).await, []);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_there_is_asked_for_only_while_nothing_is_new_here() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says_as("\"one\"", calendar(&[("a", day(&system, 5), day(&system, 8))]));
    let feed = add(&host, &property, &platform.url()).await;
    let asks = || {
        let asked = platform.asked();
        let known = |headers: &axum::http::HeaderMap| {
            headers.get("if-none-match").map(|tag| tag.to_str().unwrap().to_owned())
        };
        asked.iter().map(known).collect::<Vec<_>>()
    };
    assert_eq!(asks(), [None]);
    let wrote = system.sql("SELECT max(created_at)::text FROM claims WHERE kind = 'feed'").await;
    read_again(&system).await;
    assert_eq!(asks(), [Some("\"one\"".to_owned())]);
    assert_eq!(system.sql("SELECT max(created_at)::text FROM claims WHERE kind = 'feed'").await, wrote);
    let seen = get(&host, &property, &feed).await;
    assert_eq!((&seen["last_error"], &seen["events"]), (&Value::Null, &json!(1)));
    // A stay was booked here: what it said may mean something else now.
    guest.stays(&property, tests::Dates::in_days(&guest, 20, 2)).await;
    read_again(&system).await;
    assert_eq!(asks(), [None]);
    read_again(&system).await;
    assert_eq!(asks(), [Some("\"one\"".to_owned())]);
    // So it does on another day.
    system.advance(24 * 3600).await;
    assert_eq!(asks(), [None]);
    // And at another address nothing is known.
    let host = host.again().await;
    let elsewhere = json!({ "url": format!("{}&v=2", platform.url()) });
    let path = format!("/properties/{property}/feeds/{feed}/");
    host.call("PATCH", &path).header("if-match", "*").json(elsewhere).send().await.expect(200);
    system.settle().await;
    assert_eq!(asks(), [None]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_fails_is_tried_less_often_told_of_once_and_given_up_in_the_end() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says(calendar(&[("a", day(&system, 25), day(&system, 28))]));
    let feed = add(&host, &property, &platform.url()).await;
    platform.answers(500, &[], "");
    platform.asked();
    let mails = async || {
        let all = system.mails(&host.email).await;
        let about = |mail: &&Value| mail["subject"].as_str().unwrap().starts_with("A calendar of");
        all.iter().filter(about).map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut tries = Vec::new();
    for hour in 1..=34 {
        system.advance(3600).await;
        tries.extend(platform.asked().iter().map(|_| hour));
    }
    // Each pause is twice the one before, up to six hours, within a tenth; the clock here moves by hours.
    assert!((7..=10).contains(&tries.len()), "{tries:?}");
    assert_eq!(mails().await, ["A calendar of House at the mill pond cannot be read"]);
    for _ in 0..56 {
        system.advance(6 * 3600 + 2400).await;
    }
    assert_eq!(
        mails().await,
        [
            "A calendar of House at the mill pond cannot be read",
            "A calendar of House at the mill pond is no longer read"
        ]
    );
    let host = host.again().await;
    let seen = get(&host, &property, &feed).await;
    assert_eq!((&seen["disabled"], &seen["next_poll_at"]), (&json!("failing"), &Value::Null));
    assert_eq!(imported(&system).await.len(), 1, "its nights hold");
    platform.asked();
    system.advance(24 * 3600).await;
    assert!(platform.asked().is_empty());
    // Switched on again it begins anew.
    let host = host.again().await;
    let refresh = format!("/properties/{property}/feeds/{feed}/refresh/");
    host.call("POST", &refresh).send().await.refused(409, "feed_disabled");
    platform.says(calendar(&[]));
    let path = format!("/properties/{property}/feeds/{feed}/");
    let on = json!({ "enabled": true });
    host.call("PATCH", &path).header("if-match", "*").json(on).send().await.expect(200);
    system.settle().await;
    let seen = get(&host, &property, &feed).await;
    assert_eq!((&seen["disabled"], &seen["failing_since"]), (&Value::Null, &Value::Null));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_and_a_worker_that_breaks_off_change_nothing() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says(calendar(&[("a", day(&system, 5), day(&system, 8))]));
    let feed = add(&host, &property, &platform.url()).await;
    assert_eq!(platform.asked().len(), 1);
    let queue = &system.handles().services.sqs;
    let message = json!({ "id": "0199c1a0-7c00-7000-8000-000000000009", "topic": "feeds",
        "body": { "type": "poll", "feed_id": feed } });
    let send = async || {
        for _ in 0..3 {
            queue.send("innkeep-local-feeds", &message.to_string()).await.unwrap();
        }
        system.settle().await;
    };
    send().await;
    assert_eq!(platform.asked().len(), 0, "it is not due");
    // Somebody claimed it and never came back.
    let broken_off = "UPDATE feeds SET next_poll_at = created_at, claimed_at = TIMESTAMPTZ '";
    system.try_sql(&format!("{broken_off}{}'", system.now())).await.unwrap();
    send().await;
    assert_eq!(platform.asked().len(), 0, "it is somebody's");
    platform.says(calendar(&[("a", day(&system, 6), day(&system, 8))]));
    system.advance(61).await;
    assert_eq!(platform.asked().len(), 1);
    assert_eq!(imported(&system).await, nights(&system, &[(6, 8)]));
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}
