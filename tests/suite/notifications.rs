//! What people are told is theirs to choose, where nothing hangs on it.

mod reports;

use serde_json::{Value, json};
use tests::{Dates, Person, System};

const PREFERENCES: &str = "/users/me/notifications/";

/// Begins a conversation of the guest with the listing's host.
async fn thread(guest: &Person<'_>, property: &str) -> String {
    let first = json!({ "property_id": property, "text": "Is it quiet?" });
    let thread = guest.call("POST", "/messages/threads/").once().json(first).send().await;
    thread.expect(201).text("thread_id")
}

async fn write(guest: &Person<'_>, thread: &str) {
    let path = format!("/messages/threads/{thread}/messages/");
    let text = json!({ "text": "Thank you." });
    guest.call("POST", &path).once().json(text).send().await.expect(201);
}

/// The mails to somebody about messages of the other side.
async fn told(person: &Person<'_>) -> Vec<Value> {
    person.system().settle().await;
    let mut mails = person.system().mails(&person.email).await;
    mails.retain(|mail| mail["subject"].as_str().unwrap().contains("wrote to you"));
    mails
}

async fn set(person: &Person<'_>, kind: &str, enabled: bool) -> Value {
    let body = json!({ "changes": [{ "kind": kind, "channel": "email", "enabled": enabled }] });
    person.call("PATCH", PREFERENCES).json(body).send().await.expect(200).body
}

fn enabled(preferences: &Value, kind: &str) -> bool {
    let items = preferences["items"].as_array().unwrap();
    items.iter().find(|item| item["kind"] == kind).unwrap()["enabled"] == true
}

async fn kept(system: &System) -> String {
    let rows = "SELECT coalesce(string_agg(kind || ' ' || channel, ', ' ORDER BY kind), '') FROM notification_preferences";
    system.sql(rows).await.remove(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_is_turned_off_and_on_again() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let all = host.call("GET", PREFERENCES).send().await.expect(200).body;
    assert!(all["items"].as_array().unwrap().iter().all(|item| item["enabled"] == true), "{all:#}");
    let thread = thread(&guest, &property).await;
    assert_eq!(told(&host).await.len(), 1);

    let off = set(&host, "messages", false).await;
    assert!(!enabled(&off, "messages") && enabled(&off, "reviews"), "{off:#}");
    assert_eq!(host.call("GET", PREFERENCES).send().await.expect(200).body, off);
    assert_eq!(kept(&system).await, "messages email", "what is on has no row");
    write(&guest, &thread).await;
    assert_eq!(told(&host).await.len(), 1, "unwanted");
    // Theirs alone: the other side is told as before, and so is the host of what is no message.
    let before = system.mails(&host.email).await.len();
    guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    system.settle().await;
    assert_eq!(system.mails(&host.email).await.len(), before + 1, "the booking is told");

    assert!(enabled(&set(&host, "messages", true).await, "messages"));
    assert_eq!(kept(&system).await, "");
    write(&guest, &thread).await;
    assert_eq!(told(&host).await.len(), 2);
    assert_eq!(system.dead_letters().await, 0);
    let open = system
        .sql("SELECT count(*)::text FROM outbox WHERE done_at IS NULL AND body ->> 'type' = 'new_message'")
        .await;
    assert_eq!(open, [Some("0".to_owned())], "what is not sent is done, too");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_told_cannot_be_turned_off() {
    let system = System::start().await;
    let guest = system.person("Gus Guest").await;
    let change = |kind: &str, enabled| json!({ "kind": kind, "channel": "email", "enabled": enabled });
    let body = json!({ "changes": [change("stays", false), change("receipts", false), change("security", true),
        change("bookings", false)] });
    let refused =
        guest.call("PATCH", PREFERENCES).json(body).send().await.refused(422, "notification_required");
    assert_eq!(refused.pointers(), ["/changes/1/enabled", "/changes/3/enabled"]);
    assert_eq!(kept(&system).await, "", "all or nothing");
    let unknown = json!({ "changes": [{ "kind": "gossip", "channel": "pigeon", "enabled": false }] });
    let refused =
        guest.call("PATCH", PREFERENCES).json(unknown).send().await.refused(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/changes/0/kind", "/changes/0/channel"]);
    let items = guest.call("GET", PREFERENCES).send().await.expect(200).body["items"].clone();
    for item in items.as_array().unwrap() {
        let required = item["required_because"].is_string();
        let must = ["security", "receipts", "disputes", "bookings"].contains(&item["kind"].as_str().unwrap());
        assert_eq!(required, must, "{item}");
    }
    system.stop().await;
}

/// What waits in the queue when somebody turns it off is not sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_choice_counts_for_what_is_sent_and_not_for_what_is_queued() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    system.settle().await;
    system.handles().services.ses.fail_next(3, local_aws::ses::SendFault::Throttled);
    thread(&guest, &property).await;
    assert_eq!(told(&host).await.len(), 0, "the mail service is away");
    set(&host, "messages", false).await;
    for _ in 0..3 {
        system.advance(360).await;
    }
    assert_eq!(told(&host).await.len(), 0);
    assert_eq!(system.dead_letters().await, 0);
    let open = system
        .sql("SELECT count(*)::text FROM outbox WHERE done_at IS NULL AND body ->> 'type' = 'new_message'")
        .await;
    assert_eq!(open, [Some("0".to_owned())]);
    system.stop().await;
}

/// A header of a mail, as the mailbox keeps it.
fn header(mail: &Value, name: &str) -> Option<String> {
    let headers = mail["headers"].as_array().unwrap();
    let found = headers.iter().find(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name))?;
    Some(found[1].as_str().unwrap().to_owned())
}

/// RFC 8058: the mail program posts to the address in the header, without cookies and without signing in.
#[tokio::test(flavor = "multi_thread")]
async fn one_click_stops_mails_of_a_kind() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let thread = thread(&guest, &property).await;
    guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    system.settle().await;
    for mail in system.mails(&host.email).await.iter().chain(&system.mails(&guest.email).await) {
        let optional = mail["subject"].as_str().unwrap().contains("wrote to you");
        assert_eq!(header(mail, "List-Unsubscribe").is_some(), optional, "{mail:#}");
        assert_eq!(header(mail, "List-Unsubscribe-Post").is_some(), optional);
    }
    let mail = told(&host).await.remove(0);
    assert_eq!(header(&mail, "List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");
    let listed = header(&mail, "List-Unsubscribe").unwrap();
    let url = listed.strip_prefix('<').unwrap().strip_suffix('>').unwrap();
    let token = url.split_once("token=").unwrap().1;
    assert!(mail["text"].as_str().unwrap().contains(url) && mail["html"].as_str().unwrap().contains(token));
    let path = url.strip_prefix(system.url()).expect("the public address").to_owned();

    // Whatever follows links, looks only.
    let page = system.call("GET", &path).header("accept-language", "fr").send().await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let shown = page.body.as_str().unwrap();
    assert!(shown.contains("<html lang=\"fr\">") && shown.contains("<form method=\"post\">"), "{shown}");
    assert_eq!(page.header("cache-control"), "no-store");
    system.call("HEAD", &path).send().await.expect(200);
    assert_eq!(kept(&system).await, "", "nothing is changed by looking");

    let click = async || {
        system
            .call("POST", &path)
            .body("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
            .send()
            .await
    };
    click().await.expect(200);
    assert_eq!(kept(&system).await, "messages email");
    click().await.expect(200);
    write(&guest, &thread).await;
    assert_eq!(told(&host).await.len(), 1);
    assert!(!enabled(&host.call("GET", PREFERENCES).send().await.expect(200).body, "messages"));
    // What was turned on again stays on until it is clicked again.
    set(&host, "messages", true).await;
    write(&guest, &thread).await;
    assert_eq!(told(&host).await.len(), 2);

    let good = path.strip_suffix(token).unwrap();
    let other = if token.starts_with('A') { "B" } else { "A" };
    for bad in [format!("{other}{}", &token[1..]), token[..token.len() - 1].to_owned(), "x".to_owned()] {
        for method in ["GET", "POST"] {
            let refused = system.call(method, &format!("{good}{bad}")).send().await;
            assert_eq!(refused.refused(422, "invalid_token").pointers(), ["?token"]);
        }
    }
    assert_eq!(kept(&system).await, "");
    system.stop().await;
}
