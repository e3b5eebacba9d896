//! How many statements a query takes does not depend on how long its lists are.

use serde_json::{Value, json};
use tests::{Dates, Person, System};

use super::ask;

/// Queries with the statements that each takes; `$property` is a listing of the host, by REST's id.
const QUERIES: &[(&str, &str, u64)] = &[
    ("the caller", "{ viewer { email user { id } } }", 1),
    ("a listing and its host", "query($property: ID!) { property(id: $property) { title host { name } } }", 2),
    ("a search", "{ properties(first: 50) { edges { cursor node { title host { name } rating { count } } } } }", 3),
    (
        "a host's bookings",
        "{ bookings(filter: { role: HOST }, first: 50) { nodes { state lines { label } guest { name } property { title } } } }",
        4,
    ),
    (
        "a host's listings with calendars",
        "query($from: Date!, $to: Date!) { viewer { properties(first: 50) { nodes {
             title calendar(from: $from, to: $to) { date state price { amount } } } } } }",
        4,
    ),
    (
        "a host's listings with bookings, guests, payments and reviews",
        "{ viewer { properties(first: 10) { nodes { title
             bookings(first: 5) { nodes { guest { name } total { amount } payments { payment { state } } reviews { nodes { overall } } } }
             reviews(first: 5) { nodes { authorName publicText } } } } } }",
        9,
    ),
    (
        "a host's bookings with what was proposed and what happened",
        "{ bookings(filter: { role: HOST }, first: 20) { nodes {
             modifications { state from { checkIn } to { checkIn } } trail { event person { name } } } } }",
        5,
    ),
    (
        "a host's conversations with their messages",
        "{ conversations(first: 50) { nodes { unreadCount guest { name } property { title } booking { state }
             messages(first: 10) { nodes { text authorName } } } } }",
        5,
    ),
    (
        "a host's statement with bookings and guests",
        "{ statement(first: 50) { nodes { event amount { amount } booking { uuid guest { name } } } } }",
        3,
    ),
];

async fn measured(system: &System, host: &Person<'_>, property: &str) -> Vec<(u64, u64, Value)> {
    let dates = Dates::in_days(host, 1, 7);
    let mut all = Vec::new();
    for (name, query, _) in QUERIES {
        let variables = json!({ "property": property, "from": dates.check_in, "to": dates.check_out });
        let mut used = serde_json::Map::new();
        for variable in ["property", "from", "to"] {
            if query.contains(&format!("${variable}")) {
                used.insert(variable.to_owned(), variables[variable].clone());
            }
        }
        let before = system.statements();
        let answer = ask(host.call("POST", "/graphql/"), query, Value::Object(used)).await.expect(200);
        let statements = system.statements() - before;
        assert!(answer.body["errors"].is_null(), "{name}: {:#}", answer.body);
        let cost = answer.body["extensions"]["cost"]["requested"].as_u64().unwrap();
        all.push((statements, cost, answer.body["data"].clone()));
    }
    all
}

/// One more listing with a booking that is paid.
async fn grows(host: &Person<'_>, guest: &Person<'_>, days: i64) -> String {
    let property = host.lists(|body| body["title"] = json!(format!("Listing {days}"))).await;
    let booking = guest.stays(&property, Dates::in_days(guest, days, 2)).await;
    let words = json!({ "booking_id": booking, "text": "Is there a place for a bicycle?" });
    guest.call("POST", "/messages/threads/").once().json(words).send().await.expect(201);
    let wanted = json!({ "guests": { "adults": 3 } });
    let path = format!("/bookings/{booking}/modifications/");
    guest.call("POST", &path).once().json(wanted).send().await.expect(201);
    // What follows from it is done before anything is counted.
    host.system().settle().await;
    property
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_do_not_grow_with_the_lists() {
    let system = System::start().await;
    let (host, guest) = (system.host("Holly Host").await, system.person("Gina Guest").await);
    let property = grows(&host, &guest, 20).await;
    let few = measured(&system, &host, &property).await;
    for days in [30, 40, 50] {
        grows(&host, &guest, days).await;
    }
    guest.stays(&property, Dates::in_days(&guest, 60, 2)).await;
    system.settle().await;
    let many = measured(&system, &host, &property).await;
    for ((name, query, wanted), (few, many)) in QUERIES.iter().zip(few.iter().zip(&many)) {
        println!("| {name} | {} | {} |", many.1, many.0);
        assert_eq!((few.0, many.0), (*wanted, *wanted), "{name}: {query}\n{:#}", many.2);
    }
    let (listings, last) =
        (&many[5].2["viewer"]["properties"]["nodes"], &few[5].2["viewer"]["properties"]["nodes"]);
    assert_eq!((listings.as_array().unwrap().len(), last.as_array().unwrap().len()), (4, 1));
    assert_eq!(listings[3]["bookings"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(listings[0]["bookings"]["nodes"][0]["guest"]["name"], "Gina Guest");
    let (bookings, talks) = (&many[6].2["bookings"]["nodes"], &many[7].2["conversations"]["nodes"]);
    assert_eq!(bookings[1]["modifications"][0]["state"], "PROPOSED", "{bookings:#}");
    assert_eq!(bookings[1]["trail"][0]["person"]["name"], "Gina Guest", "{bookings:#}");
    assert_eq!((talks.as_array().unwrap().len(), &talks[0]["unreadCount"]), (4, &json!(1)));
    assert_eq!(talks[3]["messages"]["nodes"][0]["text"], "Is there a place for a bicycle?");
    assert_eq!(listings[0]["bookings"]["nodes"][0]["payments"][0]["payment"]["state"], "CAPTURED");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_on_by_the_cursors_of_rest() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hal Host").await, system.person("Gwen Guest").await);
    let property = host.lists(|_| {}).await;
    let mut booked = Vec::new();
    for days in [20, 30, 40] {
        booked.insert(0, guest.stays(&property, Dates::in_days(&guest, days, 2)).await);
    }
    let query = "query($after: String) { bookings(first: 2, after: $after) {
        nodes { uuid } pageInfo { hasNextPage hasPreviousPage endCursor } } }";
    let first = ask(guest.call("POST", "/graphql/"), query, json!({})).await.expect(200).body;
    let page = &first["data"]["bookings"];
    assert_eq!(page["nodes"], json!([{ "uuid": booked[0] }, { "uuid": booked[1] }]));
    assert_eq!(
        (&page["pageInfo"]["hasNextPage"], &page["pageInfo"]["hasPreviousPage"]),
        (&json!(true), &json!(false))
    );
    let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();
    let second =
        ask(guest.call("POST", "/graphql/"), query, json!({ "after": cursor })).await.expect(200).body;
    assert_eq!(second["data"]["bookings"]["nodes"], json!([{ "uuid": booked[2] }]));
    assert_eq!(second["data"]["bookings"]["pageInfo"]["hasNextPage"], false);
    // The same list by REST goes on there too.
    let rest = guest.call("GET", &format!("/bookings/?limit=2&cursor={cursor}")).send().await.expect(200);
    assert_eq!(rest.body["items"][0]["id"], booked[2]);
    // Of another list it is refused, at its argument.
    let other =
        "query($after: String) { bookings(filter: { role: HOST }, after: $after) { nodes { uuid } } }";
    let answer = ask(guest.call("POST", "/graphql/"), other, json!({ "after": cursor })).await.expect(294);
    assert_eq!(answer.body["errors"][0]["extensions"]["errors"][0]["pointer"], "/after", "{:#}", answer.body);
    system.stop().await;
}
