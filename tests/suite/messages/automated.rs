//! What a host lets be written by itself: once for each stay, whatever happens meanwhile.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

const MOMENTS: [&str; 3] = ["on_confirmation", "before_check_in", "after_check_out"];

async fn set(host: &Person<'_>, property: &str, moment: &str, hours: u16, text: &str) -> Answer {
    let path = format!("/messages/templates/{property}/{moment}");
    host.call("PUT", &path).json(json!({ "hours": hours, "text": text })).send().await
}

/// What was written to the guest of a booking, with when.
async fn written(guest: &Person<'_>, booking: &str) -> Vec<(String, String)> {
    let guest = guest.again().await;
    let list =
        guest.call("GET", &format!("/messages/threads/?booking_id={booking}")).send().await.expect(200);
    let Some(id) = list.body["items"][0]["id"].as_str() else { return Vec::new() };
    let path = format!("/messages/threads/{id}/messages/?limit=100");
    let page = guest.call("GET", &path).send().await.expect(200);
    let text = |item: &Value, member: &str| item[member].as_str().unwrap_or("by hand").to_owned();
    let items = page.body["items"].as_array().unwrap();
    items.iter().rev().map(|item| (text(item, "automated"), text(item, "text"))).collect()
}

fn moments(written: &[(String, String)]) -> Vec<&str> {
    written.iter().map(|(moment, _)| moment.as_str()).collect()
}

async fn instant(person: &Person<'_>, booking: &str, member: &str) -> Timestamp {
    person.again().await.booking(booking).await.text(member).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_is_written_to_three_times_and_once_each() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let text = "{guest_name}, {property}: {check_in} {check_in_time} to {check_out} {check_out_time}, call 555-01234.";
    for (moment, hours) in MOMENTS.into_iter().zip([0, 48, 2]) {
        set(&host, &property, moment, hours, text).await.expect(204);
    }
    set(&host, &property, "on_confirmation", 0, "Hello {guest}").await.refused(422, "validation_failed");
    let kept = host.call("GET", &format!("/messages/templates/{property}")).send().await.expect(200);
    assert_eq!(kept.body["items"].as_array().unwrap().len(), 3);
    assert_eq!((&kept.body["items"][1]["hours"], &kept.body["items"][1]["text"]), (&json!(48), &json!(text)));
    let dates = Dates::in_days(&guest, 10, 2);
    let booking = guest.stays(&property, dates).await;
    assert!(written(&guest, &booking).await.is_empty(), "the schedule has not come yet");
    system.advance(61).await;
    let said = written(&guest, &booking).await;
    assert_eq!(moments(&said), ["on_confirmation"]);
    let Dates { check_in, check_out } = dates;
    let wanted =
        format!("Gus, House at the mill pond: {check_in} 15:00 to {check_out} 11:00, call 555-01234.");
    assert_eq!(said[0].1, wanted);
    let (arrives, leaves) =
        (instant(&guest, &booking, "check_in_at").await, instant(&guest, &booking, "check_out_at").await);
    system.advance_to(arrives.checked_sub(49.hours()).unwrap()).await;
    assert_eq!(written(&guest, &booking).await.len(), 1);
    system.advance_to(arrives.checked_sub(48.hours()).unwrap().checked_add(61.seconds()).unwrap()).await;
    assert_eq!(moments(&written(&guest, &booking).await), MOMENTS[..2]);
    system.advance_to(leaves.checked_add(1.hour()).unwrap()).await;
    assert_eq!(written(&guest, &booking).await.len(), 2);
    system.advance_to(leaves.checked_add(2.hours()).unwrap().checked_add(61.seconds()).unwrap()).await;
    for _ in 0..3 {
        system.advance(3600).await;
    }
    assert_eq!(moments(&written(&guest, &booking).await), MOMENTS);
    let mails = system.mails(&guest.email).await;
    let told = mails.iter().filter(|mail| mail["subject"].as_str().unwrap().contains("wrote to you"));
    assert_eq!(told.count(), 3);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// A cancelled stay is not written to; a moved one at its new time; a template that is set late reaches who still waits.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_follows_the_stay() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let cancelled = guest.stays(&property, Dates::in_days(&guest, 5, 1)).await;
    let late = guest.stays(&property, Dates::in_days(&guest, 8, 1)).await;
    for (moment, hours) in MOMENTS.into_iter().zip([0, 48, 0]) {
        set(&host, &property, moment, hours, "Hello.").await.expect(204);
    }
    let planned = system.sql("SELECT string_agg(moment, ' ' ORDER BY moment) FROM automated_messages").await;
    let both = "after_check_out after_check_out before_check_in before_check_in";
    assert_eq!(planned[0].as_deref(), Some(both), "a confirmation that is past is past");
    let path = format!("/bookings/{cancelled}/cancel/");
    guest.call("POST", &path).once().json(json!({ "reason": "No." })).send().await.expect(200);
    system.settle().await;
    let left = "SELECT count(*)::text FROM automated_messages WHERE booking_id = ";
    assert_eq!(system.sql(&format!("{left}'{cancelled}'")).await[0].as_deref(), Some("0"));
    // Planned behind the trigger's back, it is dropped by the writer.
    let forced = format!(
        "INSERT INTO automated_messages (booking_id, moment, due_at) VALUES ('{cancelled}', 'before_check_in', '{}')",
        system.now()
    );
    system.try_sql(&forced).await.unwrap();
    system.advance(61).await;
    assert_eq!(system.sql(&format!("{left}'{cancelled}'")).await[0].as_deref(), Some("0"));
    assert!(written(&guest, &cancelled).await.is_empty());

    // An arrival that is moved moves what goes before it.
    let due = format!(
        "SELECT due_at::text FROM automated_messages WHERE booking_id = '{late}' AND moment = 'before_check_in'"
    );
    let before = system.sql(&due).await;
    let moved =
        format!("UPDATE bookings SET check_in_at = check_in_at - interval '1 hour' WHERE id = '{late}'");
    system.try_sql(&moved).await.unwrap();
    assert_ne!(system.sql(&due).await, before);

    // Set when its time is past and the guest is not there yet, it goes out at once; taken away, never.
    let arrives = instant(&guest, &late, "check_in_at").await;
    let gone = format!("/messages/templates/{property}/before_check_in");
    let host = host.again().await;
    host.call("DELETE", &gone).send().await.expect(204);
    host.call("DELETE", &gone).send().await.refused(404, "not_found");
    system.advance_to(arrives.checked_sub(5.hours()).unwrap()).await;
    assert!(written(&guest, &late).await.is_empty());
    set(&host.again().await, &property, "before_check_in", 48, "The key is under the stone.")
        .await
        .expect(204);
    system.advance(61).await;
    assert_eq!(moments(&written(&guest, &late).await), ["before_check_in"]);
    system.stop().await;
}

/// Several schedulers at once, and a worker that died before its mark: its message comes a second time.
#[tokio::test(flavor = "multi_thread")]
async fn schedulers_that_run_into_each_other_write_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    set(&host, &property, "on_confirmation", 0, "Welcome, {guest_name}.").await.expect(204);
    let mut bookings = Vec::new();
    for days in 0..6 {
        bookings.push(guest.stays(&property, Dates::in_days(&guest, 20 + 2 * days, 1)).await);
    }
    let env = platform::Env::from_map(system.handles().variables.clone());
    let aws = platform::Aws::from_env(&env).unwrap();
    let scheduler = scheduler::Scheduler::from_env(&env, &aws).unwrap();
    let runs = (0..6).map(|_| {
        let scheduler = scheduler.clone();
        async move { scheduler.handle(json!({})).await }
    });
    for run in futures::future::join_all(runs).await {
        run.unwrap();
    }
    system.settle().await;
    // What was sent is sent again by the sweeper, as after a worker that died before its mark.
    system.try_sql("UPDATE outbox SET done_at = NULL, next_send_at = created_at WHERE body ->> 'type' = 'new_message'").await.unwrap();
    system.advance(3600).await;
    for booking in &bookings {
        assert_eq!(moments(&written(&guest, booking).await), ["on_confirmation"]);
    }
    let mails = system.mails(&guest.email).await;
    let told = mails.iter().filter(|mail| mail["subject"].as_str().unwrap().contains("wrote to you"));
    assert_eq!(told.count(), bookings.len());
    let sent = system.sql("SELECT count(*)::text FROM automated_messages WHERE sent_at IS NOT NULL").await;
    assert_eq!(sent[0].as_deref(), Some("6"));
    system.stop().await;
}
