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
const STAFF: &str = "admin_only";

/// Names in capitals stand for the world's objects: `BOOKING` is confirmed, `STAYED` is over, `REVIEW` is the guest's and
/// not revealed, `DRAFT` and `SPARE` are the host's and not on the market, `MEMBER` is a co-host who asks nothing.
const QUERIES: &[Row] = &[
    row("balance", " { onboarding }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row("booking", "(id: \"BOOKING\") { id total { amount } }", ["ok", "ok", NOBODY, HIDDEN, HIDDEN]),
    row("bookings", " { nodes { id } }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row(
        "cancellationPreview",
        "(bookingId: \"BOOKING\") { refund { amount } }",
        ["ok", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row("cohosts", "(propertyId: \"PROPERTY\") { createdAt }", [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN]),
    row("conversation", "(id: \"THREAD\") { id }", ["ok", "ok", NOBODY, HIDDEN, HIDDEN]),
    row("conversations", " { nodes { id } }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row("disputes", " { nodes { uuid } }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row("listingPhotos", "(propertyId: \"PROPERTY\") { uuid }", [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN]),
    row("messageTemplates", "(propertyId: \"PROPERTY\") { moment }", [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN]),
    row("node", "(id: \"NODE\") { id }", ["ok", "ok", "null", "null", "null"]),
    row("nodes", "(ids: [\"NODE\"]) { id }", ["ok", "ok", "null", "null", "null"]),
    row("payment", "(id: \"PAYMENT\") { id }", ["ok", "ok", NOBODY, "ok", HIDDEN]),
    row("payouts", " { nodes { uuid } }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row("promotions", "(propertyId: \"PROPERTY\") { uuid }", [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN]),
    row("properties", " { nodes { id } }", ["ok", "ok", "ok", "ok", "ok"]),
    row("property", "(id: \"DRAFT\") { id }", [HIDDEN, "ok", HIDDEN, "ok", HIDDEN]),
    row("ranking", "(propertyId: \"PROPERTY\") { points }", [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN]),
    row("receipts", "(paymentId: \"PAYMENT\") { uuid }", ["ok", "ok", NOBODY, "ok", HIDDEN]),
    row("review", "(id: \"REVIEW\") { id }", ["ok", HIDDEN, HIDDEN, HIDDEN, HIDDEN]),
    row("reviewReports", " { nodes { uuid } }", [STAFF, STAFF, NOBODY, "ok", STAFF]),
    row("reviews", "(of: \"PLACE\") { nodes { id } }", ["ok", "ok", "ok", "ok", "ok"]),
    row("statement", " { nodes { at } }", ["ok", "ok", NOBODY, "ok", "ok"]),
    row("user", "(id: \"GUEST\") { id name }", ["ok", "ok", "ok", "ok", "ok"]),
    row("viewer", " { email }", ["ok", "ok", NOBODY, "ok", "ok"]),
];

/// The same of mutations, of which nobody without a side may do anything.
const MUTATIONS: &[Row] = &[
    row(
        "acceptBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["illegal_transition", "illegal_transition", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "acceptModification",
        "(input: { bookingId: \"BOOKING\", modificationId: \"MODIFICATION\" }) { modification { uuid } }",
        ["illegal_transition", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "announcePhoto",
        "(input: { propertyId: \"SPARE\", contentType: JPEG, byteLength: 1000 }) { photoId }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "cancelBooking",
        "(input: { bookingId: \"BOOKING\", reason: \"x\" }) { booking { id } }",
        ["illegal_transition", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "changeCalendar",
        "(input: { propertyId: \"PROPERTY\", changes: [{ from: \"FROM\", to: \"TO\", minNights: 2 }] }) { nights { date } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "checkInBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["too_early", "too_early", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "checkOutBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["illegal_transition", "illegal_transition", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createBooking",
        "(input: { quoteId: \"QUOTE\" }) { booking { id } }",
        ["ok", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createCalendarLink",
        "(input: { propertyId: \"PROPERTY\" }) { token }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createPayment",
        "(input: { bookingId: \"BOOKING\", paymentMethod: \"pm_card_visa\" }) { payment { id } }",
        ["illegal_transition", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createPromotion",
        "(input: { propertyId: \"PROPERTY\", code: \"SWEEP\", percent: 5 }) { promotion { uuid } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "createProperty",
        "(input: { title: \"x\", description: \"\", kind: HOUSE, location: { lat: 38.9, lon: -77.0, timeZone: \"America/New_York\", address: { city: \"Washington\", country: \"US\" } }, capacity: 2, bedrooms: 1, beds: 1, bathrooms: 1, amenities: [], currency: \"USD\", bookingMode: INSTANT, cancellationPolicy: FLEXIBLE, checkInTime: \"15:00\", checkOutTime: \"11:00\", minNights: 1, maxNights: 9 }) { property { id } }",
        ["ok", "ok", NOBODY, "ok", "ok"],
    ),
    row(
        "createQuote",
        "(input: { propertyId: \"PROPERTY\", checkIn: \"FROM\", checkOut: \"TO\", guests: { adults: 1 } }) { quote { uuid } }",
        ["ok", "ok", NOBODY, "ok", "ok"],
    ),
    row(
        "createRefund",
        "(input: { paymentId: \"PAYMENT\", reason: \"x\" }) { refund { uuid } }",
        ["forbidden", "invalid_amount", NOBODY, "ok", HIDDEN],
    ),
    row(
        "createReview",
        "(input: { bookingId: \"STAYED\", overall: 5, publicText: \"x\" }) { review { id } }",
        ["review_exists", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "declareNoShow",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["illegal_transition", "too_early", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "declineBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["illegal_transition", "illegal_transition", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "declineModification",
        "(input: { bookingId: \"BOOKING\", modificationId: \"MODIFICATION\" }) { modification { uuid } }",
        ["modification_over", "modification_over", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "deleteCalendarLink",
        "(input: { propertyId: \"PROPERTY\" }) { propertyId }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "deletePhoto",
        "(input: { propertyId: \"PROPERTY\", photoId: \"PHOTO\" }) { photoId }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "deletePromotion",
        "(input: { propertyId: \"PROPERTY\", promotionId: \"PROMOTION\" }) { promotionId }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "deleteProperty",
        "(input: { propertyId: \"DRAFT\" }) { propertyId }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "deleteReview",
        "(input: { reviewId: \"REVIEW\" }) { reviewId }",
        ["ok", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "dismissCohost",
        "(input: { propertyId: \"PROPERTY\", userId: \"MEMBER\" }) { userId }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "markConversationRead",
        "(input: { conversationId: \"THREAD\", upTo: 1 }) { conversation { id } }",
        ["ok", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "moderateReview",
        "(input: { reviewId: \"REVIEW\", decision: KEPT, reason: \"x\" }) { decision }",
        [STAFF, STAFF, NOBODY, HIDDEN, STAFF],
    ),
    row(
        "nameCohost",
        "(input: { propertyId: \"PROPERTY\", userId: \"MEMBER\", permissions: [CALENDAR] }) { cohosts { createdAt } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "orderPhotos",
        "(input: { propertyId: \"PROPERTY\", order: [\"PHOTO\"] }) { photos { uuid } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "overrideRefund",
        "(input: { bookingId: \"BOOKING\", reason: \"x\" }) { refunds { uuid } }",
        [STAFF, STAFF, NOBODY, "illegal_transition", STAFF],
    ),
    row(
        "proposeModification",
        "(input: { bookingId: \"BOOKING\", guests: { adults: 2 } }) { modification { uuid } }",
        ["modification_open", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "publishProperty",
        "(input: { propertyId: \"SPARE\" }) { property { id } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "relistProperty",
        "(input: { propertyId: \"DRAFT\", reason: \"x\" }) { propertyId }",
        [STAFF, STAFF, NOBODY, "ok", STAFF],
    ),
    row(
        "removeMessageTemplate",
        "(input: { propertyId: \"PROPERTY\", moment: BEFORE_CHECK_IN }) { moment }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
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
        "sendMessage",
        "(input: { conversationId: \"THREAD\", text: \"x\" }) { message { seq } }",
        ["ok", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "setMessageTemplate",
        "(input: { propertyId: \"PROPERTY\", moment: ON_CONFIRMATION, text: \"x\" }) { moment }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "startConversation",
        "(input: { bookingId: \"BOOKING\", text: \"x\" }) { message { seq } }",
        ["ok", "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "unlistProperty",
        "(input: { propertyId: \"DRAFT\", reason: \"x\" }) { propertyId }",
        [STAFF, STAFF, NOBODY, "ok", STAFF],
    ),
    row(
        "unpublishProperty",
        "(input: { propertyId: \"SPARE\" }) { property { id } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "updateBooking",
        "(input: { bookingId: \"BOOKING\", notes: \"x\" }) { booking { id } }",
        ["ok", "forbidden", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "updateProperty",
        "(input: { propertyId: \"SPARE\", title: \"x\" }) { property { id } }",
        [HIDDEN, "ok", NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "updateReview",
        "(input: { reviewId: \"REVIEW\", overall: 4 }) { review { id } }",
        ["ok", HIDDEN, NOBODY, HIDDEN, HIDDEN],
    ),
    row(
        "withdrawBooking",
        "(input: { bookingId: \"BOOKING\" }) { booking { id } }",
        ["illegal_transition", "illegal_transition", NOBODY, HIDDEN, HIDDEN],
    ),
];

fn filled(world: &World<'_>, (spare, member): (&str, &str), asks: &str) -> String {
    let (spare, member) = (spare.to_owned(), member.to_owned());
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
        ("SPARE", &spare),
        ("MEMBER", &member),
        ("PHOTO", &world.photo),
        ("PROMOTION", &world.promotion),
        ("THREAD", &world.thread),
        ("MODIFICATION", &world.modification),
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
    let spare = world.host.call("POST", "/properties/").json(tests::listing_body()).send().await;
    let (spare, member) = (spare.expect(201).text("id"), system.person("Mia Member").await);
    let named = json!({ "user_id": member.id, "permissions": ["listing"] });
    let cohosts = format!("/properties/{}/cohosts/", world.property);
    world.host.call("POST", &cohosts).json(named).send().await.expect(201);
    // What is due by itself in the next minutes is over before anything is compared.
    system.advance(180).await;
    system.settle().await;
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
    for (kind, rows) in [("queryType", QUERIES), ("mutationType", MUTATIONS)] {
        let mut fields = names(&schema["data"]["__schema"][kind]["fields"]);
        fields.sort();
        let known: Vec<&str> = rows.iter().map(|row| row.field).collect();
        assert_eq!(fields, known, "each field has its row here");
    }
    let ends = |row: &&Row| {
        ["cancelBooking", "createReview"].contains(&row.field) || row.field.starts_with("delete")
    };
    let (last, before): (Vec<&Row>, Vec<&Row>) = MUTATIONS.iter().partition(ends);
    let queries: Vec<&Row> = QUERIES.iter().collect();
    for (operation, rows) in [("query", queries), ("mutation", before), ("mutation", last)] {
        // Those who may do nothing first.
        for place in [2, 4, 3, 1, 0] {
            let (who, token) = tokens[place];
            for row in &rows {
                let before =
                    if place == 2 || place == 4 { tables(&system).await } else { BTreeMap::default() };
                let call = system.call("POST", "/graphql/").once();
                let call = if let Some(token) = token { call.bearer(token) } else { call };
                let asks = filled(&world, (&spare, &member.id), row.asks);
                let query = format!("{operation} {{ {}{asks} }}", row.field);
                let answer = ask(call, &query, json!({})).await;
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
