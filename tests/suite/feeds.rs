//! Calendars of other platforms: whose nights they take, when they are read, and what happens where both sides sold.

mod conflicts;
mod manage;
mod platform;
mod polling;
mod races;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};
use tests::{Answer, Person, System};

pub(crate) use platform::Platform;

/// Longer than the pause between two readings.
pub(super) const A_WHILE: i64 = 34 * 60;

/// The date so many days from today (UTC), which is tonight's in all of these tests.
pub(super) fn day(system: &System, days: i64) -> Date {
    system.now().to_zoned(jiff::tz::TimeZone::UTC).date().checked_add(days.days()).unwrap()
}

/// A calendar with an event for each name and its nights.
pub(crate) fn calendar(events: &[(&str, Date, Date)]) -> String {
    let compact = |date: &Date| date.strftime("%Y%m%d").to_string();
    let event = |(uid, from, to): &(&str, Date, Date)| {
        let (from, to) = (compact(from), compact(to));
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;VALUE=DATE:{from}\r\nDTEND;VALUE=DATE:{to}\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

/// Lets a calendar be read, waits for the first time, and answers its id.
pub(super) async fn add(host: &Person<'_>, property: &str, url: &str) -> String {
    let made = create(host, property, json!({ "name": "Elsewhere", "url": url })).await.expect(201);
    host.system().settle().await;
    made.text("id")
}

pub(super) async fn create(host: &Person<'_>, property: &str, body: Value) -> Answer {
    host.call("POST", &format!("/properties/{property}/feeds/")).json(body).send().await
}

pub(super) async fn get(host: &Person<'_>, property: &str, feed: &str) -> Value {
    host.call("GET", &format!("/properties/{property}/feeds/{feed}/")).send().await.expect(200).body
}

/// The nights that calendars of elsewhere take, in order.
pub(super) async fn imported(system: &System) -> Vec<(String, String)> {
    let sql = "SELECT lower(nights) || ' ' || upper(nights) FROM claims
               WHERE kind = 'feed' AND released_at IS NULL ORDER BY nights, lane";
    let rows = system.sql(sql).await;
    let pair = |row: Option<String>| {
        let row = row.unwrap();
        let (from, to) = row.split_once(' ').unwrap();
        (from.to_owned(), to.to_owned())
    };
    rows.into_iter().map(pair).collect()
}

/// The same as they should be, by days from now.
pub(super) fn nights(system: &System, ranges: &[(i64, i64)]) -> Vec<(String, String)> {
    let text = |days| day(system, days).to_string();
    ranges.iter().map(|(from, to)| (text(*from), text(*to))).collect()
}

/// Makes all calendars due, as if some time had passed, and lets them be read.
pub(crate) async fn read_again(system: &System) {
    system.try_sql("UPDATE feeds SET next_poll_at = created_at, queued_until = NULL WHERE last_polled_at IS NOT NULL").await.unwrap();
    system.advance(1).await;
}

/// Stays and nights of elsewhere never share a night, and what a calendar wants is its own or a stay's.
pub(super) async fn assert_sound(system: &System) {
    let both = "SELECT a.nights || ' ' || b.nights FROM claims a JOIN claims b ON a.unit_id = b.unit_id
                WHERE a.kind = 'stay' AND b.kind <> 'block' AND a.id <> b.id AND a.released_at IS NULL
                  AND b.released_at IS NULL AND a.nights && b.nights";
    assert_eq!(system.sql(both).await, [], "sold twice");
    let differs = "
        SELECT f.lane || ' wants ' || f.wanted || ' but for ' || coalesce(s.nights, '{}') || ' and has '
            || coalesce(o.nights, '{}')
        FROM feeds f
        LEFT JOIN LATERAL (SELECT range_agg(c.nights) AS nights FROM claims c WHERE c.unit_id = f.unit_id
            AND c.kind = 'stay' AND c.released_at IS NULL) s ON true
        LEFT JOIN LATERAL (SELECT range_agg(c.nights) AS nights FROM claims c WHERE c.unit_id = f.unit_id
            AND c.kind = 'feed' AND c.lane = int4range(f.lane, f.lane + 1) AND c.released_at IS NULL) o ON true
        WHERE f.wanted - coalesce(s.nights, '{}') <> coalesce(o.nights, '{}')";
    assert_eq!(system.sql(differs).await, []);
}

/// How many nights the host's calendar shows as another calendar's.
async fn shown_as_imported(host: &Person<'_>, property: &str, from: Date, to: Date) -> usize {
    let path = format!("/properties/{property}/calendar/?from={from}&to={to}");
    let shown = host.call("GET", &path).send().await.expect(200).body;
    let nights =
        shown.as_array().or_else(|| shown["items"].as_array()).or_else(|| shown["nights"].as_array());
    let is_theirs = |night: &&Value| {
        night["state"] == "blocked" && night["why_not"].as_array().unwrap().contains(&json!("imported"))
    };
    nights.unwrap().iter().filter(is_theirs).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nights_that_are_taken_elsewhere_cannot_be_booked_here_until_they_are_free() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    let at = |days| day(&system, days);
    platform.says(calendar(&[("a", at(5), at(8)), ("b", at(7), at(9)), ("c", at(20), at(22))]));
    let feed = add(&host, &property, &platform.url()).await;

    assert_eq!(imported(&system).await, nights(&system, &[(5, 9), (20, 22)]));
    let dates = |from, to| tests::Dates { check_in: at(from), check_out: at(to) };
    for (from, to) in [(5, 6), (8, 10), (4, 6), (19, 23)] {
        guest.quote(&property, dates(from, to)).await.refused(409, "dates_unavailable");
    }
    guest.quote(&property, dates(9, 11)).await.expect(201);
    guest.quote(&property, dates(3, 5)).await.expect(201);
    assert_eq!(shown_as_imported(&host, &property, at(4), at(10)).await, 4);
    let seen = get(&host, &property, &feed).await;
    assert_eq!((&seen["events"], &seen["nights"], &seen["last_error"]), (&json!(3), &json!(6), &Value::Null));
    assert_eq!(seen["said"][0], json!({ "from": at(5), "to": at(8), "own": false }));

    // It is not told on: two calendars would keep each other's nights for ever.
    let link = host.call("POST", &format!("/properties/{property}/calendar-link/")).send().await.expect(201);
    let ours = system.call("GET", &link.text("path")).send().await.expect(200);
    assert!(!ours.body.as_str().unwrap().contains("VEVENT"));

    // An event moves, another is gone; what stays is not touched.
    let far =
        format!("SELECT id::text FROM claims WHERE nights @> date '{}' AND released_at IS NULL", at(20));
    let kept = system.sql(&far).await;
    platform.says(calendar(&[("a", at(6), at(8)), ("c", at(20), at(22))]));
    system.advance(A_WHILE).await;
    assert_eq!(imported(&system).await, nights(&system, &[(6, 8), (20, 22)]));
    assert_eq!(system.sql(&far).await, kept);
    assert_sound(&system).await;

    let host = host.again().await;
    host.call("DELETE", &format!("/properties/{property}/feeds/{feed}/")).send().await.expect(204);
    assert_eq!(imported(&system).await, []);
    let guest = guest.again().await;
    guest.quote(&property, dates(6, 8)).await.expect(201);
    host.call("DELETE", &format!("/properties/{property}/feeds/{feed}/")).send().await.expect(404);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calendars_may_say_the_same_nights_and_neither_frees_the_others() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let (one, two) = (Platform::start(), Platform::start());
    let at = |days| day(&system, days);
    one.says(calendar(&[("a", at(5), at(8))]));
    two.says(calendar(&[("b", at(6), at(9))]));
    add(&host, &property, &one.url()).await;
    let second = add(&host, &property, &two.url()).await;
    assert_eq!(imported(&system).await, nights(&system, &[(5, 8), (6, 9)]));
    one.says(calendar(&[]));
    system.advance(A_WHILE).await;
    assert_eq!(imported(&system).await, nights(&system, &[(6, 9)]));
    let host = host.again().await;
    let off = json!({ "enabled": false });
    let path = format!("/properties/{property}/feeds/{second}/");
    host.call("PATCH", &path).header("if-match", "*").json(off).send().await.expect(200);
    assert_eq!(imported(&system).await, nights(&system, &[(6, 9)]), "what is not read goes on to hold");
    system.stop().await;
}
