//! The life of a listing: draft, on the market, changed, off it, gone; and who sees what of it.

use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System, listing_body};

async fn draft(host: &Person<'_>, change: impl FnOnce(&mut Value)) -> Answer {
    let mut body = listing_body();
    change(&mut body);
    host.call("POST", "/properties/").json(body).send().await
}

async fn see(who: &Person<'_>, id: &str) -> Answer {
    who.call("GET", &format!("/properties/{id}/")).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_hosts_alone_and_publishing_names_all_that_is_missing() {
    let system = System::start().await;
    let (host, other) = (system.person("Hanna Host").await, system.person("Otto Other").await);
    let made =
        draft(&host, |body| drop(body.as_object_mut().unwrap().remove("nightly_price"))).await.expect(201);
    let id = made.text("id");
    assert_eq!(made.header("location"), format!("/properties/{id}"));
    assert_eq!((&made.body["state"], &made.body["nightly_price"]), (&json!("draft"), &Value::Null));
    assert_eq!(made.body["location"]["address"]["line1"], "12 Mill Lane");

    see(&other, &id).await.refused(404, "not_found");
    system.call("GET", &format!("/properties/{id}")).send().await.refused(404, "not_found");

    let publish = async || host.call("POST", &format!("/properties/{id}/publish/")).send().await;
    let refused = publish().await.refused(422, "not_ready_to_publish");
    assert_eq!(refused.pointers(), ["/nightly_price", ""]);
    assert_eq!(refused.body["errors"][1]["code"], "host_not_onboarded");

    host.onboard().await;
    assert_eq!(publish().await.refused(422, "not_ready_to_publish").pointers(), ["/nightly_price"]);
    let price = json!({"nightly_price": {"amount": 15000, "currency": "USD"}});
    host.call("PATCH", &format!("/properties/{id}"))
        .header("if-match", made.header("etag"))
        .json(price)
        .send()
        .await
        .expect(200);
    let published = publish().await.expect(200);
    assert_eq!(published.body["state"], "published");
    assert_eq!(publish().await.expect(200).body, published.body, "publishing twice changes nothing");
    other.call("POST", &format!("/properties/{id}/unpublish/")).send().await.refused(404, "not_found");

    let unpublished = host.call("POST", &format!("/properties/{id}/unpublish/")).send().await.expect(200);
    assert_eq!(unpublished.body["state"], "unlisted");
    see(&other, &id).await.refused(404, "not_found");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exact_place_is_for_the_host_and_for_guests_whose_stay_is_confirmed() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let (guest, stranger) = (system.person("Gus Guest").await, system.person("Otto Other").await);
    let property = host.lists(|body| body["source_ref"] = json!("crm-17")).await;
    let rough = json!({"lat": 38.905, "lon": -77.035, "exact": false, "time_zone": "America/New_York",
                       "address": {"city": "Washington", "region": "DC", "country": "US"}});

    let seen = see(&stranger, &property).await.expect(200);
    assert_eq!(seen.body["location"], rough);
    assert_eq!(seen.body.get("source_ref"), None);
    assert_eq!(
        system.call("GET", &format!("/properties/{property}")).send().await.expect(200).body["location"],
        rough
    );

    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    assert_eq!(see(&guest, &property).await.body["location"], rough, "a hold is no booking");
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    system.settle().await;
    for who in [&guest, &host] {
        let place = see(who, &property).await.expect(200).body["location"].clone();
        assert_eq!(
            (&place["lat"], &place["lon"], &place["exact"]),
            (&json!(38.9072), &json!(-77.0369), &json!(true))
        );
        assert_eq!(place["address"]["line1"], "12 Mill Lane");
        assert_eq!(place["address"]["postal_code"], "20001");
    }
    assert_eq!(see(&stranger, &property).await.body["location"], rough);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_need_the_version_they_were_made_on() {
    let system = System::start().await;
    let (host, other) = (system.host("Hanna Host").await, system.person("Otto Other").await);
    let id = host.lists(|_| {}).await;
    let path = format!("/properties/{id}");
    let tag = see(&host, &id).await.header("etag").to_owned();
    let change = |tag: &str, body: Value| host.call("PATCH", &path).header("if-match", tag).json(body);

    host.call("PATCH", &path)
        .json(json!({"title": "New"}))
        .send()
        .await
        .refused(428, "precondition_required");
    let changed =
        change(&tag, json!({"title": "New", "min_nights": 2, "cleaning_fee": null})).send().await.expect(200);
    assert_eq!((&changed.body["title"], &changed.body["min_nights"]), (&json!("New"), &json!(2)));
    assert_eq!(changed.body["cleaning_fee"], Value::Null);
    assert_eq!(changed.body["beds"], 3, "what is not named stays");
    assert_ne!(changed.header("etag"), tag);
    change(&tag, json!({"title": "Newer"})).send().await.refused(412, "precondition_failed");

    let tag = see(&host, &id).await.header("etag").to_owned();
    for (body, pointer) in [
        (json!({"nightly_price": null}), "/nightly_price"),
        (json!({"nightly_price": {"amount": 5, "currency": "EUR"}}), "/nightly_price"),
        (json!({"max_nights": 1}), "/max_nights"),
        (
            json!({"discounts": {"length_of_stay": [{"from_nights": 7, "percent": 101}]}}),
            "/discounts/length_of_stay/0/percent",
        ),
        (json!({"state": "archived"}), "/state"),
        (json!({"currency": "EUR"}), "/currency"),
    ] {
        let refused = change(&tag, body).send().await.expect(422);
        assert_eq!(refused.pointers(), [pointer], "{:#}", refused.body);
    }
    other
        .call("PATCH", &path)
        .header("if-match", &tag)
        .json(json!({"title": "Mine"}))
        .send()
        .await
        .refused(404, "not_found");
    assert_eq!(see(&host, &id).await.header("etag"), tag, "refusals change nothing");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_goes_when_its_last_booking_has_ended() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let delete = async || host.call("DELETE", &format!("/properties/{property}/")).send().await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 2)).await;
    delete().await.refused(409, "bookings_stand");
    let cancel = guest.call("POST", &format!("/bookings/{booking}/cancel/")).once();
    cancel.json(json!({"reason": "ill"})).send().await.expect(200);
    delete().await.expect(204);
    see(&host, &property).await.refused(404, "not_found");
    guest.quote(&property, Dates::in_days(&guest, 30, 2)).await.refused(404, "not_found");
    delete().await.refused(404, "not_found");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_twice_is_importing_once() {
    let system = System::start().await;
    let (host, other) = (system.person("Hanna Host").await, system.person("Otto Other").await);
    let import = |body: &mut Value| {
        body["source_ref"] = json!("airbnb:3686");
        body["location"]["address"] = json!({"city": "Washington", "country": "US"});
    };
    let first = draft(&host, import).await.expect(201);
    let again = draft(&host, |body| {
        import(body);
        body["title"] = json!("Another name");
    })
    .await
    .expect(200);
    assert_eq!(again.body, first.body);
    assert_ne!(draft(&other, import).await.expect(201).body["id"], first.body["id"]);

    let own = host.call("GET", "/properties/?host=me").send().await.expect(200);
    assert_eq!(own.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(own.body["items"][0]["source_ref"], "airbnb:3686");
    system.call("GET", "/properties/?host=me").send().await.refused(401, "unauthenticated");
    let mixed = host.call("GET", "/properties/?host=me&q=x&guests=2").send().await.expect(422);
    assert_eq!(mixed.pointers(), ["?guests", "?q"]);

    host.call("DELETE", &format!("/properties/{}", first.text("id"))).send().await.expect(204);
    draft(&host, import).await.expect(201);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hosts_own_list_goes_on_by_its_cursor() {
    let system = System::start().await;
    let host = system.person("Hanna Host").await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, draft(&host, |_| {}).await.expect(201).text("id"));
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page =
            host.call("GET", &format!("/properties/?host=me&limit=2{cursor}")).send().await.expect(200);
        seen.extend(
            page.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        assert!(page.header("link").contains(next));
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ids);
    system.stop().await;
}
