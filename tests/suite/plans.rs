//! What the hot requests ask of a large database: few statements, and none that reads a large table from end to end.

mod crowd;

use std::collections::BTreeMap;

use local_data_api::LoggedStatement;
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

/// How many listings there are, each with a stay that is over.
fn listings() -> u32 {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 100_000 } else { 20_000 }
}

/// The statements of a request and of what it sets off, each once.
type Seen = BTreeMap<String, LoggedStatement>;

fn log(system: &System) -> Vec<LoggedStatement> {
    system.handles().cluster.data_api().log(Some(system.database()))
}

/// Keeps what is new. The log is short and shared: it is read after each request.
fn note(system: &System, seen: &mut Seen) {
    for statement in log(system) {
        seen.entry(statement.sql.clone()).or_insert(statement);
    }
}

/// The SQL with `$1`, `$2`, … in place of the names.
pub(crate) fn numbered(statement: &LoggedStatement) -> String {
    let (sql, mut out, mut at) = (statement.sql.as_str(), String::new(), 0);
    while at < sql.len() {
        let rest = &sql[at..];
        let skip = |end: &str, from: usize| {
            rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len())
        };
        let length = if rest.starts_with('\'') {
            skip("'", 1)
        } else if rest.starts_with("--") {
            skip("\n", 2)
        } else if rest.starts_with("::") {
            2
        } else if let Some(behind) = rest.strip_prefix(':') {
            let name: String =
                behind.chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect();
            if let Some(index) = statement.parameters.iter().position(|(known, _)| *known == name) {
                out = format!("{out}${}", index + 1);
                at += 1 + name.len();
                continue;
            }
            1
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        out.push_str(&rest[..length]);
        at += length;
    }
    out
}

pub(crate) fn literal(value: Option<&String>) -> String {
    value.map_or("NULL".to_owned(), |text| format!("'{}'", text.replace('\'', "''")))
}

/// The tables that a plan reads from end to end.
fn scanned(plan: &Value, found: &mut Vec<String>) {
    if plan["Node Type"] == "Seq Scan" {
        found.push(plan["Relation Name"].as_str().unwrap_or_default().to_owned());
    }
    for part in plan["Plans"].as_array().into_iter().flatten() {
        scanned(part, found);
    }
}

/// What each statement reads from end to end, of the tables with many rows, with its plan.
async fn faults(system: &System, statements: &Seen, large: &[String]) -> Vec<String> {
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    let mut faults = Vec::new();
    for statement in statements.values() {
        let kind = statement.sql.split_whitespace().next().unwrap_or_default().to_uppercase();
        if !["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].contains(&kind.as_str()) {
            continue;
        }
        let types: Vec<&str> = statement.parameters.iter().map(|(_, kind)| kind.as_str()).collect();
        let values: Vec<String> = statement.values.iter().map(|value| literal(value.as_ref())).collect();
        let list = |all: &str| if all.is_empty() { String::new() } else { format!("({all})") };
        let prepare = format!("PREPARE one {} AS {}", list(&types.join(", ")), numbered(statement));
        client.batch_execute(&prepare).await.unwrap_or_else(|error| panic!("{prepare}: {error:?}"));
        let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE one {}", list(&values.join(", ")));
        let rows = client.query(&explain, &[]).await.unwrap_or_else(|error| panic!("{explain}: {error:?}"));
        client.batch_execute("DEALLOCATE one").await.expect("known");
        let plan: Value = rows[0].get(0);
        let mut tables = Vec::new();
        scanned(&plan[0]["Plan"], &mut tables);
        tables.retain(|table| large.contains(table));
        if !tables.is_empty() {
            faults.push(format!("{tables:?} by\n{}\n{:#}", statement.sql, plan[0]["Plan"]));
        }
    }
    faults
}

/// The hot requests, by the people who make them.
async fn live(
    system: &System,
    seen: &mut Seen,
    host: &Person<'_>,
    guest: &Person<'_>,
    property: &str,
) -> String {
    let dates = Dates::in_days(guest, 40, 3);
    let stay = format!("check_in={}&check_out={}&guests=2", dates.check_in, dates.check_out);
    for query in [
        String::new(),
        "sort=price&limit=50".to_owned(),
        "sort=price&min_price=15000&max_price=30000".to_owned(),
        "sort=newest&kind=house".to_owned(),
        "q=harbour+view".to_owned(),
        "lat=38.9072&lon=-77.0369&radius_m=3000".to_owned(),
        "bbox=-77.1,38.85,-77.0,38.95&sort=rating".to_owned(),
        format!("lat=38.9072&lon=-77.0369&{stay}"),
        format!("q=harbour&{stay}"),
        "q=harbuor+viev".to_owned(),
        format!("{stay}&flex_days=3"),
        format!("lat=38.9072&lon=-77.0369&{stay}&flex_days=7"),
        stay.clone(),
    ] {
        let page = system.call("GET", &format!("/properties/?{query}")).send().await.expect(200);
        assert!(!page.body["items"].as_array().unwrap().is_empty(), "{query} finds something");
        note(system, seen);
        if let Some(cursor) = page.body["next_cursor"].as_str() {
            system.call("GET", &format!("/properties/?{query}&cursor={cursor}")).send().await.expect(200);
            note(system, seen);
        }
    }
    let calendar = format!("/properties/{property}/calendar/?from={}&to={}", dates.check_in, dates.check_out);
    for path in [
        "/properties/facets/".to_owned(),
        "/properties/facets/?q=harbour+view&kind=house".to_owned(),
        "/properties/facets/?lat=38.9072&lon=-77.0369&radius_m=3000".to_owned(),
        "/properties/clusters/?bbox=-77.04,38.90,-77.03,38.91&zoom=14".to_owned(),
        "/properties/clusters/?bbox=-77.04,38.90,-77.03,38.91&zoom=14&q=harbuor".to_owned(),
    ] {
        system.call("GET", &path).send().await.expect(200);
        note(system, seen);
    }
    for path in [format!("/properties/{property}/"), calendar, format!("/reviews/?property_id={property}")] {
        system.call("GET", &path).send().await.expect(200);
        note(system, seen);
    }
    let quote = guest.quote(property, dates).await.expect(201);
    note(system, seen);
    let booking = guest.book(&quote.text("id")).await.expect(201).text("id");
    note(system, seen);
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    system.settle().await;
    note(system, seen);
    for (person, path) in [
        (guest, "/bookings/".to_owned()),
        (guest, "/bookings/?state=confirmed&from=2026-01-01&to=2031-01-01".to_owned()),
        (host, "/bookings/?role=host".to_owned()),
        (guest, format!("/bookings/{booking}/")),
        (guest, format!("/bookings/{booking}/events/")),
        (guest, format!("/bookings/{booking}/cancellation/")),
        (guest, "/payments/".to_owned()),
        (host, "/payments/onboarding/".to_owned()),
        (host, "/properties/?host=me".to_owned()),
        (host, format!("/properties/{property}/ranking/?q=harbour")),
        (guest, format!("/reviews/?user_id={}", host.id)),
        (guest, format!("/reviews/?booking_id={booking}")),
        (guest, "/users/me/".to_owned()),
        (guest, format!("/users/{}/", host.id)),
    ] {
        person.call("GET", &path).send().await.expect(200);
        note(system, seen);
    }
    talk(system, seen, (host, guest), property, &booking).await;
    wish(system, seen, guest, property).await;
    elsewhere(system, seen, host, property).await;
    booking
}

/// What a guest wants to find again.
async fn wish(system: &System, seen: &mut Seen, guest: &Person<'_>, property: &str) {
    let name = json!({ "name": "By the sea" });
    let list = guest.call("POST", "/wishlists/").json(name.clone()).send().await.expect(201).text("id");
    let list = format!("/wishlists/{list}");
    let item = format!("{list}/items/{property}/");
    guest.call("PUT", &item).send().await.expect(204);
    let link = guest.call("POST", &format!("{list}/share/")).send().await.expect(201).text("token");
    let shared = format!("/wishlists/shared/?token={link}");
    for path in [shared.as_str(), "/wishlists/", &list, &format!("{list}/items/")] {
        guest.call("GET", path).send().await.expect(200);
    }
    note(system, seen);
    guest.call("PATCH", &list).header("if-match", "*").json(name.clone()).send().await.expect(200);
    guest.call("DELETE", &item).send().await.expect(204);
    guest.call("DELETE", &format!("{list}/share/")).send().await.expect(204);
    guest.call("DELETE", &list).send().await.expect(204);
    note(system, seen);
}

/// What both sides write to each other.
async fn talk(
    system: &System,
    seen: &mut Seen,
    (host, guest): (&Person<'_>, &Person<'_>),
    property: &str,
    booking: &str,
) {
    let welcome = json!({ "hours": 24, "text": "Welcome." });
    let template = format!("/messages/templates/{property}/before_check_in");
    host.call("PUT", &template).json(welcome).send().await.expect(204);
    for about in [("property_id", property), ("booking_id", booking)] {
        let words = json!({ (about.0): about.1, "text": "Hello." });
        let begun = guest.call("POST", "/messages/threads/").once().json(words).send().await.expect(201);
        let thread = format!("/messages/threads/{}", begun.text("thread_id"));
        let words = json!({ "text": "Hello!" });
        host.call("POST", &format!("{thread}/messages/")).once().json(words).send().await.expect(201);
        guest.call("POST", &format!("{thread}/read/")).json(json!({ "up_to": 2 })).send().await.expect(204);
        for path in [thread.clone(), format!("{thread}/messages/"), "/messages/threads/".to_owned()] {
            guest.call("GET", &path).send().await.expect(200);
        }
    }
    host.call("GET", &format!("/messages/templates/{property}/")).send().await.expect(200);
    host.call("GET", &format!("/messages/threads/?booking_id={booking}")).send().await.expect(200);
    system.settle().await;
    note(system, seen);
}

/// Calendars of other platforms, from the first reading to the last.
async fn elsewhere(system: &System, seen: &mut Seen, host: &Person<'_>, property: &str) {
    let platform = crate::feeds::Platform::start();
    platform.says(crate::feeds::calendar(&[]));
    let feeds = format!("/properties/{property}/feeds/");
    let new = json!({ "name": "Elsewhere", "url": platform.url() });
    let one = host.call("POST", &feeds).json(new).send().await.expect(201).text("id");
    system.settle().await;
    note(system, seen);
    platform.answers(404, &[], "");
    crate::feeds::read_again(system).await;
    let one = format!("{feeds}{one}/");
    for path in [&feeds, &one] {
        host.call("GET", path).send().await.expect(200);
    }
    let rename = json!({ "name": "There" });
    host.call("PATCH", &one).header("if-match", "*").json(rename).send().await.expect(200);
    host.call("POST", &format!("{one}refresh/")).send().await.refused(429, "refreshed_too_soon");
    host.call("DELETE", &one).send().await.expect(204);
    note(system, seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hot_request_reads_a_large_table_from_end_to_end() {
    let system = System::start().await;
    let mut seen = Seen::new();
    // What starting a system asked is no request.
    note(&system, &mut seen);
    let before: Vec<String> = seen.keys().cloned().collect();
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    note(&system, &mut seen);
    let property = host.lists(|body| body["title"] = json!("House with a harbour view")).await;
    crowd::fill(&system, &host, &guest, &property, listings()).await;
    let booking = live(&system, &mut seen, &host, &guest, &property).await;
    let reason = json!({ "reason": "The train does not run." });
    guest.call("POST", &format!("/bookings/{booking}/cancel/")).once().json(reason).send().await.expect(200);
    system.settle().await;
    note(&system, &mut seen);
    // The schedule's own work, and signing in anew.
    system.advance(3600).await;
    note(&system, &mut seen);
    let guest = guest.again().await;
    let refresh = json!({ "refresh_token": guest.refresh_token });
    system.call("POST", "/users/refresh/").json(refresh).send().await.expect(200);
    note(&system, &mut seen);
    assert_eq!(system.dead_letters().await, 0);

    seen.retain(|sql, _| !before.contains(sql));
    assert!(seen.len() > 40, "only {} statements were seen", seen.len());
    let large = crowd::large_tables(&system).await;
    assert!(large.len() > 10, "{large:?}");
    let faults = faults(&system, &seen, &large).await;
    assert!(faults.is_empty(), "{} statements read whole tables:\n{}", faults.len(), faults.join("\n\n"));
    // The check sees what it looks for.
    let whole = LoggedStatement {
        database: system.database().to_owned(),
        sql: "SELECT id FROM properties WHERE title = :title::text".to_owned(),
        parameters: vec![("title".to_owned(), "varchar".to_owned())],
        values: vec![Some("it's".to_owned())],
        in_transaction: false,
    };
    let found = self::faults(&system, &[(String::new(), whole)].into(), &large).await;
    assert_eq!(found.len(), 1);
    system.stop().await;
}

/// The fewest statements of three tries: a sweep that happens to fall into a request is not the request's.
async fn statements(system: &System, mut request: impl AsyncFnMut() -> Answer, status: u16) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..3 {
        system.settle().await;
        let before = system.statements();
        request().await.expect(status);
        fewest = fewest.min(system.statements() - before);
    }
    fewest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_few_statements() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 200, 2)).await;
    let get =
        async |path: &str| statements(&system, async || guest.call("GET", path).send().await, 200).await;
    let stay = Dates::in_days(&guest, 30, 3);
    assert_eq!(get("/properties/").await, 1, "a search");
    assert_eq!(get("/properties/?q=mill&sort=price").await, 1, "a search for words");
    let dated = format!("/properties/?check_in={}&check_out={}", stay.check_in, stay.check_out);
    assert_eq!(get(&dated).await, 1, "a search with dates");
    assert_eq!(get(&format!("/properties/{property}/")).await, 1, "a listing");
    let stranger =
        async |path: &str| statements(&system, async || system.call("GET", path).send().await, 200).await;
    assert_eq!(stranger(&format!("/properties/{property}/")).await, 0, "a kept listing");
    assert_eq!(stranger("/properties/facets/").await, 0, "kept facets");
    assert_eq!(stranger("/properties/clusters/?bbox=-78,38,-76,40&zoom=9").await, 1, "a map");
    assert_eq!(get(&format!("{dated}&flex_days=7")).await, 1, "a search with days to spare");
    assert_eq!(
        get(&format!("/properties/{property}/calendar/?from={}&to={}", stay.check_in, stay.check_out)).await,
        1
    );
    assert_eq!(get("/bookings/").await, 1, "one's bookings");
    assert_eq!(get(&format!("/bookings/{booking}/")).await, 1, "a booking");
    assert_eq!(get(&format!("/reviews/?property_id={property}")).await, 1, "reviews");
    assert_eq!(get("/users/me/").await, 1, "oneself");
    assert_eq!(get("/.well-known/jwks.json").await, 0, "the keys");

    let quote = statements(&system, async || guest.quote(&property, stay).await, 201).await;
    assert!(quote <= 2, "a quote takes {quote}");
    let mut days = 40;
    let mut quotes = Vec::new();
    for _ in 0..3 {
        quotes.push(guest.quote(&property, Dates::in_days(&guest, days, 2)).await.expect(201).text("id"));
        days += 3;
    }
    let book = statements(&system, async || guest.book(&quotes.pop().unwrap()).await, 201).await;
    assert!(book <= 2, "a booking takes {book}");
    let login = json!({ "email": guest.email, "password": "a-fine-long-password" });
    let login = statements(
        &system,
        async || system.call("POST", "/users/login/").json(login.clone()).send().await,
        200,
    )
    .await;
    let asked: Vec<String> = log(&system).into_iter().rev().take(4).map(|statement| statement.sql).collect();
    assert_eq!(login, 1, "signing in: {asked:#?}");
    system.stop().await;
}
