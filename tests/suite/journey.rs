//! The whole journey: list, search, book, pay, stay, review.

use serde_json::json;
use tests::{Dates, System};

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_from_listing_to_review() {
    let system = System::start().await;
    walk(&system).await;
    system.stop().await;
}

/// The journey itself: the same whether the functions run in this process or in their own.
pub(crate) async fn walk(system: &System) {
    let host = system.host("Hanna Host").await;
    let guest = system.person("Gus Guest").await;
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 30, 5);

    let query =
        format!("/properties/?q=mill&check_in={}&check_out={}&guests=2", dates.check_in, dates.check_out);
    let found = system.call("GET", &query).send().await.expect(200);
    assert_eq!(found.body["items"][0]["id"], property.as_str());

    let quote = guest.quote(&property, dates).await.expect(201);
    assert_eq!(found.body["items"][0]["total"], quote.body["total"], "search and quote name one price");
    let booking = guest.book(&quote.text("id")).await.expect(201);
    assert_eq!(booking.body["state"], "pending_payment");
    assert_eq!(booking.body["total"], quote.body["total"]);
    let id = booking.text("id");

    let payment = guest.pay(&id, "pm_card_visa").await.expect(202);
    assert_eq!(payment.body["state"], "processing");
    system.settle().await;
    assert_eq!(guest.booking(&id).await.body["state"], "confirmed");
    let paid = guest.call("GET", &format!("/payments/{}/", payment.text("id"))).send().await.expect(200);
    assert_eq!(paid.body["state"], "captured");
    assert_eq!(paid.body["captured"], quote.body["total"]);

    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let arrival = dates.check_in.at(16, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
    system.advance_to(arrival).await;
    let (host, guest) = (host.again().await, guest.again().await);
    let act = |who: &tests::Person<'_>, what: &str| {
        who.call("POST", &format!("/bookings/{id}/{what}/")).once().json(json!({})).send()
    };
    assert_eq!(act(&guest, "check-in").await.expect(200).body["state"], "checked_in");
    let departure = dates.check_out.at(10, 0, 0, 0).to_zoned(zone).unwrap().timestamp();
    system.advance_to(departure).await;
    let (host, guest) = (host.again().await, guest.again().await);
    assert_eq!(act(&guest, "check-out").await.expect(200).body["state"], "completed");

    let review =
        |overall: u8, text: &str| json!({ "booking_id": id, "overall": overall, "public_text": text });
    let of_guest =
        guest.call("POST", "/reviews/").once().json(review(5, "A warm stove.")).send().await.expect(201);
    let seen = system.call("GET", &format!("/reviews/?property_id={property}")).send().await.expect(200);
    assert_eq!(seen.body["items"], json!([]), "hidden until both are in");
    host.call("GET", &format!("/reviews/{}/", of_guest.text("id"))).send().await.expect(404);
    host.call("POST", "/reviews/").once().json(review(4, "Left it tidy.")).send().await.expect(201);
    let seen = system.call("GET", &format!("/reviews/?property_id={property}")).send().await.expect(200);
    assert_eq!(seen.body["items"][0]["public_text"], "A warm stove.");
    system.settle().await;
    assert_eq!(system.dead_letters().await, 0);
}
