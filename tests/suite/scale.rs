//! What a search with dates reads of a large market: its pages of the database do not grow with the number of listings.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::{Dates, System};

use crate::plans::{literal, numbered};

/// The sizes of the market.
fn sizes() -> &'static [u32] {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") {
        &[10_000, 100_000, 1_000_000]
    } else {
        &[5_000, 20_000]
    }
}

/// Pages read from the cache and from disk by a plan.
fn buffers(plan: &Value) -> u64 {
    let of = |name: &str| plan[name].as_u64().unwrap_or_default();
    of("Shared Hit Blocks") + of("Shared Read Blocks")
}

/// A market of copies of one listing, somewhere within some ten kilometres, each with one unit; every second one is taken
/// on the nights that are asked for, so that a page passes over as many as it takes. Keys are not looked up meanwhile.
const MARKET: &str = "
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
DROP INDEX properties_by_words;
CREATE TEMPORARY TABLE market AS
SELECT n, gen_random_uuid() AS property, gen_random_uuid() AS unit,
       timestamptz '2020-01-01 00:00:00Z' + n * interval '1 second' AS at
FROM generate_series(1, {count}) AS n;
INSERT INTO properties (id, host_id, state, title, description, kind, latitude_e6, longitude_e6, address, time_zone, capacity,
    bedrooms, beds, bathrooms_x2, amenities, currency, nightly_price, terms, booking_mode, cancellation_policy, check_in_time,
    check_out_time, min_nights, max_nights, created_at, updated_at, published_at, rating_sum, rating_count)
SELECT c.property, p.host_id, 'published', 'Flat ' || c.n, 'Two rooms.', p.kind,
       p.latitude_e6 + (c.n::bigint * 7919 % 200000)::int - 100000,
       p.longitude_e6 + (c.n::bigint * 104729 % 200000)::int - 100000, p.address, p.time_zone, p.capacity, p.bedrooms, p.beds,
       p.bathrooms_x2, p.amenities, p.currency, 5000 + c.n % 40000, p.terms, p.booking_mode, p.cancellation_policy,
       p.check_in_time, p.check_out_time, p.min_nights, p.max_nights, c.at, c.at, c.at, 4 * (c.n % 9), c.n % 9
FROM market c, properties p WHERE p.id = '{property}';
INSERT INTO units (id, property_id, ordinal) SELECT unit, property, 1 FROM market;
INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, created_at)
SELECT gen_random_uuid(), unit, 'stay', gen_random_uuid(), daterange('{from}', '{to}'), daterange('{from}', '{to}'), at
FROM market WHERE n % 2 = 0;
CREATE INDEX properties_by_words ON properties USING gin (words) WHERE state = 'published';
ANALYZE;
";

#[tokio::test(flavor = "multi_thread")]
async fn a_search_with_dates_reads_no_more_of_a_larger_market() {
    let mut read: BTreeMap<&str, Vec<(u32, u64, f64)>> = BTreeMap::new();
    for size in sizes() {
        let system = System::start().await;
        let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
        let property = host.lists(|_| {}).await;
        let dates = Dates::in_days(&guest, 40, 3);
        let (postgres, database) = (system.handles().cluster.postgres(), system.database());
        let market = MARKET
            .replace("{count}", &size.to_string())
            .replace("{property}", &property)
            .replace("{from}", &dates.check_in.to_string())
            .replace("{to}", &dates.check_out.to_string());
        postgres.execute(database, &market).await.expect("a market");
        let client = postgres.connect(database).await.unwrap();
        let stay = format!("check_in={}&check_out={}&guests=2", dates.check_in, dates.check_out);
        for (name, query) in [
            ("price", format!("{stay}&sort=price")),
            ("newest", format!("{stay}&sort=newest")),
            ("rating", stay.clone()),
            ("500 m around", format!("{stay}&lat=38.9072&lon=-77.0369&radius_m=500")),
        ] {
            let page = system.call("GET", &format!("/properties/?{query}")).send().await.expect(200);
            if name != "500 m around" {
                assert_eq!(page.body["items"].as_array().unwrap().len(), 20, "{name} {size}");
            }
            let log = system.handles().cluster.data_api().log(Some(database));
            let statement = log.iter().rev().find(|one| one.sql.contains("sort_key")).expect("the search");
            let types: Vec<&str> = statement.parameters.iter().map(|(_, kind)| kind.as_str()).collect();
            let values: Vec<String> = statement.values.iter().map(|value| literal(value.as_ref())).collect();
            let sql = format!("PREPARE one ({}) AS {}", types.join(", "), numbered(statement));
            client.batch_execute(&sql).await.unwrap();
            let explain =
                format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE one ({})", values.join(", "));
            // The second time: the first one reads the catalogue, too.
            client.query(&explain, &[]).await.unwrap();
            let plan: Value = client.query(&explain, &[]).await.unwrap()[0].get(0);
            client.batch_execute("DEALLOCATE one").await.unwrap();
            let milliseconds = plan[0]["Execution Time"].as_f64().unwrap();
            read.entry(name).or_default().push((*size, buffers(&plan[0]["Plan"]), milliseconds));
        }
        system.stop().await;
    }
    for (name, sizes) in &read {
        for (size, pages, milliseconds) in sizes {
            println!("search with dates by {name}: {size} listings, {pages} buffers, {milliseconds:.2} ms");
        }
        let (least, most) = (sizes.first().unwrap().1, sizes.last().unwrap().1);
        // A circle holds more listings in a denser market; all other orders read a page and what it passes over.
        if *name != "500 m around" {
            assert!(most <= least * 3 / 2 + 40, "{name}: {sizes:?}");
        }
    }
}
