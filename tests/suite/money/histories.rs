//! Random histories of money under every fault of the provider; many payments with hostile webhooks; one effect for a key.

use futures::future::join_all;
use local_stripe::{ApiFault, ApiFaultKind, Faults, Manner, Shuffle, WebhookFaults, When};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use tests::{Dates, Person, System};

use super::{ledger_holds, payment_of};
use crate::faults::books_agree;

fn is_large() -> bool {
    std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large")
}

/// Each kind of fault in turn, at a probability; then none.
fn faults(seed: u64) -> Vec<(&'static str, Faults)> {
    let api = |kind| Faults {
        seed,
        api: vec![ApiFault { kind, when: When::Probability(0.2), path: String::new() }],
        ..Faults::default()
    };
    let webhooks = |webhooks| Faults { seed, webhooks, ..Faults::default() };
    let shuffle = Some(Shuffle { seed, window_ms: 15 });
    vec![
        ("none", Faults::default()),
        ("timeouts before", api(ApiFaultKind::TimeoutBefore(Manner::Drop))),
        ("timeouts after", api(ApiFaultKind::TimeoutAfter(Manner::Drop))),
        ("gateway timeouts", api(ApiFaultKind::TimeoutAfter(Manner::GatewayTimeout))),
        ("server errors", api(ApiFaultKind::ServerError)),
        ("server errors kept", api(ApiFaultKind::ServerErrorKept)),
        ("rate limits", api(ApiFaultKind::RateLimited(None))),
        ("slow", api(ApiFaultKind::Slow(20))),
        ("duplicates", webhooks(WebhookFaults { duplicates: 4, ..WebhookFaults::default() })),
        ("shuffled", webhooks(WebhookFaults { shuffle, duplicates: 1, ..WebhookFaults::default() })),
        ("lost", webhooks(WebhookFaults { lost: 0.5, ..WebhookFaults::default() })),
        ("late", webhooks(WebhookFaults { late_ms: 90_000, ..WebhookFaults::default() })),
    ]
}

struct History<'s> {
    system: &'s System,
    host: Person<'s>,
    guest: Person<'s>,
    property: String,
    bookings: Vec<String>,
    random: StdRng,
    day: i64,
}

impl History<'_> {
    async fn step(&mut self) {
        let cards = [
            "pm_card_visa",
            "pm_card_visa",
            "pm_card_pendingRefund",
            "pm_card_refundFail",
            "pm_card_chargeDeclined",
        ];
        match self.random.random_range(0..10) {
            0..4 => {
                let dates = Dates::in_days(&self.guest, self.day, 3);
                self.day += 3;
                let quote = self.guest.quote(&self.property, dates).await;
                if quote.status != 201 {
                    return;
                }
                let booking = self.guest.book(&quote.text("id")).await.expect(201).text("id");
                let card = cards[self.random.random_range(0..cards.len())];
                self.guest.pay(&booking, card).await.expect(202);
                self.bookings.push(booking);
            }
            4..6 => self.refund().await,
            6 => self.cancel().await,
            7 => self.dispute(),
            8 => self.system.advance(181).await,
            _ => self.system.advance(self.random.random_range(1..3) * 24 * 3600).await,
        }
        self.guest = self.guest.again().await;
        self.host = self.host.again().await;
    }

    fn any(&mut self) -> Option<String> {
        if self.bookings.is_empty() {
            return None;
        }
        let index = self.random.random_range(0..self.bookings.len());
        Some(self.bookings[index].clone())
    }

    async fn refund(&mut self) {
        let Some(booking) = self.any() else { return };
        let payment = payment_of(&self.guest, &booking).await;
        let amount = self.random.random_range(1..40_000);
        let body = json!({ "amount": { "amount": amount, "currency": "USD" }, "reason": "No heating." });
        let answer =
            self.host.call("POST", &format!("/payments/{payment}/refunds/")).once().json(body).send().await;
        assert!(matches!(answer.status, 202 | 409 | 422), "{:#}", answer.body);
    }

    async fn cancel(&mut self) {
        let Some(booking) = self.any() else { return };
        let who = if self.random.random_bool(0.5) { &self.guest } else { &self.host };
        let path = format!("/bookings/{booking}/cancel/");
        let answer = who.call("POST", &path).once().json(json!({ "reason": "Plans." })).send().await;
        assert!(matches!(answer.status, 200 | 409 | 503), "{:#}", answer.body);
    }

    fn dispute(&mut self) {
        let provider = self.system.handles().stripe.handle();
        let disputes = provider.disputes().unwrap();
        let open: Vec<_> = disputes.iter().filter(|dispute| dispute["status"] == "needs_response").collect();
        if let Some(dispute) = open.first() {
            let won = self.random.random_bool(0.5);
            provider.close_dispute(dispute["id"].as_str().unwrap(), won).unwrap();
            return;
        }
        let intents = provider.intents().unwrap();
        if let Some(intent) = intents.iter().find(|intent| intent["status"] == "succeeded") {
            // One that is disputed already is refused.
            _ = provider.open_dispute(intent["id"].as_str().unwrap(), None, "fraudulent");
        }
    }
}

/// Lets everything come to its end: what failed comes again, what was lost is reconciled, what was given up is swept.
async fn rest(system: &System) {
    system.handles().stripe.handle().set_faults(Faults::default());
    for _ in 0..2 {
        system.advance(181).await;
    }
    system.advance(26 * 3600).await;
    for _ in 0..2 {
        system.advance(3601).await;
        system.advance(181).await;
    }
}

/// The steps with the provider that are not done.
const OPEN: &str = "SELECT body ->> 'type' FROM outbox WHERE topic = 'payments' AND done_at IS NULL";

#[tokio::test(flavor = "multi_thread")]
async fn random_histories_keep_the_books_whatever_the_provider_does() {
    // The three that lose most, or each.
    let worst = ["timeouts after", "shuffled", "lost"];
    let (seeds, steps) = if is_large() { (2, 40) } else { (1, 8) };
    for seed in 1..=seeds {
        let wanted = faults(seed).into_iter().enumerate();
        let wanted = wanted.filter(|(_, (name, _))| is_large() || worst.contains(name));
        let runs = wanted.map(|(place, (name, faults))| async move {
            let system = System::start().await;
            let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
            let property = host.lists(|_| {}).await;
            system.handles().stripe.handle().set_faults(faults);
            let random = StdRng::seed_from_u64(seed * 100 + place as u64);
            let mut history =
                History { system: &system, host, guest, property, bookings: Vec::new(), random, day: 4 };
            for _ in 0..steps {
                history.step().await;
            }
            rest(&system).await;
            ledger_holds(&system).await;
            assert_eq!(system.sql(OPEN).await, [], "{name}");
            // What was stuck until a kept answer ended is seen to be done by the next day's comparison.
            system.advance(25 * 3600).await;
            let breaks = "SELECT kind FROM findings WHERE state = 'open' AND kind <> 'evidence_due'";
            assert_eq!(system.sql(breaks).await, [], "{name}");
            drop(history);
            system.stop().await;
        });
        // A few at a time: each is a whole system.
        let mut waiting = runs.collect::<Vec<_>>();
        while !waiting.is_empty() {
            let some = waiting.split_off(waiting.len().saturating_sub(3));
            join_all(some).await;
        }
    }
}

/// Each event 1 to 5 times, in no order, one of ten never.
fn hostile_webhooks(system: &System, number: usize) {
    let seed = number as u64;
    let shuffle = Some(Shuffle { seed, window_ms: 20 });
    let duplicates = u32::try_from(number % 5).unwrap();
    let webhooks = WebhookFaults { duplicates, late_ms: 0, lost: 0.1, shuffle };
    system.handles().stripe.handle().set_faults(Faults { seed, webhooks, ..Faults::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn many_payments_with_hostile_webhooks_are_each_taken_once() {
    let count = if is_large() { 1000 } else { 15 };
    let system = System::start().await;
    let (host, mut guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let provider = system.handles().stripe.handle();
    let mut bookings: Vec<String> = Vec::new();
    let mut property = host.lists(|_| {}).await;
    // A few at a time, each time delivered another number of times: the provider delivers one after the other.
    let places: Vec<i64> = (0..count).collect();
    for (number, part) in places.chunks(if is_large() { 20 } else { 3 }).enumerate() {
        hostile_webhooks(&system, number);
        if part[0] % 100 == 0 && part[0] > 0 {
            (property, guest) = (host.again().await.lists(|_| {}).await, guest.again().await);
        }
        let nights = part.iter().map(|place| Dates::in_days(&guest, 40 + 3 * (place % 100), 3));
        let held = join_all(nights.map(|dates| guest.holds(&property, dates))).await;
        let held: Vec<String> = held.iter().map(|booking| booking.text("id")).collect();
        let paid = held.iter().map(|booking| guest.pay(booking, "pm_card_pendingRefund"));
        join_all(paid).await.into_iter().for_each(|answer| _ = answer.expect(202));
        system.settle().await;
        bookings.extend(held);
    }
    let cancelled: Vec<&String> = bookings.iter().step_by(2).collect();
    for (place, part) in cancelled.chunks(if is_large() { 20 } else { 3 }).enumerate() {
        hostile_webhooks(&system, place);
        guest = guest.again().await;
        let answers = join_all(part.iter().map(|booking| {
            let path = format!("/bookings/{booking}/cancel/");
            guest.call("POST", &path).once().json(json!({ "reason": "Plans changed." })).send()
        }));
        answers.await.into_iter().for_each(|answer| _ = answer.expect(200));
        // After a minute the refunds arrive.
        system.advance(61).await;
    }
    system.advance(61).await;
    rest(&system).await;
    let sums = system
        .sql("SELECT count(*) || ' ' || count(*) FILTER (WHERE state = 'refunded') FROM payments WHERE captured > 0")
        .await;
    assert_eq!(sums, [Some(format!("{count} {}", (count + 1) / 2))]);
    assert_eq!(provider.intents().unwrap().len(), usize::try_from(count).unwrap());
    books_agree(&system).await;
    assert_eq!(system.sql(OPEN).await, []);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_refund_however_often_it_is_sent() {
    let (keys, copies) = if is_large() { (1000, 20) } else { (12, 20) };
    let system = System::start().await;
    let (mut host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 5)).await;
    let payment = payment_of(&guest, &booking).await;
    let path = format!("/payments/{payment}/refunds/");
    let body =
        |amount: i64| json!({ "amount": { "amount": amount, "currency": "USD" }, "reason": "No heating." });
    for key in 0..keys {
        if key % 100 == 99 {
            host = host.again().await;
        }
        let key = format!("refund-{key}");
        let ask = || host.call("POST", &path).header("idempotency-key", &key).json(body(7)).send();
        let answers = join_all((0..copies).map(|_| ask())).await;
        let mut ids: Vec<String> =
            answers.iter().filter(|answer| answer.status == 202).map(|answer| answer.text("id")).collect();
        assert!(!ids.is_empty(), "{key}: {:#}", answers[0].body);
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
        for answer in answers.iter().filter(|answer| answer.status != 202) {
            assert_eq!(
                (answer.status, &answer.body["code"]),
                (409, &json!("idempotency_in_flight")),
                "{:#}",
                answer.body
            );
        }
        let other = host.call("POST", &path).header("idempotency-key", &key).json(body(8)).send().await;
        assert_eq!(other.status, 422, "{:#}", other.body);
    }
    assert_eq!(host.call("POST", &path).json(body(7)).send().await.status, 400);
    system.settle().await;
    let made = system.sql("SELECT count(*) || ' ' || sum(amount) FROM refunds").await;
    assert_eq!(made, [Some(format!("{keys} {}", 7 * keys))]);
    assert_eq!(system.handles().stripe.handle().refunds().unwrap().len(), usize::try_from(keys).unwrap());
    books_agree(&system).await;
    system.stop().await;
}
