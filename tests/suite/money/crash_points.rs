//! The worker's process killed before and after each call that it makes: everything converges within a minute of the
//! clock, nothing happens twice, the books agree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use local_stripe::Faults;
use serde_json::json;
use tests::{Crashing, Dates, Moment, Person, System};

use super::{arrival, intent_of, payment_of};
use crate::faults::books_agree;

/// A step is sent again by the outbox after a minute.
const A_MINUTE: i64 = 61;
const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// How often each point is tried; all of them, or every other one, before and after the call by turns.
fn scale() -> (usize, bool) {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") {
        (3, true)
    } else {
        (1, false)
    }
}

/// What the worker is doing when it dies.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Authorises, captures.
    Pay,
    /// Hears of the guest's proof by a webhook, captures.
    Prove,
    /// Gives back.
    Refund,
    /// Pays the host.
    Payout,
}

struct Case<'s> {
    system: &'s System,
    crashing: Arc<Crashing>,
    host: Person<'s>,
    guest: Person<'s>,
    property: String,
    /// How many stays were booked: each has nights of its own.
    booked: i64,
}

impl<'s> Case<'s> {
    async fn start(system: &'s System, crashing: Arc<Crashing>) -> Self {
        let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
        let property = host.lists(|_| {}).await;
        Self { system, crashing, host, guest, property, booked: 0 }
    }

    fn webhooks(&self, told: bool) {
        let faults = json!({ "webhooks": { "lost": if told { 0.0 } else { 1.0 } } });
        let faults: Faults = serde_json::from_value(faults).unwrap();
        self.system.handles().stripe.handle().set_faults(faults);
    }

    async fn held(&mut self) -> (String, Dates) {
        if self.booked % 80 == 79 {
            self.host = self.host.again().await;
            self.property = self.host.lists(|_| {}).await;
        }
        let dates = Dates::in_days(&self.guest, 5 + 3 * (self.booked % 80), 2);
        self.booked += 1;
        (self.guest.holds(&self.property, dates).await.text("id"), dates)
    }

    /// Takes a step while the worker is to die at a call. Answers where it died, if it came so far.
    async fn take(&mut self, step: Step, call: usize, moment: Moment) -> Option<String> {
        self.guest = self.guest.again().await;
        self.webhooks(matches!(step, Step::Prove));
        let (booking, dates) = self.held().await;
        let card =
            if matches!(step, Step::Prove) { "pm_card_authenticationRequired" } else { "pm_card_visa" };
        if !matches!(step, Step::Pay) {
            self.guest.pay(&booking, card).await.expect(202);
            self.system.settle().await;
        }
        if matches!(step, Step::Payout) {
            self.system.advance_to(arrival(dates) + DAY - jiff::SignedDuration::from_mins(1)).await;
            self.guest = self.guest.again().await;
        }
        self.crashing.arm(call, moment);
        match step {
            Step::Pay => _ = self.guest.pay(&booking, card).await.expect(202),
            Step::Prove => {
                let intent = intent_of(self.system, &booking).await;
                self.system.handles().stripe.handle().authenticate(&intent, true).unwrap();
            }
            Step::Refund => {
                let path = format!("/bookings/{booking}/cancel/");
                let reason = json!({ "reason": "Plans changed." });
                self.guest.call("POST", &path).once().json(reason).send().await.expect(200);
            }
            Step::Payout => self.system.advance_to(arrival(dates) + DAY).await,
        }
        self.system.settle().await;
        let died = self.crashing.disarm();
        self.system.advance(A_MINUTE).await;
        self.converged(step, &booking, &format!("{step:?}, call {call}, {died:?}")).await;
        died
    }

    async fn converged(&mut self, step: Step, booking: &str, place: &str) {
        self.guest = self.guest.again().await;
        let payment = payment_of(&self.guest, booking).await;
        let read = self.guest.call("GET", &format!("/payments/{payment}/")).send().await.expect(200);
        let expected = if matches!(step, Step::Refund) { "refunded" } else { "captured" };
        assert_eq!(read.body["state"], expected, "{place}: {:#}", read.body);
        if matches!(step, Step::Payout) {
            let open = format!(
                "SELECT p.state FROM payouts p JOIN payout_items i ON i.payout_id = p.id WHERE i.booking_id = '{booking}'"
            );
            assert_eq!(self.system.sql(&open).await, [Some("paid".to_owned())], "{place}");
        }
        // Once at the provider, and as much as we say.
        books_agree(self.system).await;
    }
}

async fn every_point_of(step: Step) {
    let (times, all) = scale();
    let (system, crashing) = Crashing::system(|_| {}).await;
    let mut case = Case::start(&system, crashing).await;
    let mut died = Vec::new();
    for _ in 0..times {
        for point in (0..).step_by(if all { 1 } else { 2 }) {
            let moments = match (all, point % 4) {
                (true, _) => vec![Moment::Before, Moment::After],
                (false, 0) => vec![Moment::After],
                (false, _) => vec![Moment::Before],
            };
            let before = died.len();
            for moment in moments {
                let place = case.take(step, point, moment).await;
                died.extend(place.map(|place| (point, place)));
            }
            if died.len() == before {
                break;
            }
        }
    }
    assert_eq!(system.dead_letters().await, 0);
    assert!(died.len() >= 2, "{died:?}");
    write_table(step, &died);
    system.stop().await;
}

/// A call without the names of the provider's objects, which are others each time.
fn named(place: &str) -> String {
    let is_name = |segment: &str| segment.len() > 20 && segment.contains('_');
    let segments = place.split('/').map(|segment| if is_name(segment) { "{id}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Writes where it died, and how often it converged, to `target/crash-points-<step>.md`.
fn write_table(step: Step, died: &[(usize, String)]) {
    let mut rows: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (point, place) in died {
        *rows.entry((*point, named(place))).or_default() += 1;
    }
    let mut table = format!(
        "{step:?}: killed at {} places, {} times; converged each time.\n\n| call | killed | times |\n| ---: | --- | ---: |\n",
        rows.len(),
        died.len()
    );
    for ((point, place), times) in rows {
        writeln!(table, "| {point} | {place} | {times} |").expect("a text");
    }
    let step = format!("{step:?}").to_lowercase();
    let path = format!("{}/../target/crash-points-{step}.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(path, table).expect("the table");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_paying() {
    every_point_of(Step::Pay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_webhook_is_worked() {
    every_point_of(Step::Prove).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_giving_back() {
    every_point_of(Step::Refund).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_paying_the_host() {
    every_point_of(Step::Payout).await;
}
