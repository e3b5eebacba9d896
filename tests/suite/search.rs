//! Looking for a place: filters, orders, pages, and one answer with the quotes.

mod finer;
mod map;

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Dates, Person, System};

async fn page(system: &System, query: &str) -> Value {
    system.call("GET", &format!("/properties/?{query}")).send().await.expect(200).body
}

/// All ids, page after page.
async fn all(system: &System, query: &str, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let found = page(system, &format!("{query}&limit={limit}{cursor}")).await;
        let items = found["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = found["next_cursor"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

/// Listings along a meridian, a kilometre apart, the farther the cheaper; every other one has a pool.
async fn street(host: &Person<'_>, count: i32) -> Vec<String> {
    let mut ids = Vec::new();
    for at in 0..count {
        let id = host
            .lists(|body| {
                body["title"] = json!(format!(
                    "House number {at} at the {}",
                    if at % 3 == 0 { "harbour" } else { "hill" }
                ));
                body["location"]["lat"] = json!(f64::from(38_900_000 + at * 8_993) / 1e6);
                body["nightly_price"]["amount"] = json!(20_000 - at * 1_000);
                if at % 2 == 1 {
                    body["amenities"] = json!(["pool", "wifi"]);
                }
            })
            .await;
        ids.push(id);
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_goes_through_all_listings_once() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let ids = street(&host, 7).await;
    let backwards: Vec<String> = ids.iter().rev().cloned().collect();
    let near = "lat=38.9&lon=-77.0369";
    for limit in [1, 3, 100] {
        assert_eq!(all(&system, "sort=newest", limit).await, backwards);
        assert_eq!(all(&system, "sort=price", limit).await, backwards);
        assert_eq!(all(&system, &format!("sort=distance&{near}"), limit).await, ids);
        assert_eq!(all(&system, near, limit).await, ids, "a place without words goes by distance");
        for sort in ["rating", "relevance"] {
            let found = all(&system, &format!("sort={sort}&q=house"), limit).await;
            assert_eq!(found.iter().collect::<BTreeSet<_>>(), ids.iter().collect(), "{sort}");
            assert_eq!(found.len(), ids.len(), "{sort}");
        }
    }
    let first = page(&system, "sort=newest&limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    let other = format!("/properties/?sort=price&cursor={first}");
    assert_eq!(system.call("GET", &other).send().await.expect(422).pointers(), ["?cursor"]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_keeps_what_it_names() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let ids = street(&host, 6).await;
    let (big, cabin) = (
        host.lists(|body| {
            body["capacity"] = json!(12);
            body["location"]["lat"] = json!(10);
        })
        .await,
        host.lists(|body| {
            body["kind"] = json!("cabin");
            body["booking_mode"] = json!("request");
            body["currency"] = json!("EUR");
            body["nightly_price"]["currency"] = json!("EUR");
            body["cleaning_fee"]["currency"] = json!("EUR");
            body["location"]["lon"] = json!(179.99);
        })
        .await,
    );
    let found = async |query: &str| all(&system, query, 100).await.into_iter().collect::<BTreeSet<_>>();
    let of = |wanted: &[&String]| wanted.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>();

    assert_eq!(found("amenities=wifi,pool").await, of(&[&ids[1], &ids[3], &ids[5]]));
    assert_eq!(found("q=harbour").await, of(&[&ids[0], &ids[3]]));
    assert_eq!(found("q=harbour+-3").await, of(&[&ids[0]]));
    assert_eq!(found("guests=5").await, of(&[&big]));
    assert_eq!(found("kind=cabin").await, of(&[&cabin]));
    assert_eq!(found("instant=false").await, of(&[&cabin]));
    assert_eq!(found("currency=EUR").await, of(&[&cabin]));
    assert_eq!(found("min_price=16000&max_price=17000").await, of(&[&ids[3], &ids[4]]));
    assert!(found("min_rating=1").await.is_empty(), "nobody has rated yet");
    // A kilometre apart, in squares whose middles lie 560 m, again 560 m, 1.7 km and 2.8 km off.
    assert_eq!(found("lat=38.9&lon=-77.0369&radius_m=2100").await, of(&[&ids[0], &ids[1], &ids[2]]));
    assert_eq!(found("bbox=-77.1,38.91,-77.0,38.93").await, of(&[&ids[2], &ids[3]]));
    assert_eq!(found("bbox=179,-89,-179,89").await, of(&[&cabin]), "a box across the date line");
    assert_eq!(found("lat=38.9072&lon=-179.99&radius_m=5000").await, of(&[&cabin]), "a circle across it");

    let near = page(&system, "lat=38.9&lon=-77.0369&radius_m=5000&limit=3").await;
    let distances: Vec<i64> =
        near["items"].as_array().unwrap().iter().map(|item| item["distance_m"].as_i64().unwrap()).collect();
    assert_eq!(distances, [600, 600, 1_700], "to the squares that a stranger sees");
    assert_eq!(near["items"][0]["location"]["lat"], 38.905, "a stranger sees the square");
    system.stop().await;
}

/// A search with dates finds a listing if and only if a quote for the same input succeeds, and names its total.
#[tokio::test(flavor = "multi_thread")]
async fn search_with_dates_and_quotes_agree() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let dates = Dates::in_days(&guest, 30, 3);
    let (arrival, departure) = (dates.check_in, dates.check_out);
    let night = |days: i64| arrival.checked_add(days.days()).unwrap();
    let mut listings = Vec::new();
    for change in [
        json!({}),
        json!({"min_nights": 4}),
        json!({"max_nights": 2}),
        json!({"advance_notice_hours": 24 * 60}),
        json!({"booking_window_days": 10}),
        json!({"capacity": 1}),
        json!({"weekend_percent": 50, "discounts": {"length_of_stay": [{"from_nights": 3, "percent": 10}]}}),
        json!({"preparation_nights": 2}),
        json!({"units": 2}),
        json!({"min_nights": 4, "title": "taken back by the calendar"}),
    ] {
        let id = host
            .lists(|body| body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone()))
            .await;
        listings.push(id);
    }
    let calendar = async |id: &str, changes: Value| {
        let call = host.call("PATCH", &format!("/properties/{id}/calendar"));
        call.json(json!({"changes": changes})).send().await.expect(200);
    };
    for rule in [
        json!({"from": night(0), "to": night(1), "closed_to_arrival": true}),
        json!({"from": night(3), "to": night(4), "closed_to_departure": true}),
        json!({"from": night(1), "to": night(2), "min_nights": 5}),
        json!({"from": night(2), "to": night(3), "blocked": true}),
        json!({"from": night(1), "to": night(2), "price": {"amount": 99_900, "currency": "USD"}}),
    ] {
        let id = host.lists(|_| {}).await;
        calendar(&id, json!([rule])).await;
        listings.push(id);
    }
    calendar(&listings[9], json!([{"from": night(0), "to": night(1), "min_nights": 1}])).await;
    // One stay right before the preparation, and one in one of two units.
    guest.stays(&listings[7], Dates { check_in: night(-2), check_out: night(-1) }).await;
    guest.stays(&listings[8], dates).await;
    let unpublished = host.lists(|_| {}).await;
    host.call("POST", &format!("/properties/{unpublished}/unpublish")).send().await.expect(200);
    listings.push(unpublished);

    let query = format!("check_in={arrival}&check_out={departure}&guests=2");
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = page(&system, &format!("{query}&limit=2{cursor}")).await;
        found.extend(answer["items"].as_array().unwrap().clone());
        let Some(next) = answer["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let mut offered = 0;
    for id in &listings {
        let quote = guest.quote(id, dates).await;
        let item = found.iter().find(|item| item["id"] == id.as_str());
        assert_eq!(item.is_some(), quote.status == 201, "{id}: {:#}", quote.body);
        assert_eq!(item.map(|item| &item["total"]), (quote.status == 201).then(|| &quote.body["total"]));
        offered += usize::from(quote.status == 201);
    }
    assert_eq!((offered, found.len()), (5, 5), "some of both kinds, each once");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_dates_is_one_statement() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    street(&host, 3).await;
    page(&system, "sort=price").await;
    for query in ["sort=price&limit=2", "q=harbour", "lat=38.9&lon=-77.0369&sort=newest"] {
        let before = system.statements();
        page(&system, query).await;
        assert_eq!(system.statements() - before, 1, "{query}");
    }
    system.stop().await;
}
