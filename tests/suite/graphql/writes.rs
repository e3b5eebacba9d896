//! A stay from its quote to its reviews, and that each mutation is done once under its key.

use local_data_api::{FaultPlan, Outage};
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

use super::{ask, code};

/// Sends one mutation; its variables are `$v`, an id, or `$u`, an id of REST.
pub(super) async fn change(
    person: &Person<'_>,
    field: &str,
    input: &str,
    shows: &str,
    variables: Value,
) -> Answer {
    let variable = if input.contains("$u") { "$u: UUID!" } else { "$v: ID!" };
    let query = format!("mutation({variable}) {{ {field}(input: {input}) {{ {shows} }} }}");
    let answer = ask(person.call("POST", "/graphql/").once(), &query, variables).await.expect(200);
    assert!(answer.body["errors"].is_null(), "{field}: {:#}", answer.body);
    answer
}

fn quote(property: &str, dates: Dates) -> Value {
    json!({
        "query": "mutation($input: CreateQuoteInput!) { createQuote(input: $input) { quote { uuid total { amount currency } } } }",
        "variables": { "input": {
            "propertyId": property, "checkIn": dates.check_in, "checkOut": dates.check_out, "guests": { "adults": 2 },
        } },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_is_lived_by_mutations() {
    let system = System::start().await;
    live(&system).await;
    system.stop().await;
}

/// From the quote to both reviews.
pub(crate) async fn live(system: &System) {
    let (host, guest) = (system.host("Hope Host").await, system.person("Gail Guest").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 1, 2);
    let quoted =
        guest.call("POST", "/graphql/").once().json(quote(&property, dates)).send().await.expect(200);
    let quote = quoted.body["data"]["createQuote"]["quote"]["uuid"].clone();
    let booked = change(
        &guest,
        "createBooking",
        "{ quoteId: $u, message: \"By train.\" }",
        "booking { uuid state allowedActions }",
        json!({ "u": quote }),
    )
    .await;
    let booking = booked.body["data"]["createBooking"]["booking"]["uuid"].clone();
    assert_eq!(booked.body["data"]["createBooking"]["booking"]["state"], "PENDING_PAYMENT");
    let paid = change(
        &guest,
        "createPayment",
        "{ bookingId: $v, paymentMethod: \"pm_card_visa\" }",
        "payment { uuid state booking { uuid } }",
        json!({ "v": booking }),
    )
    .await;
    assert_eq!(paid.body["data"]["createPayment"]["payment"]["booking"]["uuid"], booking);
    system.settle().await;
    let id = booking.as_str().unwrap();
    assert_eq!(guest.booking(id).await.body["state"], "confirmed");
    let updated = change(
        &guest,
        "updateBooking",
        "{ bookingId: $v, guestNames: [\"Ada King\"], arrivalTime: \"17:30\", notes: null }",
        "booking { guestNames arrivalTime notes }",
        json!({ "v": booking }),
    )
    .await;
    let shown = json!({ "guestNames": ["Ada King"], "arrivalTime": "17:30", "notes": null });
    assert_eq!(updated.body["data"]["updateBooking"]["booking"], shown);
    let preview = "query($id: ID!) { cancellationPreview(bookingId: $id) { refund { amount } } }";
    let preview = ask(guest.call("POST", "/graphql/"), preview, json!({ "id": booking })).await.expect(200);
    let cancelled = change(
        &guest,
        "cancelBooking",
        "{ bookingId: $v, reason: \"Our train does not run.\" }",
        "booking { state } settlement { refund { amount } }",
        json!({ "v": booking }),
    )
    .await;
    let cancelled = &cancelled.body["data"]["cancelBooking"];
    assert_eq!(cancelled["booking"]["state"], "CANCELLED_BY_GUEST");
    assert_eq!(cancelled["settlement"]["refund"], preview.body["data"]["cancellationPreview"]["refund"]);
    system.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_is_done_once_under_its_key() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hugo Host").await, system.person("Glen Guest").await);
    let property = host.lists(|_| {}).await;
    let body = quote(&property, Dates::in_days(&guest, 10, 2));
    let send = |key: &'static str, body: Value| {
        guest.call("POST", "/graphql/").header("idempotency-key", key).json(body).send()
    };
    let first = send("one", body.clone()).await.expect(200);
    let again = send("one", body.clone()).await.expect(200);
    assert_eq!((&first.body, again.header("idempotent-replayed")), (&again.body, "true"));
    assert_eq!(system.sql("SELECT count(*)::text FROM quotes").await, [Some("1".to_owned())]);
    send("one", quote(&property, Dates::in_days(&guest, 20, 2))).await.refused(422, "idempotency_key_reused");
    // Without a key nothing is done; by GET neither.
    let answer = guest.call("POST", "/graphql/").json(body.clone()).send().await.expect(400);
    assert_eq!(code(&answer), "idempotency_key_missing");
    let answer =
        guest.call("POST", "/graphql/").once().json(json!([body.clone(), body.clone()])).send().await;
    assert_eq!(code(&answer.expect(422)), "mutation_in_batch");
    assert_eq!(system.sql("SELECT count(*)::text FROM quotes").await, [Some("1".to_owned())]);
    // What a rule refused stays refused under its key, with the place in the input.
    let mut wrong = body.clone();
    wrong["variables"]["input"]["guests"]["adults"] = json!(0);
    let answer = send("two", wrong).await.expect(294);
    let error = &answer.body["errors"][0]["extensions"];
    assert_eq!(
        (&error["code"], &error["status"]),
        (&json!("validation_failed"), &json!(422)),
        "{:#}",
        answer.body
    );
    assert_eq!(error["errors"][0]["pointer"], "/input/guests/adults");
    // What failed on our side may be asked for again under the same key, and says nothing of why.
    let faults = system.handles().cluster.data_api().faults();
    faults
        .set_for(system.database(), FaultPlan { outage: Some(Outage::AccessDenied), ..FaultPlan::default() });
    let answer = send("three", body.clone()).await.expect(294);
    assert_eq!(code(&answer), "internal");
    assert!(!answer.body.to_string().contains("access"), "{:#}", answer.body);
    faults.clear_for(system.database());
    let answer = send("three", body).await.expect(200);
    assert!(answer.body["data"]["createQuote"]["quote"]["uuid"].is_string(), "{:#}", answer.body);
    system.stop().await;
}
