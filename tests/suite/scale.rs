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
            ("rating", format!("{stay}&sort=rating")),
            ("quality", stay.clone()),
            ("price, a week either way", format!("{stay}&sort=price&flex_days=7")),
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
            assert!(most <= least * 2, "{name}: {sizes:?}");
        }
    }
}

/// Listings that wait for one booking each, with a quote that is good for it: copies of one listing and one quote. On the
/// hot listing all quotes are for the same nights of one unit.
const OFFERS: &str = "
SET session_replication_role = replica;
CREATE TABLE offers AS
SELECT n, CASE WHEN {hot} THEN '{property}'::uuid ELSE gen_random_uuid() END AS property, gen_random_uuid() AS unit,
       gen_random_uuid() AS quote, gen_random_uuid() AS booking, gen_random_uuid() AS claim
FROM generate_series(1, {count}) AS n;
CREATE UNIQUE INDEX ON offers (booking);
INSERT INTO properties (id, host_id, state, title, description, kind, latitude_e6, longitude_e6, address, time_zone, capacity,
    bedrooms, beds, bathrooms_x2, amenities, currency, nightly_price, terms, booking_mode, cancellation_policy, check_in_time,
    check_out_time, min_nights, max_nights, created_at, updated_at, published_at, version)
SELECT c.property, p.host_id, 'published', p.title, p.description, p.kind, p.latitude_e6, p.longitude_e6, p.address,
       p.time_zone, p.capacity, p.bedrooms, p.beds, p.bathrooms_x2, p.amenities, p.currency, p.nightly_price, p.terms,
       p.booking_mode, p.cancellation_policy, p.check_in_time, p.check_out_time, p.min_nights, p.max_nights, p.created_at,
       p.updated_at, p.published_at, p.version
FROM offers c, properties p WHERE p.id = '{property}' AND NOT {hot};
INSERT INTO units (id, property_id, ordinal) SELECT unit, property, 1 FROM offers WHERE NOT {hot};
INSERT INTO quotes SELECT r.* FROM offers c, quotes q, LATERAL jsonb_populate_record(q, jsonb_build_object(
    'id', c.quote, 'property_id', c.property)) r WHERE q.id = '{quote}';
CREATE TABLE raw_claims (LIKE claims INCLUDING DEFAULTS, PRIMARY KEY (id));
ANALYZE;
";

/// One row, with nothing but its key.
const RAW: &str = "PREPARE one (uuid) AS
INSERT INTO raw_claims (id, unit_id, kind, booking_id, nights, padded, created_at)
VALUES (gen_random_uuid(), $1, 'stay', $1, '[2030-01-01,2030-01-04)', '[2030-01-01,2030-01-04)', '2029-01-01 00:00:00Z')";

/// The rows of a booking in their own tables, with all keys and indexes, but without the constraints on nights and without
/// a question: one row that stands is copied for another offer.
const SAME_ROWS: &str = "PREPARE one (uuid) AS
WITH o AS (SELECT * FROM offers WHERE booking = $1),
claimed AS (
    INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, expires_at, created_at)
    SELECT o.claim, u.id, 'stay', o.booking, daterange(q.check_in, q.check_out), daterange(q.check_in, q.check_out),
           q.expires_at, q.created_at
    FROM o JOIN quotes q ON q.id = o.quote JOIN units u ON u.property_id = o.property RETURNING unit_id),
b AS (
    INSERT INTO bookings (id, quote_id, property_id, unit_id, host_id, guest_id, state, booking_mode, check_in, check_out,
        time_zone, check_in_time, check_out_time, check_in_at, check_out_at, guests, priced, policy, currency, total, payout,
        hold_expires_at, created_at, updated_at)
    SELECT o.booking, q.id, q.property_id, claimed.unit_id, p.host_id, q.guest_id, 'pending_payment', 'instant', q.check_in,
           q.check_out, p.time_zone, p.check_in_time, p.check_out_time, q.created_at, q.expires_at, q.guests, q.priced,
           q.policy, q.currency, q.total, 1, q.expires_at, q.created_at, q.created_at
    FROM o JOIN quotes q ON q.id = o.quote JOIN properties p ON p.id = q.property_id CROSS JOIN claimed
    RETURNING id, version, guest_id, state, created_at)
INSERT INTO booking_events (booking_id, version, at, event, actor, actor_id, to_state)
SELECT id, version, created_at, 'created', 'guest', guest_id, state FROM b";

/// Runs each text once, over sixteen connections; answers how many there were in a second.
async fn rate(system: &System, prepare: &str, texts: &[String]) -> f64 {
    let postgres = system.handles().cluster.postgres();
    let mut lanes = Vec::new();
    for lane in 0..16 {
        let client = postgres.connect(system.database()).await.unwrap();
        client.batch_execute(prepare).await.unwrap();
        lanes.push((client, texts.iter().skip(lane).step_by(16)));
    }
    let begun = std::time::Instant::now();
    let work = lanes.into_iter().map(|(client, texts)| async move {
        for text in texts {
            client.batch_execute(text).await.unwrap();
        }
    });
    futures::future::join_all(work).await;
    f64::from(u32::try_from(texts.len()).unwrap()) / begun.elapsed().as_secs_f64()
}

/// The statement of a booking, as the function sends it, against the same rows without the constraints and against one raw
/// row, in the same run: on listings of their own, and on one that everybody wants.
#[tokio::test(flavor = "multi_thread")]
async fn booking_keeps_pace_with_bare_rows() {
    let large = std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large");
    // A third for each way.
    let count = if large { 30_000 } else { 1_200 };
    for hot in [false, true] {
        let system = System::start_with(|options| options.workers = false).await;
        let host = crate::races::payable(&system, "Hanna").await;
        let guest = crate::races::member(&system, "Gus").await;
        let property = host.again().await.lists(|_| {}).await;
        let guest = guest.again().await;
        let dates = Dates::in_days(&guest, 40, 3);
        let quote = guest.quote(&property, dates).await.expect(201).text("id");
        // One booking shows the statement, on nights of its own.
        let other = guest.quote(&property, Dates::in_days(&guest, 80, 3)).await.expect(201).text("id");
        guest.book(&other).await.expect(201);
        let database = system.database();
        let log = system.handles().cluster.data_api().log(Some(database));
        let one = log.iter().rev().find(|one| one.sql.contains("book_quote(")).expect("the booking");
        let offers = OFFERS
            .replace("{count}", &count.to_string())
            .replace("{hot}", if hot { "true" } else { "false" })
            .replace("{property}", &property)
            .replace("{quote}", &quote);
        system.handles().cluster.postgres().execute(database, &offers).await.expect("offers");
        let ids =
            system.sql("SELECT concat_ws(' ', booking, claim, quote, property) FROM offers ORDER BY n").await;
        let ids: Vec<Vec<&str>> = ids.iter().flatten().map(|row| row.split(' ').collect()).collect();
        let value = |name: &str, of: &[&str]| match name {
            "booking" => format!("'{}'", of[0]),
            "claim" => format!("'{}'", of[1]),
            "quote" => format!("'{}'", of[2]),
            "property" => format!("'{}'", of[3]),
            "check_in" | "padded_from" => format!("'{}'", dates.check_in),
            "check_out" | "padded_to" => format!("'{}'", dates.check_out),
            name => {
                let at = one.parameters.iter().position(|(known, _)| known == name).unwrap();
                literal(one.values[at].as_ref())
            }
        };
        let book = |of: &Vec<&str>| {
            let values: Vec<String> = one.parameters.iter().map(|(name, _)| value(name, of)).collect();
            format!("EXECUTE one ({})", values.join(", "))
        };
        let simple = |of: &Vec<&str>| format!("EXECUTE one ('{}')", of[0]);
        let types: Vec<&str> = one.parameters.iter().map(|(_, kind)| kind.as_str()).collect();
        let prepare = format!("PREPARE one ({}) AS {}", types.join(", "), numbered(one));
        let (first, rest) = ids.split_at(ids.len() / 3);
        let (second, third) = rest.split_at(rest.len() / 2);
        let texts = |of: &[Vec<&str>]| of.iter().map(book).collect::<Vec<_>>();
        // A session that plans each statement anew, and one that plans it once, as a pooled connection does.
        let planned_anew = format!("SET plan_cache_mode = force_custom_plan; {prepare}");
        let planned_once = format!("SET plan_cache_mode = force_generic_plan; {prepare}");
        let anew = rate(&system, &planned_anew, &texts(first)).await;
        let cached = rate(&system, &planned_once, &texts(second)).await;
        let made = system.sql("SELECT count(*)::text FROM bookings").await[0].clone().unwrap();
        let wanted = if hot { 2 } else { 2 * count / 3 + 1 };
        assert_eq!(made, wanted.to_string(), "each listing's nights are sold once");
        let bare: Vec<String> = third.iter().map(simple).collect();
        let raw = rate(&system, RAW, &bare).await;
        let place = if hot { "one hot listing" } else { "cold listings" };
        println!(
            "booking on {place}: planned once {cached:.0} a second, {:.2} of a raw row; planned anew {anew:.0}, {:.2}",
            cached / raw,
            anew / raw
        );
        if !hot {
            let unguarded =
                "ALTER TABLE claims DROP CONSTRAINT claims_no_overlap, DROP CONSTRAINT claims_preparation";
            system.handles().cluster.postgres().execute(database, unguarded).await.unwrap();
            let same = rate(&system, SAME_ROWS, &bare).await;
            println!(
                "booking on {place}: planned once {:.2} of the same rows without the constraints, planned anew {:.2}",
                cached / same,
                anew / same
            );
        }
        system.stop().await;
    }
}
