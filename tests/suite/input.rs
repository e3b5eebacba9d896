//! Bad input, everywhere: each answer is a problem document that names the place, and nothing is done by halves.

mod wrong;

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tests::{Answer, Call, Dates, Operation, System, operations, resolved};

use crate::world::{World, fill, tables};
use wrong::{Walk, Wrong};

/// How many calls are under way at a time.
const AT_A_TIME: usize = 8;
/// Longer lists of faults help nobody.
const SHOWN: usize = 60;

/// What is the matter with an answer, if anything.
fn fault(what: &str, answer: &Answer, statuses: &[u16], pointer: Option<(&str, bool)>) -> Option<String> {
    let Answer { call, status, body, .. } = answer;
    let say = |why: &str| Some(format!("{call}: {what}: {why}: {status} {body}"));
    if !statuses.contains(status) {
        return say(&format!("not {statuses:?}"));
    }
    if answer.header("content-type") != "application/problem+json" {
        return say("no problem document");
    }
    let code = body["code"].as_str().unwrap_or_default();
    match web::problem::find(code) {
        None => return say("a code without a page"),
        Some(kind) if kind.status != *status && code != "invalid_token" => {
            return say("another status than its page");
        }
        Some(_) => {}
    }
    if body["type"] != format!("/problems/{code}") || body["instance"].is_null() {
        return say("an incomplete document");
    }
    let (pointer, about) = pointer?;
    let pointers = answer.pointers();
    // A member of a value is the value's own affair.
    let names = |named: &String| {
        named == pointer
            || named.starts_with(&format!("{pointer}/"))
            || about && pointer.starts_with(named.rsplit_once('/').map_or("", |(around, _)| around))
    };
    if pointers.iter().any(names) { None } else { say(&format!("{pointer} is not named")) }
}

fn shown(faults: &[String]) {
    let count = faults.len();
    assert_eq!(count, 0, "{count} faults: {:#?}", &faults[..count.min(SHOWN)]);
}

/// The operation's call by whom it belongs to.
fn call(world: &World<'_>, operation: &Operation) -> Call {
    let call = world.call(operation, &world.path(operation));
    if operation.is_public() { call } else { call.bearer(&world.owner(operation).token) }
}

/// What is stored when nothing is left to do by itself: what the minute's schedule would still send is sent.
async fn at_rest(system: &System) -> BTreeMap<String, String> {
    system.advance(61).await;
    system.settle().await;
    tables(system).await
}

/// A call, what is wrong with it, the statuses that fit, and the pointer to be named (and whether below it will do).
type Attempt = (Call, String, Vec<u16>, Option<(String, bool)>);

async fn try_all(calls: Vec<Attempt>) -> Vec<String> {
    stream::iter(calls)
        .map(|(call, what, statuses, pointer)| async move {
            let answer = call.send().await;
            let pointer = pointer.as_ref().map(|(pointer, about)| (pointer.as_str(), *about));
            fault(&what, &answer, &statuses, pointer)
        })
        .buffer_unordered(AT_A_TIME)
        .filter_map(|fault| async { fault })
        .collect()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_of_every_body_is_bounded_typed_and_named() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let before = at_rest(&system).await;
    let mut calls = Vec::new();
    for operation in operations(&world.document) {
        let (Some(schema), Some(good)) = (operation.body_schema(&world.document), world.body(&operation))
        else {
            continue;
        };
        for Wrong { what, pointer, about, body } in Walk::of(&world.document, schema, good) {
            let what = format!("{what} at {pointer:?}");
            // Some bodies may not be as long as others.
            let small = operation.id == "begin_onboarding" && what.starts_with("far too long");
            let (statuses, pointer) =
                if small { (vec![413], None) } else { (vec![422], Some((pointer, about))) };
            calls.push((call(&world, &operation).json(body), what, statuses, pointer));
        }
    }
    assert!(calls.len() > 500, "only {} wrong bodies", calls.len());
    let faults = try_all(calls).await;
    shown(&faults);
    system.settle().await;
    assert_eq!(tables(&system).await, before, "bad input changed something");
    system.stop().await;
}

/// Bodies that are wrong as a whole, with their content type and the statuses that may answer them.
fn whole_bodies(good: &Value) -> Vec<(&'static str, &'static str, Vec<u8>, Vec<u16>)> {
    const JSON: &str = "application/json";
    let text = good.to_string();
    let mut twice = text.clone();
    if let Some((name, value)) = good.as_object().and_then(|members| members.iter().next()) {
        twice.insert_str(1, &format!("{}:{value},", json!(name)));
    }
    vec![
        ("a list", JSON, b"[]".to_vec(), vec![422]),
        ("a text", JSON, b"\"x\"".to_vec(), vec![422]),
        ("a number", JSON, b"5".to_vec(), vec![422]),
        ("null", JSON, b"null".to_vec(), vec![422]),
        ("half an object", JSON, b"{".to_vec(), vec![400]),
        ("no JSON", JSON, b"{a: 1}".to_vec(), vec![400]),
        ("something behind the end", JSON, format!("{text} x").into_bytes(), vec![400]),
        ("a name twice", JSON, twice.into_bytes(), vec![422]),
        ("bad UTF-8", JSON, b"{\"title\": \"\xff\xfe\"}".to_vec(), vec![400]),
        ("half a surrogate", JSON, b"{\"title\": \"\\ud800\"}".to_vec(), vec![400, 422]),
        ("a deep nest", JSON, "[".repeat(100_000).into_bytes(), vec![400, 413]),
        ("a deep nest of objects", JSON, "{\"a\":".repeat(40_000).into_bytes(), vec![400, 413, 422]),
        ("300 KB", JSON, format!("{{\"title\": \"{}\"}}", "x".repeat(300_000)).into_bytes(), vec![413]),
        ("a form", "application/x-www-form-urlencoded", b"title=x".to_vec(), vec![415]),
        ("plain text", "text/plain", text.clone().into_bytes(), vec![415]),
        ("another charset", "application/json; charset=latin-1", text.into_bytes(), vec![415]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_as_a_whole_is_looked_at_first() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let before = at_rest(&system).await;
    let mut calls = Vec::new();
    for operation in operations(&world.document).iter().filter(|one| one.spec["requestBody"].is_object()) {
        let good = world.body(operation).unwrap_or_else(|| json!({}));
        for (what, content_type, body, statuses) in whole_bodies(&good) {
            // The provider's events are read after their signature is; where a body may be left out, its type may too.
            let statuses = match operation.id.as_str() {
                "receive_stripe_event" => vec![400, 413],
                _ if !operation.requires_body() && statuses == [415] => continue,
                _ => statuses,
            };
            calls.push((call(&world, operation).body(content_type, body), what.to_owned(), statuses, None));
        }
        if operation.requires_body() && operation.id != "receive_stripe_event" {
            calls.push((
                call(&world, operation).body("application/json", ""),
                "empty".to_owned(),
                vec![400],
                None,
            ));
            calls.push((call(&world, operation), "absent".to_owned(), vec![415], None));
        }
    }
    let faults = try_all(calls).await;
    shown(&faults);
    system.settle().await;
    assert_eq!(tables(&system).await, before, "bad input changed something");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_does_not_take_it_answers_itself() {
    let system = System::start().await;
    let host = system.person("Hanna Host").await;
    let body = vec![b' '; 10 * 1024 * 1024 + 1];
    let answer = host.call("POST", "/properties/").body("application/json", body).send().await.expect(413);
    assert_eq!(answer.body, json!({ "message": "Request Entity Too Large" }));
    let long = host.call("GET", "/users/me/").header("x-long", &"x".repeat(11_000)).send().await;
    assert!([431, 400].contains(&long.status), "{}", long.status);
    system.stop().await;
}

/// A good value of a query's parameter, and wrong ones.
fn values(world: &World<'_>, parameter: &Value) -> (String, Vec<(&'static str, String)>) {
    let (schema, _) = resolved(&world.document, &parameter["schema"]);
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("string");
    let good = match crate::world::sample(&world.document, schema) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let mut wrong = vec![("U+0000", "a%00b".to_owned())];
    if kind != "string" {
        wrong.extend([
            ("no value", "x".to_owned()),
            ("empty", String::new()),
            ("huge", "99999999999999999999999".to_owned()),
        ]);
        if kind == "integer" {
            wrong.push(("a fraction", "1.5".to_owned()));
        }
        if kind != "boolean" {
            wrong.push(("not a number", "NaN".to_owned()));
        }
    }
    for (bound, step) in [("minimum", -1), ("maximum", 1)] {
        if let Some(limit) = schema[bound].as_i64() {
            wrong.push((bound, (limit + step).to_string()));
        }
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        wrong.push(("too long", "x".repeat(usize::try_from(most).unwrap() + 1)));
    }
    if schema["enum"].is_array() || crate::world::chooses(schema) || schema["format"] == "uuid" {
        wrong.push(("an unknown code", "no-such-thing".to_owned()));
    }
    if schema["format"] == "date" {
        wrong.extend(["2026-02-30", "tomorrow", "2026-6-1"].map(|text| ("no date", text.to_owned())));
    }
    if parameter["name"] == "cursor" {
        wrong.extend(["AAAA", "%F0%9F%8F%A0", "e30"].map(|text| ("no cursor", text.to_owned())));
    }
    (good, wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_of_every_query_is_bounded_typed_and_named() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let before = at_rest(&system).await;
    let mut calls = Vec::new();
    for operation in operations(&world.document) {
        let parameters = operation.parameters("query");
        let name = |parameter: &Value| parameter["name"].as_str().unwrap().to_owned();
        let mut required = String::new();
        for parameter in parameters.iter().filter(|parameter| parameter["required"] == true) {
            required = format!("{required}&{}={}", name(parameter), values(&world, parameter).0);
        }
        let mut push = |query: String, what: &str, pointer: String| {
            let path = format!("{}?{query}", world.path(&operation));
            let call = world.system.call(&operation.method, &path).bearer(&world.owner(&operation).token);
            calls.push((call, format!("{what}, ?{query}"), vec![422], Some((pointer, false))));
        };
        if !parameters.is_empty() {
            push(format!("surprise=1{required}"), "an unknown parameter", "?surprise".to_owned());
        }
        for parameter in &parameters {
            let (good, wrong) = values(&world, parameter);
            let (name, pointer) = (name(parameter), format!("?{}", name(parameter)));
            let mut others = required.replace(&format!("&{name}={good}"), "");
            // Reviews are asked for by one of three.
            if operation.id == "list_reviews" && !name.ends_with("_id") {
                others = format!("&property_id={}", world.property);
            }
            push(format!("{name}={good}&{name}={good}{others}"), "twice", pointer.clone());
            for (what, value) in wrong {
                push(format!("{name}={value}{others}"), what, pointer.clone());
            }
        }
    }
    assert!(calls.len() > 100, "only {} wrong queries", calls.len());
    let faults = try_all(calls).await;
    shown(&faults);
    assert_eq!(tables(&system).await, before, "bad input changed something");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_none_and_ids_of_nothing_are_not_found() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let before = at_rest(&system).await;
    let mut calls = Vec::new();
    for operation in operations(&world.document).iter().filter(|one| one.path.contains('{')) {
        let ids = [
            "0199c1a0-7c00-7000-8000-00000000abcd",
            "not-an-id",
            "%00",
            "..%2F..",
            "1%27%20OR%201=1",
            "%F0%9F%8F%A0",
        ];
        for id in ids {
            let path = fill(&operation.path, |_| id.to_owned());
            let path = if operation.id == "get_calendar" {
                format!("{path}?from=2031-01-01&to=2031-01-02")
            } else if operation.id == "export_calendar" {
                format!("{path}?token={}", world.calendar_token)
            } else {
                path
            };
            let call = world.call(operation, &path).bearer(&world.owner(operation).token);
            let call = match world.body(operation) {
                Some(body) => call.json(body),
                None => call,
            };
            calls.push((call, "an id of nothing".to_owned(), vec![404], None));
        }
    }
    let faults = try_all(calls).await;
    assert_eq!(tables(&system).await, before);
    shown(&faults);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_versions_are_asked_for() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let before = at_rest(&system).await;
    let mut calls = Vec::new();
    for operation in operations(&world.document).iter().filter(|one| one.is_unsafe() && !one.is_public()) {
        let bare = || {
            let call =
                system.call(&operation.method, &world.path(operation)).bearer(&world.owner(operation).token);
            match world.body(operation) {
                Some(body) => call.json(body),
                None => call,
            }
        };
        if operation.requires_header("Idempotency-Key") {
            calls.push((bare(), "no key".to_owned(), vec![400], None));
        }
        for key in ["", "\"open", &"k".repeat(256)] {
            calls.push((bare().header("idempotency-key", key), format!("the key {key:?}"), vec![400], None));
        }
        if operation.requires_header("If-Match") {
            calls.push((bare(), "no version".to_owned(), vec![428], None));
            calls.push((
                bare().header("if-match", "\"12345\""),
                "an old version".to_owned(),
                vec![412],
                None,
            ));
            for tag in ["", "12", "W/\"1\"", "\"1\", \"2\""] {
                calls.push((
                    bare().header("if-match", tag),
                    format!("the version {tag:?}"),
                    vec![400, 412],
                    None,
                ));
            }
        }
    }
    let faults = try_all(calls).await;
    system.settle().await;
    assert_eq!(tables(&system).await, before);
    shown(&faults);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_that_breaks_a_rule_is_refused_by_its_name() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|body| body["max_nights"] = json!(30)).await;
    let before = at_rest(&system).await;
    let day = |days: i64| Dates::in_days(&guest, days, 1).check_in;
    let party = |adults: i64, children: i64| json!({ "adults": adults, "children": children });
    for (check_in, check_out, guests, status, code, pointer) in [
        (day(-10), day(-5), party(2, 0), 422, "past_date", "/check_in"),
        (day(-2), day(2), party(2, 0), 422, "past_date", "/check_in"),
        (day(10), day(10), party(2, 0), 422, "invalid_dates", "/check_out"),
        (day(10), day(9), party(2, 0), 422, "invalid_dates", "/check_out"),
        (day(10), day(410), party(2, 0), 422, "max_nights", "/check_out"),
        (day(10), day(41), party(2, 0), 422, "max_nights", "/check_out"),
        (day(10), day(12), party(5, 0), 422, "over_capacity", "/guests/adults"),
        (day(10), day(12), party(3, 2), 422, "over_capacity", "/guests/children"),
        (day(10), day(12), party(0, 2), 422, "validation_failed", "/guests/adults"),
    ] {
        let body = json!({ "check_in": check_in, "check_out": check_out, "guests": guests });
        let answer =
            guest.call("POST", &format!("/properties/{property}/quotes/")).json(body.clone()).send().await;
        assert_eq!(fault(&body.to_string(), &answer, &[status], None), None);
        assert_eq!(answer.body["code"], code, "{body}: {:#}", answer.body);
        // Which of the counts is too many is a matter of taste.
        let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
        assert!(
            answer.pointers().iter().any(|named| named == pointer || named == around && !around.is_empty()),
            "{body}: {:#}",
            answer.body
        );
    }
    assert_eq!(tables(&system).await, before);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_amounts_above_nothing_and_below_too_much() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let before = at_rest(&system).await;
    let mut faults = Vec::new();
    for (member, value) in [
        ("nightly_price", json!({ "amount": 0, "currency": "USD" })),
        ("nightly_price", json!({ "amount": -1, "currency": "USD" })),
        ("nightly_price", json!({ "amount": 100_000_000_001_i64, "currency": "USD" })),
        ("nightly_price", json!({ "amount": i64::MAX, "currency": "USD" })),
        ("nightly_price", json!({ "amount": 20000.5, "currency": "USD" })),
        ("nightly_price", json!({ "amount": "20000", "currency": "USD" })),
        ("nightly_price", json!({ "amount": 20000, "currency": "EUR" })),
        ("nightly_price", json!({ "amount": 20000, "currency": "XXX" })),
        ("nightly_price", json!({ "amount": 20000, "currency": "usd" })),
        ("nightly_price", json!([20000, "USD"])),
        ("cleaning_fee", json!({ "amount": -1, "currency": "USD" })),
        ("cleaning_fee", json!([100, "USD"])),
        ("fees", json!([{ "kind": "linen", "charge": { "basis": "per_stay", "amount": [100, "USD"] } }])),
        ("fees", json!([{ "kind": "linen", "charge": ["per_stay", { "amount": 100, "currency": "USD" }] }])),
        ("fees", json!([["linen", { "basis": "per_stay", "amount": { "amount": 100, "currency": "USD" } }]])),
        ("location", json!([38.9, -77.0, { "city": "Washington", "country": "US" }, "America/New_York"])),
        ("check_in_time", json!("25:00")),
        ("max_nights", json!(0)),
        ("min_nights", json!(61)),
    ] {
        let mut body = tests::listing_body();
        body[member] = value.clone();
        let answer = host.call("POST", "/properties/").json(body).send().await;
        let pointer = format!("/{member}");
        // More nights at least than at most: either may be named.
        let pointer = if member == "min_nights" && answer.pointers().contains(&"/max_nights".to_owned()) {
            "/max_nights"
        } else {
            &pointer
        };
        faults.extend(fault(&format!("{member} {value}"), &answer, &[422], Some((pointer, false))));
    }
    assert_eq!(tables(&system).await, before);
    shown(&faults);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_lapse_and_cursors_are_believed_as_they_were_given() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    for title in ["One", "Two", "Three"] {
        host.lists(|body| body["title"] = json!(title)).await;
    }
    let first =
        system.call("GET", "/properties/?sort=newest&limit=1").send().await.expect(200).text("next_cursor");
    let bent = |at: usize| {
        let mut bytes = first.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let list = |query: String| system.call("GET", &format!("/properties/?{query}")).send();
    list(format!("sort=newest&limit=2&cursor={first}")).await.expect(200);
    let wrong = [
        format!("sort=newest&cursor={}", bent(0)),
        format!("sort=newest&cursor={}", bent(first.len() - 4)),
        format!("sort=newest&cursor={first}AAAA"),
        format!("sort=newest&cursor={}", &first[..first.len() - 1]),
        format!("sort=newest&guests=2&cursor={first}"),
        format!("sort=price&cursor={first}"),
    ];
    for query in wrong {
        let answer = list(query).await.refused(422, "validation_failed");
        assert_eq!(answer.pointers(), ["?cursor"]);
    }
    let elsewhere = guest.call("GET", &format!("/bookings/?cursor={first}")).send().await;
    assert_eq!(elsewhere.refused(422, "validation_failed").pointers(), ["?cursor"]);
    system.advance(15 * 60 + 31).await;
    guest.call("GET", "/bookings/").send().await.refused(401, "token_expired");
    for token in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        system.call("GET", "/bookings/").bearer(token).send().await.expect(401);
    }
    system.call("GET", "/bookings/").header("authorization", "Basic eDp5").send().await.expect(401);
    system.stop().await;
}
