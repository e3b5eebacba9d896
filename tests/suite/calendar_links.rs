//! A listing's calendar for calendars elsewhere: what it says, to whom, and until when.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use tests::{Answer, Dates, Person, System};

async fn link(person: &Person<'_>, property: &str) -> String {
    let made =
        person.call("POST", &format!("/properties/{property}/calendar-link/")).send().await.expect(201);
    let path = made.text("path");
    assert!(path.ends_with(&format!("?token={}", made.text("token"))));
    path
}

async fn read(system: &System, path: &str) -> Answer {
    system.call("GET", path).send().await
}

/// The events as (UID, first night, departure, summary), read as a stranger's reader would: unfolded, line by line.
async fn events(system: &System, path: &str) -> Vec<(String, String, String, String)> {
    let answer = read(system, path).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    let text = answer.body.as_str().unwrap().to_owned();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("\r\nEND:VCALENDAR\r\n")
    );
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
    let unfolded = text.replace("\r\n ", "");
    let events = unfolded.split("BEGIN:VEVENT\r\n").skip(1);
    events
        .map(|event| {
            let value = |name: &str| {
                let line = event.split("\r\n").find_map(|line| line.strip_prefix(name));
                line.unwrap_or_else(|| panic!("no {name} in {event}")).to_owned()
            };
            (value("UID:"), value("DTSTART;VALUE=DATE:"), value("DTEND;VALUE=DATE:"), value("SUMMARY:"))
        })
        .collect()
}

fn compact(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

async fn block(host: &Person<'_>, property: &str, from: Date, to: Date, blocked: bool) {
    let change = json!({ "changes": [{ "from": from, "to": to, "blocked": blocked }] });
    host.call("PATCH", &format!("/properties/{property}/calendar/")).json(change).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_which_nights_are_taken_and_nothing_of_guests() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host
        .lists(|listing| {
            listing["title"] = json!("Haus am Mühlteich, mit einem sehr langen Namen für Gäste; ja");
        })
        .await;
    let path = link(&host, &property).await;
    assert_eq!(events(&system, &path).await, []);

    let stay = Dates::in_days(&guest, 5, 3);
    let booking = guest.stays(&property, stay).await;
    let hold = Dates::in_days(&guest, 12, 2);
    guest.holds(&property, hold).await.expect(201);
    let free = Dates::in_days(&guest, 20, 4);
    block(&host, &property, free.check_in, free.check_out, true).await;

    let found = events(&system, &path).await;
    let said: Vec<_> =
        found.iter().map(|(_, from, to, summary)| (from.clone(), to.clone(), summary.as_str())).collect();
    let expected = |dates: Dates, summary| (compact(dates.check_in), compact(dates.check_out), summary);
    assert_eq!(
        said,
        [expected(stay, "Reserved"), expected(hold, "Reserved"), expected(free, "Not available")]
    );
    let text = read(&system, &path).await.body.to_string();
    for secret in [booking.as_str(), guest.id.as_str(), host.id.as_str(), "Gus", "guest", "Hanna"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(
        text.replace("\\r\\n ", "").contains("Mühlteich\\\\, mit einem sehr langen Namen für Gäste\\\\; ja"),
        "{text}"
    );

    // The hold runs out, the stay is called off, the block is lifted.
    system.advance(3600).await;
    let later = events(&system, &path).await;
    assert_eq!(
        later.iter().map(|event| &event.0).collect::<Vec<_>>(),
        [&found[0].0, &found[2].0],
        "names stay"
    );
    let guest = guest.again().await;
    let cancel = guest.call("POST", &format!("/bookings/{booking}/cancel/")).once();
    cancel.json(json!({ "reason": "Rain" })).send().await.expect(200);
    let host = host.again().await;
    block(&host, &property, free.check_in, free.check_out, false).await;
    assert_eq!(events(&system, &path).await, []);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_left_out_and_what_lasts_is_kept_whole() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let path = link(&host, &property).await;
    let stay = Dates::in_days(&guest, 1, 3);
    guest.stays(&property, stay).await;
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let at = |date: Date, hour| date.at(hour, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
    // The last night has begun: it is told with its first one.
    system.advance_to(at(stay.check_out.yesterday().unwrap(), 23)).await;
    assert_eq!(events(&system, &path).await[0].1, compact(stay.check_in));
    system.advance_to(at(stay.check_out, 0)).await;
    assert_eq!(events(&system, &path).await, []);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_units_are_taken_where_none_is_free() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|listing| listing["units"] = json!(2)).await;
    let path = link(&host, &property).await;
    let first = Dates::in_days(&guest, 5, 4);
    guest.stays(&property, first).await;
    assert_eq!(events(&system, &path).await, [], "one unit is free");
    let second = Dates::in_days(&guest, 7, 4);
    guest.stays(&property, second).await;
    let found = events(&system, &path).await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].1, &found[0].2), (&compact(second.check_in), &compact(first.check_out)));
    // A block takes both.
    let from = second.check_out.checked_add(1.day()).unwrap();
    block(&host, &property, from, from.checked_add(2.days()).unwrap(), true).await;
    assert_eq!(events(&system, &path).await.len(), 2);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_told_when_nothing_changed() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let path = link(&host, &property).await;
    let tag = read(&system, &path).await.expect(200).header("etag").to_owned();
    let again =
        || system.call("GET", &path).header("if-none-match", &tag).header("accept", "text/calendar").send();
    again().await.expect(304);
    let before = system.statements();
    again().await.expect(304);
    assert_eq!(system.statements() - before, 1);
    guest.stays(&property, Dates::in_days(&guest, 5, 3)).await;
    assert_ne!(again().await.expect(200).header("etag"), tag);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_until_it_is_taken_back() {
    let system = System::start().await;
    let (host, other) = (system.host("Hanna Host").await, system.host("Otto Other").await);
    let (property, others) = (host.lists(|_| {}).await, other.lists(|_| {}).await);
    let first = link(&host, &property).await;
    let token = first.split_once("token=").unwrap().1.to_owned();
    assert_eq!(token.len(), 43, "32 bytes in base64url");
    assert_ne!(link(&other, &others).await.split_once("token=").unwrap().1, token);
    // Of this listing alone, and whole.
    read(&system, &format!("/properties/{others}/calendar.ics?token={token}"))
        .await
        .refused(404, "not_found");
    read(&system, &first[..first.len() - 1]).await.refused(404, "not_found");
    read(&system, &format!("/properties/{property}/calendar.ics")).await.expect(422);
    let kept = system.sql("SELECT encode(digest, 'escape') FROM calendar_links").await;
    assert!(kept.iter().flatten().all(|digest| !digest.contains(&token)), "the token itself is not kept");

    let second = link(&host, &property).await;
    read(&system, &first).await.refused(404, "not_found");
    read(&system, &second).await.expect(200);
    let path = format!("/properties/{property}/calendar-link/");
    other.call("POST", &path).send().await.refused(404, "not_found");
    other.call("DELETE", &path).send().await.refused(404, "not_found");
    read(&system, &second).await.expect(200);

    // A co-host who keeps the calendar may do both, under their own name.
    let named = json!({ "user_id": other.id, "permissions": ["calendar"] });
    host.call("POST", &format!("/properties/{property}/cohosts/")).json(named).send().await.expect(201);
    let third = link(&other, &property).await;
    read(&system, &second).await.refused(404, "not_found");
    read(&system, &third).await.expect(200);
    other.call("DELETE", &path).send().await.expect(204);
    read(&system, &third).await.refused(404, "not_found");
    other.call("DELETE", &path).send().await.refused(404, "not_found");
    let acts = system
        .sql("SELECT action FROM audit_log WHERE action LIKE 'cohost_%link_calendar' ORDER BY at, action")
        .await;
    assert!(acts.iter().flatten().any(|act| act == "cohost_link_calendar"));
    assert!(acts.iter().flatten().any(|act| act == "cohost_unlink_calendar"));
    system.stop().await;
}
