//! Facets and clusters count what the search finds; distances are those of the sphere.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::System;

use super::{all, page};

async fn get(system: &System, path: &str) -> Value {
    system.call("GET", path).send().await.expect(200).body
}

/// Two dozen listings of all sorts, some of them rated.
async fn market(system: &System) {
    let host = system.host("Hanna Host").await;
    for (at, place) in (0..24_i32).zip(0_usize..) {
        let id = host
            .lists(|body| {
                body["title"] = json!(["Harbour house", "Hill house", "Harbour loft"][place % 3]);
                body["kind"] = json!(["house", "cabin", "loft", "house"][place % 4]);
                let all = ["pool", "wifi", "kitchen", "sauna"];
                let has = all.iter().enumerate().filter(|(bit, _)| (at >> bit) & 1 == 1);
                body["amenities"] = json!(has.map(|(_, code)| code).collect::<Vec<_>>());
                body["booking_mode"] = json!(if at % 5 < 2 { "request" } else { "instant" });
                let currency = if at % 7 == 0 { "EUR" } else { "USD" };
                body["currency"] = json!(currency);
                body["nightly_price"] = json!({ "amount": 10_000 + 500 * at, "currency": currency });
                body["cleaning_fee"] = Value::Null;
                body["capacity"] = json!(1 + at % 6);
                body["location"]["lat"] = json!(f64::from(38_000_000 + at * 31_000) / 1e6);
                body["location"]["lon"] = json!(f64::from(-77_000_000 + (at % 5) * 47_000) / 1e6);
            })
            .await;
        if at % 2 == 0 {
            let rated = format!(
                "UPDATE properties SET rating_count = 4, rating_sum = {} WHERE id = '{id}' RETURNING ''",
                8 + at % 13
            );
            system.try_sql(&rated).await.unwrap();
        }
    }
}

/// The query with `name` set to a value.
fn with(query: &[(&str, String)], name: &str, value: &str) -> String {
    let others = query.iter().filter(|(known, _)| *known != name);
    let mut parts: Vec<String> = others.map(|(known, value)| format!("{known}={value}")).collect();
    let old = query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    parts.push(match (name, old) {
        ("amenities", Some(old)) => format!("amenities={old},{value}"),
        _ => format!("{name}={value}"),
    });
    parts.join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_facet_counts_what_the_search_finds() {
    let system = System::start().await;
    market(&system).await;
    let one = |name, value: &str| (name, value.to_owned());
    let mut checked = 0;
    for query in [
        vec![],
        vec![one("kind", "house")],
        vec![one("amenities", "wifi"), one("instant", "true")],
        vec![one("q", "harbour"), one("guests", "3")],
        vec![one("min_rating", "3"), one("currency", "USD"), one("kind", "cabin")],
        vec![one("bbox", "-77.2,38.1,-76.8,38.5"), one("max_price", "18000")],
        vec![one("lat", "38.2"), one("lon", "-76.95"), one("radius_m", "20000"), one("q", "huose")],
        vec![one("kind", "castle")],
    ] {
        let text = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let before = system.statements();
        let facets = get(&system, &format!("/properties/facets/?{text}")).await;
        assert_eq!(system.statements() - before, 1, "{text}");
        assert_eq!(facets["total"], all(&system, &text, 100).await.len(), "{text}");
        assert_eq!(facets["complete"], true);
        for (facet, name) in [
            ("kinds", "kind"),
            ("amenities", "amenities"),
            ("instant", "instant"),
            ("min_rating", "min_rating"),
            ("currencies", "currency"),
        ] {
            for value in facets[facet].as_array().unwrap() {
                let said = value["value"].as_str().map_or(value["value"].to_string(), str::to_owned);
                let narrowed = with(&query, name, &said);
                let items = page(&system, &format!("{narrowed}&limit=100&sort=price")).await;
                let items = items["items"].as_array().unwrap().clone();
                assert_eq!(value["count"], items.len(), "{narrowed}");
                if facet == "currencies" {
                    assert_eq!(value["min_price"], items[0]["nightly_price"], "{narrowed}");
                    assert_eq!(value["max_price"], items[items.len() - 1]["nightly_price"], "{narrowed}");
                }
                checked += 1;
            }
        }
        // What no facet names nobody finds.
        let kinds = facets["kinds"].as_array().unwrap();
        for kind in ["house", "cabin", "loft", "boat"] {
            if kinds.iter().all(|known| known["value"] != kind) {
                assert!(all(&system, &with(&query, "kind", kind), 100).await.is_empty(), "{text} {kind}");
            }
        }
        let again = system.statements();
        get(&system, &format!("/properties/facets/?{text}")).await;
        assert_eq!(system.statements(), again, "counted once in a while");
    }
    assert!(checked > 60, "{checked}");
    for wrong in ["check_in=2030-01-01", "host=me", "limit=3", "sort=price", "lat=1"] {
        system.call("GET", &format!("/properties/facets/?{wrong}")).send().await.expect(422);
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_hold_every_listing_of_the_box_once() {
    let system = System::start().await;
    market(&system).await;
    let host = system.host("Dora Dateline").await;
    for lon in [179.995, -179.995, 179.5] {
        host.lists(|body| {
            body["location"]["lat"] = json!(-16.5);
            body["location"]["lon"] = json!(lon);
        })
        .await;
    }
    for (bbox, filter) in [
        ("-78,37,-76,40", ""),
        ("-78,37,-76,40", "&kind=house&amenities=wifi"),
        ("-78,37,-76,40", "&q=harbuor"),
        ("-77.01,38.1,-76.9,38.4", ""),
        ("179,-20,-179,-10", ""),
        ("-180,-90,180,90", ""),
        ("10,10,11,11", ""),
    ] {
        let found = all(&system, &format!("bbox={bbox}{filter}"), 100).await;
        let mut last = 0;
        for zoom in [0, 3, 8, 12, 20] {
            let before = system.statements();
            let path = format!("/properties/clusters/?bbox={bbox}&zoom={zoom}{filter}");
            let map = get(&system, &path).await;
            assert_eq!(system.statements() - before, 1);
            let clusters = map["clusters"].as_array().unwrap();
            let counts: u64 = clusters.iter().map(|cluster| cluster["count"].as_u64().unwrap()).sum();
            assert_eq!((counts, &map["total"]), (found.len() as u64, &json!(found.len())), "{bbox} {zoom}");
            assert_eq!(map["complete"], true);
            assert!(clusters.len() >= last, "closer is finer: {bbox} {zoom}");
            last = clusters.len();
            for cluster in clusters {
                let alone = cluster["count"] == 1;
                assert_eq!(cluster["property_id"].is_string(), alone, "{cluster}");
                let id = cluster["property_id"].as_str().unwrap_or(&found[0]);
                assert!(found.iter().any(|known| known == id));
                if alone {
                    // No finer than the square that strangers see.
                    let thousandths = cluster["lat"].as_f64().unwrap() * 1e3;
                    assert!((thousandths.rem_euclid(10.0) - 5.0).abs() < 1e-6, "{cluster}");
                }
            }
        }
    }
    for wrong in ["bbox=1,2,3,4", "zoom=3", "bbox=1,2,3,4&zoom=21", "bbox=1,2,3&zoom=3"] {
        system.call("GET", &format!("/properties/clusters/?{wrong}")).send().await;
    }
    system.call("GET", "/properties/clusters/?bbox=1,2,3,4&zoom=21").send().await.expect(422);
    system.stop().await;
}

/// Kilometres between two places on the WGS 84 ellipsoid (Vincenty), from published tables; a sphere is within 0.6 %.
#[tokio::test(flavor = "multi_thread")]
async fn distances_are_those_of_the_earth() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let mut ids = BTreeMap::new();
    for (name, lat, lon) in [
        ("Paris", 48.855, 2.355),
        ("Fiji", -16.505, 179.995),
        ("North Pole", 89.995, 0.005),
        ("Quito", -0.185, -78.465),
    ] {
        let id = host
            .lists(|body| {
                body["title"] = json!(name);
                body["location"]["lat"] = json!(lat);
                body["location"]["lon"] = json!(lon);
            })
            .await;
        ids.insert(name, id);
    }
    for (name, lat, lon, kilometres) in [
        // London, over the date line, over the pole (twice 0.005 degrees), over the equator.
        ("Paris", 51.5074, -0.1278, 343.9),
        ("Fiji", -16.505, -179.995, 1.07),
        ("North Pole", 89.995, -179.995, 1.117),
        ("Quito", 0.815, -78.465, 110.57),
        ("Paris", 48.855, 2.355, 0.0),
    ] {
        let around = |radius: f64| format!("lat={lat}&lon={lon}&radius_m={}", (radius * 1000.0).ceil());
        let id = &ids[name];
        let beyond = all(&system, &around(kilometres * 1.007 + 0.001), 10).await;
        assert_eq!(&beyond, std::slice::from_ref(id), "{name} is no farther");
        if kilometres > 0.0 {
            let within = all(&system, &around(kilometres * 0.993), 10).await;
            assert!(within.is_empty(), "{name} is no nearer");
        }
        let item = &page(&system, &around(kilometres * 1.007 + 0.001)).await["items"][0];
        let metres = item["distance_m"].as_f64().unwrap();
        assert!((metres - kilometres * 1000.0).abs() <= 60.0 + kilometres * 7.0, "{name}: {metres}");
    }
    assert_eq!(all(&system, "bbox=-180,89,180,90", 10).await, [ids["North Pole"].clone()]);
    assert_eq!(all(&system, "bbox=170,-20,-170,-10", 10).await, [ids["Fiji"].clone()]);
    system.stop().await;
}

/// Whoever draws smaller and smaller boxes learns no more than the square.
#[tokio::test(flavor = "multi_thread")]
async fn no_box_and_no_circle_finds_the_exact_place() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let id = host.lists(|_| {}).await;
    // The house stands at 38.9072, -77.0369; its square's middle is 38.905, -77.035.
    for missed in ["bbox=-77.037,38.907,-77.0368,38.9073", "lat=38.9072&lon=-77.0369&radius_m=50"] {
        assert!(all(&system, missed, 10).await.is_empty(), "{missed}");
    }
    for found in ["bbox=-77.0351,38.9049,-77.0349,38.9051", "lat=38.905&lon=-77.035&radius_m=1"] {
        assert_eq!(all(&system, found, 10).await, std::slice::from_ref(&id), "{found}");
    }
    system.stop().await;
}
