//! What guests and hosts write to each other, and what is written by itself.

mod automated;
mod contact;

use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

/// The first words about a listing or a booking.
pub(super) async fn start(person: &Person<'_>, about: (&str, &str), text: &str) -> Answer {
    let words = json!({ (about.0): about.1, "text": text });
    person.call("POST", "/messages/threads/").once().json(words).send().await
}

pub(super) async fn write(person: &Person<'_>, thread: &str, text: &str) -> Answer {
    let path = format!("/messages/threads/{thread}/messages/");
    person.call("POST", &path).once().json(json!({ "text": text })).send().await
}

/// The texts of a conversation, the oldest first.
pub(super) async fn texts(person: &Person<'_>, thread: &str) -> Vec<String> {
    let path = format!("/messages/threads/{thread}/messages/?limit=100");
    let page = person.call("GET", &path).send().await.expect(200);
    let items = page.body["items"].as_array().unwrap();
    items.iter().rev().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

async fn thread(person: &Person<'_>, id: &str) -> Value {
    person.call("GET", &format!("/messages/threads/{id}/")).send().await.expect(200).body
}

async fn unread(person: &Person<'_>, id: &str) -> i64 {
    thread(person, id).await["unread_count"].as_i64().unwrap()
}

async fn read(person: &Person<'_>, id: &str, up_to: i64) -> Answer {
    let path = format!("/messages/threads/{id}/read/");
    person.call("POST", &path).json(json!({ "up_to": up_to })).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_goes_back_and_forth_and_is_counted_until_it_is_read() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let first = start(&guest, ("property_id", &property), "Is it quiet?").await.expect(201);
    let id = first.text("thread_id");
    assert_eq!(first.header("location"), format!("/messages/threads/{id}"));
    // The same conversation, whoever goes on and how.
    let second = start(&guest, ("property_id", &property), "And warm?").await.expect(201);
    assert_eq!((second.text("thread_id"), &second.body["seq"]), (id.clone(), &json!(2)));
    assert_eq!((unread(&host, &id).await, unread(&guest, &id).await), (2, 0));
    write(&host, &id, "Both.").await.expect(201);
    assert_eq!((unread(&host, &id).await, unread(&guest, &id).await), (2, 1));
    // One's own last message is none of those that are read; and nothing is read back.
    read(&host, &id, 1).await.expect(204);
    assert_eq!(unread(&host, &id).await, 1);
    read(&host, &id, 3).await.expect(204);
    read(&host, &id, 1).await.expect(204);
    read(&guest, &id, 1_000_000).await.expect(204);
    assert_eq!((unread(&host, &id).await, unread(&guest, &id).await), (0, 0));
    write(&guest, &id, "Then I book.").await.expect(201);
    assert_eq!(unread(&host, &id).await, 1, "what came after is not read");
    assert_eq!(texts(&host, &id).await, ["Is it quiet?", "And warm?", "Both.", "Then I book."]);
    let seen = thread(&guest, &id).await;
    assert_eq!((&seen["side"], &seen["last_message"]["text"]), (&json!("guest"), &json!("Then I book.")));

    // Each message is a mail to the other side, once.
    system.settle().await;
    let told = |mails: Vec<Value>| {
        let about = |mail: &&Value| mail["subject"].as_str().unwrap().contains("wrote to you about");
        mails.iter().filter(about).count()
    };
    assert_eq!(told(system.mails(&host.email).await), 3);
    assert_eq!(told(system.mails(&guest.email).await), 1);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_of_their_sides_alone_and_of_cohosts_who_see_to_bookings() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let (stranger, helper) = (system.host("Stan Stranger").await, system.person("Cor Cohost").await);
    let property = host.lists(|_| {}).await;
    let id = start(&guest, ("property_id", &property), "Hello.").await.expect(201).text("thread_id");
    let paths = [format!("/messages/threads/{id}/"), format!("/messages/threads/{id}/messages/")];
    let give = async |permission: &str| {
        let body = json!({ "user_id": helper.id, "permissions": [permission] });
        let path = format!("/properties/{property}/cohosts/");
        host.call("POST", &path).json(body).send().await.expect(201);
    };
    give("calendar").await;
    for person in [&stranger, &helper] {
        for path in &paths {
            person.call("GET", path).send().await.refused(404, "not_found");
        }
        write(person, &id, "Let me in.").await.refused(404, "not_found");
        read(person, &id, 1).await.refused(404, "not_found");
        let list = person.call("GET", "/messages/threads/").send().await.expect(200);
        assert_eq!(list.body["items"], json!([]));
    }
    give("bookings").await;
    assert_eq!(unread(&helper, &id).await, 1);
    let answer = write(&helper, &id, "Hanna asked me to answer.").await.expect(201);
    assert_eq!((&answer.body["side"], &answer.body["author"]["name"]), (&json!("host"), &json!("Cor")));
    // Each of them reads for themselves.
    read(&helper, &id, 2).await.expect(204);
    assert_eq!((unread(&helper, &id).await, unread(&host, &id).await, unread(&guest, &id).await), (0, 1, 1));
    let list = helper.call("GET", "/messages/threads/").send().await.expect(200);
    assert_eq!(list.body["items"][0]["id"], id);

    // What may not be begun.
    start(&host, ("property_id", &property), "Echo?").await.refused(422, "own_listing");
    start(&guest, ("property_id", &stranger.id), "Hello?").await.refused(404, "not_found");
    let draft = host.call("POST", "/properties/").once().json(tests::listing_body()).send().await;
    start(&guest, ("property_id", &draft.text("id")), "Hello?").await.refused(404, "not_found");
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    start(&stranger, ("booking_id", &booking), "Hello?").await.refused(404, "not_found");
    let of_booking = start(&helper, ("booking_id", &booking), "We look forward to it.").await.expect(201);
    assert_ne!(of_booking.text("thread_id"), id, "a booking has a conversation of its own");
    let found =
        guest.call("GET", &format!("/messages/threads/?booking_id={booking}")).send().await.expect(200);
    assert_eq!(found.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(found.body["items"][0]["id"], of_booking.body["thread_id"]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_on_from_cursor_to_cursor() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let mut ids = Vec::new();
    for _ in 0..5 {
        let property = host.lists(|_| {}).await;
        let first = start(&guest, ("property_id", &property), "Hello.").await.expect(201);
        ids.push(first.text("thread_id"));
    }
    // What is written into comes to the front.
    write(&host, &ids[1], "Hello!").await.expect(201);
    let moved = ids.remove(1);
    ids.push(moved);
    ids.reverse();
    let walk = async |person: &Person<'_>, path: &str, member: &str| {
        let (mut seen, mut next) = (Vec::new(), format!("{path}?limit=2"));
        loop {
            let page = person.call("GET", &next).send().await.expect(200);
            let items = page.body["items"].as_array().unwrap().clone();
            seen.extend(items.iter().map(|item| item[member].clone()));
            match page.body["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}?limit=2&cursor={cursor}"),
                None => return seen,
            }
        }
    };
    for person in [&host, &guest] {
        assert_eq!(json!(walk(person, "/messages/threads/", "id").await), json!(ids));
    }
    for number in 3..=5 {
        write(&guest, &ids[0], &format!("Number {number}.")).await.expect(201);
    }
    let path = format!("/messages/threads/{}/messages/", ids[0]);
    assert_eq!(json!(walk(&host, &path, "seq").await), json!([5, 4, 3, 2, 1]));
    // A cursor is good for the list that gave it, and for whom.
    let page = host.call("GET", &format!("{path}?limit=1")).send().await.expect(200);
    let cursor = page.text("next_cursor");
    guest.call("GET", &format!("{path}?cursor={cursor}")).send().await.refused(422, "validation_failed");
    let one = statements(&system, &guest, "/messages/threads/").await;
    assert_eq!((one, statements(&system, &guest, &path).await), (1, 1), "a list is one statement");
    system.stop().await;
}

/// The fewest statements of three tries.
async fn statements(system: &System, person: &Person<'_>, path: &str) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..3 {
        system.settle().await;
        let before = system.statements();
        person.call("GET", path).send().await.expect(200);
        fewest = fewest.min(system.statements() - before);
    }
    fewest
}

/// Many write into one conversation at once: each message has its own number, and the counts are those of the rows.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_and_repeats_are_no_messages() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let begun =
        futures::future::join_all((0..8).map(|_| start(&guest, ("property_id", &property), "Hello."))).await;
    let id = begun[0].text("thread_id");
    assert!(begun.iter().all(|answer| answer.status == 201 && answer.body["thread_id"] == id), "{begun:#?}");
    let all = (0..24).map(|number| {
        let person = if number % 3 == 0 { &host } else { &guest };
        let id = &id;
        async move { write(person, id, &format!("{number}")).await.expect(201) }
    });
    futures::future::join_all(all).await;
    let path = format!("/messages/threads/{id}/messages/");
    let again =
        || guest.call("POST", &path).header("idempotency-key", "one").json(json!({ "text": "Once." }));
    let first = again().send().await.expect(201);
    let second = again().send().await.expect(201);
    assert_eq!((first.body, second.header("idempotent-replayed")), (second.body.clone(), "true"));
    guest
        .call("POST", &path)
        .json(json!({ "text": "x" }))
        .send()
        .await
        .refused(400, "idempotency_key_missing");
    let wrong = "SELECT t.id::text FROM threads t CROSS JOIN LATERAL (
            SELECT max(m.seq) AS last, count(*) AS every, count(*) FILTER (WHERE m.side = 'guest') AS guest,
                   count(*) FILTER (WHERE m.side = 'host') AS host
            FROM thread_messages m WHERE m.thread_id = t.id) k
        WHERE (t.last_seq, t.last_seq, t.guest_count, t.host_count) <> (k.last, k.every, k.guest, k.host)";
    assert!(system.sql(wrong).await.is_empty());
    assert_eq!(thread(&guest, &id).await["last_message"]["seq"], 8 + 24 + 1);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suspended_neither_write_nor_are_written_to() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let admin = crate::identity::admin(&system, "Ann Admin").await;
    let property = host.lists(|_| {}).await;
    let id = start(&guest, ("property_id", &property), "Hello.").await.expect(201).text("thread_id");
    let reason = json!({ "reason": "Spam." });
    admin
        .call("POST", &format!("/users/{}/suspend/", guest.id))
        .json(reason.clone())
        .send()
        .await
        .expect(204);
    write(&guest, &id, "Buy this!").await.refused(401, "invalid_token");
    write(&host, &id, "Are you there?").await.refused(409, "conversation_closed");
    // Also where a token was not known to be ended, the statement asks.
    let restored = admin.call("POST", &format!("/users/{}/restore/", guest.id)).json(reason).send().await;
    restored.expect(204);
    system.advance_to(system.now().checked_add(2.seconds()).unwrap()).await;
    let guest = guest.again().await;
    let out = format!("UPDATE users SET suspended_at = created_at WHERE id = '{}'", guest.id);
    system.try_sql(&out).await.unwrap();
    write(&guest, &id, "Buy this!").await.refused(403, "account_suspended");
    start(&guest, ("property_id", &property), "Buy this!").await.refused(403, "account_suspended");
    assert_eq!(texts(&host.again().await, &id).await, ["Hello."]);
    system.stop().await;
}
