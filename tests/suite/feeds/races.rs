//! Calendars that are read while stays are booked and called off: claims decide.

use std::collections::BTreeMap;

use futures::future::join_all;
use tests::Dates;

use super::*;

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn range(&mut self) -> (i64, i64) {
        let from = i64::try_from(self.roll(20)).unwrap() + 3;
        (from, from + 1 + i64::try_from(self.roll(4)).unwrap())
    }
}

fn steps() -> usize {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 300 } else { 40 }
}

/// A model of one home: which nights stays have, and which each calendar wants.
#[derive(Default)]
struct Model {
    stays: BTreeMap<String, (i64, i64)>,
    wanted: [Vec<(i64, i64)>; 2],
}

impl Model {
    fn is_taken(&self, night: i64) -> bool {
        let ranges = self.stays.values().chain(self.wanted.iter().flatten());
        ranges.into_iter().any(|(from, to)| (*from..*to).contains(&night))
    }

    fn is_free(&self, (from, to): (i64, i64)) -> bool {
        (from..to).all(|night| !self.is_taken(night))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_in_whatever_order_each_night_is_taken_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let platforms = [Platform::start(), Platform::start()];
    for platform in &platforms {
        platform.says(calendar(&[]));
        add(&host, &property, &platform.url()).await;
    }
    let (mut dice, mut model) = (Dice(7), Model::default());
    for step in 0..steps() {
        match dice.roll(4) {
            0 | 1 => {
                let range = dice.range();
                let dates = Dates { check_in: day(&system, range.0), check_out: day(&system, range.1) };
                let quote = guest.quote(&property, dates).await;
                assert_eq!(quote.status == 201, model.is_free(range), "{step}: {range:?} {}", quote.body);
                if quote.status == 201 {
                    let booking = guest.book(&quote.text("id")).await.expect(201).text("id");
                    guest.pay(&booking, "pm_card_visa").await.expect(202);
                    system.settle().await;
                    model.stays.insert(booking, range);
                }
            }
            2 => {
                let which = usize::try_from(dice.roll(2)).unwrap();
                let events = (0..dice.roll(4)).map(|_| dice.range()).collect::<Vec<_>>();
                let names: Vec<String> = (0..events.len()).map(|number| format!("{step}-{number}")).collect();
                let said: Vec<_> = names
                    .iter()
                    .zip(&events)
                    .map(|(name, (from, to))| (name.as_str(), day(&system, *from), day(&system, *to)))
                    .collect();
                platforms[which].says(calendar(&said));
                // What equals a stay to the night is taken for its echo.
                read_again(&system).await;
                let own = "SELECT lane - 1 || '' FROM feeds f WHERE EXISTS (
                    SELECT FROM feed_events e WHERE e.feed_id = f.id AND e.own)";
                let echoed = system.sql(own).await;
                model.wanted[which] = events;
                if !echoed.is_empty() {
                    // Say something else: the model knows nothing of echoes.
                    platforms[which].says(calendar(&[]));
                    read_again(&system).await;
                    model.wanted[which] = Vec::new();
                }
            }
            _ => {
                if let Some((booking, _)) = model.stays.pop_first() {
                    let cancel = guest.call("POST", &format!("/bookings/{booking}/cancel/")).once();
                    cancel.json(json!({ "reason": "Rain" })).send().await.expect(200);
                    system.settle().await;
                }
            }
        }
        assert_sound(&system).await;
    }
    let taken = "SELECT night::text FROM (
        SELECT DISTINCT generate_series(lower(nights), upper(nights) - 1, interval '1 day')::date AS night
        FROM claims WHERE released_at IS NULL) n ORDER BY night";
    let taken: Vec<String> = system.sql(taken).await.into_iter().flatten().collect();
    let expected: Vec<String> =
        (0..40).filter(|night| model.is_taken(*night)).map(|night| day(&system, night).to_string()).collect();
    assert_eq!(taken, expected, "the union of the nights is the model's");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_and_guests_reach_for_the_same_nights_at_once() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says(calendar(&[]));
    add(&host, &property, &platform.url()).await;
    let guests = join_all((0..4).map(|number| {
        let system = &system;
        async move { system.person(&format!("Guest {number}")).await }
    }))
    .await;
    for round in 0..6_i64 {
        let base = 10 + round * 12;
        let quotes = join_all(guests.iter().enumerate().map(|(number, guest)| {
            let from = base + i64::try_from(number).unwrap() * 2;
            guest.quote(&property, Dates::in_days(guest, from, 3))
        }))
        .await;
        platform.says(calendar(&[("all", day(&system, base), day(&system, base + 10))]));
        system.try_sql("UPDATE feeds SET next_poll_at = created_at, queued_until = NULL").await.unwrap();
        let books = join_all(
            guests.iter().zip(&quotes).map(|(guest, quote)| guest.book(quote.body["id"].as_str().unwrap())),
        );
        let (answers, ()) = tokio::join!(books, system.advance(1));
        for answer in &answers {
            assert!([201, 409].contains(&answer.status), "{}", answer.body);
        }
        assert_sound(&system).await;
    }
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}
