//! What hosts earn and what the staff sees to, as REST has them.

use serde_json::{Value, json};
use tests::{Person, System};

use super::ask;
use crate::world::World;

async fn asked(person: &Person<'_>, query: &str, variables: Value) -> Value {
    let answer = ask(person.call("POST", "/graphql/"), query, variables).await.expect(200);
    answer.body["data"].clone()
}

async fn rest(person: &Person<'_>, path: &str) -> Value {
    person.call("GET", path).send().await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_reads_the_same_books() {
    let system = System::start().await;
    let world = World::make(&system).await;
    system.advance(3 * 24 * 3_600).await;
    let (host, guest) = (world.host.again().await, world.guest.again().await);
    let query = "query($payment: ID!) {
        balance { balances { currency pending { amount } payable { amount } inTransit { amount } paid { amount } nextReleaseAt }
            onboarding holds { reason amount { amount } booking { uuid } } }
        payouts { nodes { uuid amount { amount } state items { booking { uuid } amount { amount } } } }
        statement(first: 100) { nodes { at event booking { uuid } reference amount { amount } } }
        disputes { nodes { uuid } }
        receipts(paymentId: $payment) { uuid number kind issuer lines { label } } }";
    let seen = asked(&host, query, json!({ "payment": world.payment })).await;

    let balance = rest(&host, "/payments/balance/").await;
    for (graph, rest) in
        [("pending", "pending"), ("payable", "payable"), ("inTransit", "in_transit"), ("paid", "paid")]
    {
        let seen = &seen["balance"]["balances"][0][graph]["amount"];
        assert_eq!(*seen, balance["balances"][0][rest]["amount"], "{graph}");
    }
    assert_eq!(seen["balance"]["onboarding"], "ENABLED");
    let payouts = rest(&host, "/payments/payouts/").await;
    assert_eq!(seen["payouts"]["nodes"][0]["uuid"], payouts["items"][0]["id"], "{payouts:#}");
    assert_eq!(seen["payouts"]["nodes"][0]["items"][0]["booking"]["uuid"], json!(world.stayed));
    let statement = rest(&host, "/payments/statement/").await;
    let (ours, theirs) =
        (seen["statement"]["nodes"].as_array().unwrap(), statement["items"].as_array().unwrap());
    assert!(ours.len() == theirs.len() && ours.len() >= 3, "{seen:#}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!((&ours["at"], &ours["event"]), (&theirs["at"], &theirs["event"]));
        assert_eq!(
            (&ours["booking"]["uuid"], &ours["amount"]["amount"]),
            (&theirs["booking_id"], &theirs["amount"]["amount"])
        );
    }
    let receipts = rest(&guest, &format!("/payments/{}/receipts/", world.payment)).await;
    assert_eq!(seen["receipts"][0]["uuid"], receipts["items"][0]["id"]);
    assert_eq!(seen["receipts"][0]["kind"], "RECEIPT");

    // A cursor of the one goes on in the other.
    let page = "query($after: String) { statement(first: 1, after: $after) { nodes { reference } pageInfo { endCursor hasNextPage } } }";
    let first = asked(&host, page, json!({})).await;
    assert_eq!(first["statement"]["pageInfo"]["hasNextPage"], true);
    let cursor = first["statement"]["pageInfo"]["endCursor"].as_str().unwrap();
    let next = rest(&host, &format!("/payments/statement/?limit=1&cursor={cursor}")).await;
    assert_eq!(next["items"][0]["reference"], statement["items"][1]["reference"]);
    let wrong = "{ statement(from: \"2031-01-02\", to: \"2031-01-01\") { nodes { at } } }";
    let answer = ask(host.call("POST", "/graphql/"), wrong, json!({})).await.expect(294);
    assert_eq!(answer.body["errors"][0]["extensions"]["errors"][0]["pointer"], "/from", "{:#}", answer.body);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_staff_decides_about_reviews_listings_and_refunds() {
    let system = System::start().await;
    let world = World::make(&system).await;
    system.advance(15 * 24 * 3_600).await;
    let (host, staff) = (world.host.again().await, world.staff.again().await);
    let send = async |person: &Person<'_>, query: &str, variables: Value| {
        ask(person.call("POST", "/graphql/").once(), query, variables).await.expect(200).body["data"].clone()
    };
    let report = "mutation($id: ID!) { reportReview(input: { reviewId: $id, reason: \"It names my neighbour.\" }) { reviewId } }";
    send(&host, report, json!({ "id": world.review })).await;
    let queue = "query($settled: Boolean!) { reviewReports(settled: $settled) { nodes {
        reason outcome publicText overall side reviewId reporter { name } } } }";
    let open = asked(&staff, queue, json!({ "settled": false })).await;
    let open = &open["reviewReports"]["nodes"];
    assert_eq!(
        (&open[0]["reason"], &open[0]["publicText"]),
        (&json!("It names my neighbour."), &json!("A warm stove."))
    );
    let decide = "mutation($id: ID!) { moderateReview(input: { reviewId: $id, decision: REMOVED, reason: \"It does.\" }) { decision } }";
    send(&staff, decide, json!({ "id": open[0]["reviewId"] })).await;
    let settled = asked(&staff, queue, json!({ "settled": true })).await;
    assert_eq!(settled["reviewReports"]["nodes"][0]["outcome"], "REMOVED");
    let gone = "query($id: ID!) { review(id: $id) { uuid } }";
    let answer = ask(host.call("POST", "/graphql/"), gone, json!({ "id": world.review })).await.expect(294);
    assert_eq!(super::code(&answer), "not_found");

    let judge = |field: &str| {
        format!(
            "mutation($id: ID!) {{ {field}(input: {{ propertyId: $id, reason: \"Fraud.\" }}) {{ propertyId }} }}"
        )
    };
    let (path, id) = (format!("/properties/{}/", world.property), json!({ "id": world.property }));
    system.call("GET", &path).send().await.expect(200);
    send(&staff, &judge("unlistProperty"), id.clone()).await;
    // What a process keeps to itself it keeps for five seconds.
    system.advance(6).await;
    system.call("GET", &path).send().await.expect(404);
    let publish = "mutation($id: ID!) { publishProperty(input: { propertyId: $id }) { property { state } } }";
    let barred = ask(host.call("POST", "/graphql/").once(), publish, id.clone()).await.expect(294);
    assert!(!super::code(&barred).is_empty());
    send(&staff, &judge("relistProperty"), id.clone()).await;
    send(&host, publish, id).await;

    let give = "mutation($id: ID!) { overrideRefund(input: { bookingId: $id, amount: { amount: 500, currency: \"USD\" },
        reason: \"A storm.\" }) { refunds { uuid paymentId amount { amount } } } }";
    let given = send(&staff, give, json!({ "id": world.booking })).await;
    assert_eq!(given["overrideRefund"]["refunds"][0]["amount"]["amount"], 500, "{given:#}");
    system.settle().await;
    system.stop().await;
}
