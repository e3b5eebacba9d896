//! The storm: thousands of attempts over fifty connections, through HTTP and the Data API.

use std::time::Instant;

use futures::{StreamExt as _, stream};
use serde_json::json;
use tests::{Attempt, Dates, Outcome, Person, System, faults_of_race};

use super::{member, move_clock, payable};

/// How many connections there are at a time.
const CONNECTIONS: usize = 50;

/// How many waves each seed has, and how many attempts a wave: 10,000 attempts a seed, or 200.
fn storm() -> (usize, usize) {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { (20, 500) } else { (2, 100) }
}

/// What one seed came to.
#[derive(Debug, Default)]
struct Tally {
    attempts: usize,
    won: usize,
    refused: usize,
}

/// Where and when the attempts of a wave would stay: one to five nights within a fortnight, on one of the listings.
fn wishes(
    guest: &Person<'_>,
    seed: usize,
    wave: usize,
    attempts: usize,
    listings: usize,
) -> Vec<(usize, Dates)> {
    let wish = |number: usize| {
        let mixed = ((wave * attempts + number) * 2_654_435_761 + seed * 40_503) >> 5;
        let small = |number: usize| i64::try_from(number).unwrap();
        let (first, nights) = (30 + small(mixed % 12), 1 + small(mixed / 12 % 5));
        (mixed / 60 % listings, Dates::in_days(guest, first, nights))
    };
    (0..attempts).map(wish).collect()
}

/// Everybody has a quote before anybody books; then all book, fifty at a time.
async fn wave(guest: &Person<'_>, properties: &[String], wishes: &[(usize, Dates)]) -> Vec<Attempt> {
    let quotes: Vec<String> = stream::iter(wishes)
        .map(|(listing, dates)| guest.quote(&properties[*listing], *dates))
        .buffered(CONNECTIONS)
        .map(|quote| quote.expect(201).text("id"))
        .collect()
        .await;
    stream::iter(wishes.iter().zip(&quotes))
        .map(|((_, dates), quote)| Attempt::make(*dates, async { Outcome::from(&guest.book(quote).await) }))
        .buffered(CONNECTIONS)
        .collect()
        .await
}

/// Five listings of one to three units, and fifty connections at a time, by three seeds. Nobody pays: when a wave is over,
/// so are its holds, and the next one takes the nights over. No night is sold twice, none is refused that was free, and
/// nobody sees the storm.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_connections_sell_five_listings_out() {
    let system = System::start_with(|options| options.workers = false).await;
    let host = payable(&system, "Hanna").await;
    let (waves, attempts) = storm();
    for seed in [1_usize, 2, 3] {
        let guest = member(&system, &format!("Guest{seed}")).await;
        let mut properties = Vec::new();
        for units in [1, 1, 1, 2, 3] {
            properties.push(host.again().await.lists(|body| body["units"] = json!(units)).await);
        }
        let (mut tally, begun) = (Tally::default(), Instant::now());
        for number in 0..waves {
            // The last wave's holds end, and with them its guest's token.
            move_clock(&system, 15 * 60 + 1);
            let guest = guest.again().await;
            let wishes = wishes(&guest, seed, number, attempts, properties.len());
            let tried = wave(&guest, &properties, &wishes).await;
            for (listing, property) in properties.iter().enumerate() {
                let of_listing = wishes.iter().zip(&tried).filter(|((wanted, _), _)| *wanted == listing);
                let tried: Vec<Attempt> = of_listing.map(|(_, attempt)| attempt.clone()).collect();
                let (units, claims) = system.live_claims(property).await;
                assert_eq!(faults_of_race(&units, &claims, &tried), [], "seed {seed}, wave {number}");
                assert!(claims.len() > units.len(), "the fortnight fills: {claims:?}");
                tally.attempts += tried.len();
                tally.won += claims.len();
            }
        }
        tally.refused = tally.attempts - tally.won;
        println!("storm: seed {seed}: {tally:?} in {:.0} s", begun.elapsed().as_secs_f64());
    }
    let taken_over = every_lost_hold_is_told(&system).await;
    let deadlocks = "SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()";
    let deadlocks = system.sql(deadlocks).await[0].clone().unwrap();
    println!("storm: {taken_over} holds were taken over, {deadlocks} deadlocks were settled on the way");
    assert!(taken_over > 0, "the waves take over what the ones before them held");
    system.stop().await;
}

/// Each hold that was taken over has its booking closed, with one audit row and one notice, and no other is touched.
/// Answers how many there are.
async fn every_lost_hold_is_told(system: &System) -> usize {
    let wrong = system
        .sql(
            "SELECT b.id || ' is ' || b.state
             FROM bookings b
             CROSS JOIN LATERAL (SELECT count(*) AS events FROM booking_events e
                 WHERE e.booking_id = b.id AND e.event = 'hold_expired' AND e.to_state = 'expired') e
             CROSS JOIN LATERAL (SELECT count(*) AS standing FROM claims c
                 WHERE c.booking_id = b.id AND c.released_at IS NULL) c
             LEFT JOIN (SELECT o.body ->> 'booking_id' AS booking, count(*) AS notices FROM outbox o
                 WHERE o.topic = 'notifications' AND o.body ->> 'event' = 'hold_expired' GROUP BY 1) n
                 ON n.booking = b.id::text
             WHERE (b.state, e.events, c.standing, coalesce(n.notices, 0))
                 NOT IN (('expired', 1, 0, 1), ('pending_payment', 0, 1, 0))",
        )
        .await;
    assert_eq!(wrong, []);
    let expired = system.sql("SELECT id::text FROM bookings WHERE state = 'expired'").await;
    expired.len()
}
