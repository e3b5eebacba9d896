//! Who may ask for what: every root field, by everybody.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Answer, Dates, System};

use super::ask;
use crate::world::{World, tables};

/// What comes of a field: `ok`, `null`, or an error's code; for the guest, the host, nobody, the staff and a stranger.
struct Row {
    field: &'static str,
    /// What stands behind the field's name.
    asks: &'static str,
    expected: [&'static str; 5],
}

const fn row(field: &'static str, asks: &'static str, expected: [&'static str; 5]) -> Row {
    Row { field, asks, expected }
}

const NOBODY: &str = "unauthenticated";
const HIDDEN: &str = "not_found";

/// Names in capitals stand for the world's objects: `BOOKING` is confirmed, `STAYED` is over, `REVIEW` is the guest's and
/// not revealed, `DRAFT` is the host's and not on the market.
const QUERIES: &[Row] = &[
    row("booking", "(id: \"BOOKING\") { id total { amount } }", ["ok", "ok", NOBODY, HIDDEN, HIDDEN]),
    row("bookings", " { nodes { id } }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row(
        "cancellationPreview",
        "(bookingId: \"BOOKING\") { refund { amount } }",
        ["ok", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row("node", "(id: \"NODE\") { id }", ["ok", "ok", "null", "null", "null"]),
    row("nodes", "(ids: [\"NODE\"]) { id }", ["ok", "ok", "null", "null", "null"]),
    row("payment", "(id: \"PAYMENT\") { id }", ["ok", "ok", NOBODY, "ok", HIDDEN]),
    row("properties", " { nodes { id } }", ["ok", "ok", "ok", "ok", "ok"]),
    row("property", "(id: \"DRAFT\") { id }", [HIDDEN, "ok", HIDDEN, "ok", HIDDEN]),
    row("review", "(id: \"REVIEW\") { id }", ["ok", HIDDEN, HIDDEN, HIDDEN, HIDDEN]),
    row("reviews", "(of: \"PLACE\") { nodes { id } }", ["ok", "ok", "ok", "ok", "ok"]),
    row("user", "(id: \"GUEST\") { id name }", ["ok", "ok", "ok", "ok", "ok"]),
    row("viewer", " { email }", ["ok", "ok", NOBODY, "ok", "ok"]),
];

/// The same of mutations, of which nobody without a side may do anything.
const MUTATIONS: &[Row] = &[
    row(
        "acceptBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "cancelBooking",
        "(input: { bookingId: \"BOOKING\", reason: \"x\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "checkInBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "checkOutBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createBooking",
        "(input: { quoteId: \"QUOTE\" }) { booking { id } }",
        ["", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createPayment",
        "(input: { bookingId: \"BOOKING\", paymentMethod: \"pm_card_visa\" }) { payment { id } }",
        ["", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createQuote",
        "(input: { propertyId: \"PROPERTY\", checkIn: \"FROM\", checkOut: \"TO\", guests: { adults: 1 } }) { quote { uuid } }",
        ["ok", "ok", NOBODY, "ok", "ok"],
    ),
    row(
        "createRefund",
        "(input: { paymentId: \"PAYMENT\", reason: \"x\" }) { refund { uuid } }",
        ["forbidden", "", NOBODY, "", HIDDEN],
    ),
    row(
        "createReview",
        "(input: { bookingId: \"STAYED\", overall: 5, publicText: \"x\" }) { review { id } }",
        ["review_exists", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "declareNoShow",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "declineBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "deleteReview",
        "(input: { reviewId: \"REVIEW\" }) { reviewId }",
        ["", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "reportReview",
        "(input: { reviewId: \"REVIEW\", reason: \"x\" }) { reviewId }",
        ["forbidden", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "respondToReview",
        "(input: { reviewId: \"REVIEW\", text: \"x\" }) { review { id } }",
        [HIDDEN, HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "updateBooking",
        "(input: { bookingId: \"BOOKING\", notes: \"x\" }) { booking { id } }",
        ["ok", "forbidden", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "updateReview",
        "(input: { reviewId: \"REVIEW\", overall: 4 }) { review { id } }",
        ["ok", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "withdrawBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["", "", NOBODY, HIDDEN, HIDDEN],
    ),
];

fn filled(world: &World<'_>, asks: &str) -> String {
    let dates = Dates::in_days(&world.guest, 90, 2);
    let node = global("Booking", &world.booking);
    let place = global("Property", &world.property);
    let (from, to) = (dates.check_in.to_string(), dates.check_out.to_string());
    let names = [
        ("BOOKING", &world.booking),
        ("STAYED", &world.stayed),
        ("PAYMENT", &world.payment),
        ("PROPERTY", &world.property),
        ("REVIEW", &world.review),
        ("DRAFT", &world.draft),
        ("QUOTE", &world.quote),
        ("GUEST", &world.guest.id),
        ("NODE", &node),
        ("PLACE", &place),
        ("FROM", &from),
        ("TO", &to),
    ];
    names.into_iter().fold(asks.to_owned(), |asks, (name, value)| {
        asks.replace(&format!("\"{name}\""), &format!("\"{value}\""))
    })
}

/// The id of a node.
fn global(kind: &str, id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
}

/// What came of a field.
fn outcome(field: &str, answer: &Answer) -> String {
    let value = &answer.body["data"][field];
    match answer.body["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None if value.is_null() || *value == json!([null]) => "null".to_owned(),
        None => "ok".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_root_field_is_for_whom_its_row_says() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let schema = "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }";
    let schema = ask(system.call("POST", "/graphql/"), schema, json!({})).await.expect(200).body;
    let tokens = [
        ("the guest", Some(&world.guest.token)),
        ("the host", Some(&world.host.token)),
        ("nobody", None),
        ("the staff", Some(&world.staff.token)),
        ("a stranger", Some(&world.stranger.token)),
    ];
    let mut wrong = Vec::new();
    for (kind, operation, rows) in [("queryType", "query", QUERIES), ("mutationType", "mutation", MUTATIONS)]
    {
        let mut fields = names(&schema["data"]["__schema"][kind]["fields"]);
        fields.sort();
        let known: Vec<&str> = rows.iter().map(|row| row.field).collect();
        assert_eq!(fields, known, "each field has its row here");
        // Those who may do nothing first.
        for place in [2, 4, 3, 1, 0] {
            let (who, token) = tokens[place];
            for row in rows.iter().filter(|row| !row.expected[place].is_empty()) {
                let before =
                    if place == 2 || place == 4 { tables(&system).await } else { BTreeMap::default() };
                let call = system.call("POST", "/graphql/").once();
                let call = if let Some(token) = token { call.bearer(token) } else { call };
                let query = format!("{operation} {{ {}{} }}", row.field, filled(&world, row.asks));
                let answer = ask(call, &query, json!({})).await.expect(200);
                let (found, wanted) = (outcome(row.field, &answer), row.expected[place]);
                if found != wanted {
                    wrong.push(format!("{} by {who}: {found}, not {wanted}: {}", row.field, answer.body));
                }
                if !before.is_empty() && wanted != "ok" && tables(&system).await != before {
                    wrong.push(format!("{} by {who} changed something", row.field));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    system.stop().await;
}

fn names(fields: &Value) -> Vec<String> {
    fields.as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_may_not_know_is_not_in_what_they_may_see() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let query = "query($p: ID!, $u: ID!) {
        property(id: $p) { location { exact address { line1 postalCode city } } bookings { nodes { id } } reviews { nodes { id } } }
        user(id: $u) { name reviews { nodes { publicText } } } }";
    let variables = json!({ "p": world.property, "u": world.guest.id });
    let seen = ask(world.stranger.call("POST", "/graphql/"), query, variables.clone()).await.expect(200).body;
    let property = &seen["data"]["property"];
    let (address, none) = (&property["location"]["address"], json!([]));
    assert_eq!(
        (&address["line1"], &address["postalCode"], &property["location"]["exact"]),
        (&Value::Null, &Value::Null, &json!(false))
    );
    assert_eq!((&property["bookings"]["nodes"], &property["reviews"]["nodes"]), (&none, &none), "{seen:#}");
    assert_eq!(seen["data"]["user"], json!({ "name": "Gus", "reviews": { "nodes": [] } }));
    let own = ask(world.host.call("POST", "/graphql/"), query, variables).await.expect(200).body;
    assert_eq!(own["data"]["property"]["location"]["exact"], true);
    assert_eq!(own["data"]["user"]["name"], "Gus Guest");
    assert!(own["data"]["property"]["bookings"]["nodes"].as_array().unwrap().len() >= 2, "{own:#}");
    system.stop().await;
}
