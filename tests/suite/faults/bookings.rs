//! Faults of the database's service while many book at once: no booking is lost, none is made twice, and whoever asks
//! again under the same key is told the same.

use futures::future::join_all;
use futures::{StreamExt as _, stream};
use local_data_api::FaultPlan;
use serde_json::json;
use tests::{Answer, Attempt, Dates, Outcome, Person, System, faults_of_race};

use super::{fresh_key, persist_under};

/// How many connections book at a time, each for two clients.
const CONNECTIONS: usize = 16;

fn attempts() -> usize {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 1_000 } else { 48 }
}

/// What the statement of a booking, and no other, contains.
const BOOKING: &str = "book_quote(";

/// An intent to book.
struct Intent {
    guest: usize,
    dates: Dates,
    quote: String,
    key: String,
}

impl Intent {
    async fn send(&self, guests: &[Person<'_>]) -> Answer {
        let body = json!({ "quote_id": self.quote });
        persist_under(&self.key, || guests[self.guest].call("POST", "/bookings/").json(body.clone())).await
    }

    /// A client that gives its call up and sends it again while the first one is still on its way.
    async fn send_twice(&self, guests: &[Person<'_>]) -> Answer {
        let (one, other) = tokio::join!(self.send(guests), self.send(guests));
        assert_eq!((one.status, &one.body), (other.status, &other.body), "{}", self.key);
        one
    }
}

/// Quotes for stays of one to four nights within a fortnight, while all is well.
async fn intents(guests: &[Person<'_>], property: &str) -> Vec<Intent> {
    stream::iter(0..attempts())
        .map(async |number| {
            let (guest, mixed) =
                (number % guests.len(), i64::try_from((number * 2_654_435_761) >> 5).unwrap());
            let dates = Dates::in_days(&guests[guest], 30 + mixed % 12, 1 + mixed / 12 % 4);
            let quote = guests[guest].quote(property, dates).await.expect(201).text("id");
            Intent { guest, dates, quote, key: fresh_key() }
        })
        .buffered(CONNECTIONS)
        .collect()
        .await
}

/// Many book two units of a listing under the faults of `plan`; `struck` says of what is left of it whether they struck.
async fn book_under(system: &System, plan: FaultPlan, struck: impl Fn(&FaultPlan) -> bool) {
    let host = system.host("Hanna Host").await;
    let property = host.lists(|body| body["units"] = json!(2)).await;
    let guests = join_all(["Ann", "Ben", "Cleo"].map(|name| system.person(name))).await;
    let intents = intents(&guests, &property).await;
    let faults = system.handles().cluster.data_api().faults();
    faults.set_for(system.database(), plan);
    let attempts: Vec<Attempt> = stream::iter(&intents)
        .map(|intent| Attempt::make(intent.dates, async { Outcome::from(&intent.send_twice(&guests).await) }))
        .buffered(CONNECTIONS)
        .collect()
        .await;
    assert!(struck(&faults.plan_for(system.database())), "the faults struck");
    faults.clear_for(system.database());

    let (units, claims) = system.live_claims(&property).await;
    assert_eq!(faults_of_race(&units, &claims, &attempts), []);
    let won = attempts.iter().filter(|attempt| attempt.won()).count();
    assert!(won > 2 * units.len() && won < attempts.len(), "{won} of {}", attempts.len());
    let made = system.sql("SELECT count(*) || ' of ' || count(DISTINCT quote_id) FROM bookings").await;
    assert_eq!(made, [Some(format!("{won} of {won}"))]);
    // The day after the faults everybody asks again.
    for (intent, attempt) in intents.iter().zip(&attempts) {
        let again = intent.send(&guests).await;
        assert_eq!(Outcome::from(&again), attempt.outcome);
        if attempt.won() {
            assert_eq!(again.header("idempotent-replayed"), "true");
        }
    }
    let made = system.sql("SELECT count(*)::text FROM bookings").await;
    assert_eq!(made, [Some(won.to_string())]);
    assert_eq!(system.dead_letters().await, 0);
}

async fn survives(plan: FaultPlan, struck: impl Fn(&FaultPlan) -> bool) {
    let system = System::start().await;
    book_under(&system, plan, struck).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_at_once_survive_throttles() {
    // One of twenty calls, in an order that the seed fixes: of the first hundred several.
    let plan = FaultPlan { throttle_probability: 0.05, seed: 2026, ..FaultPlan::default() };
    survives(plan, |_| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_at_once_survive_timeouts_after_the_effect() {
    let sql_contains = Some(BOOKING.to_owned());
    let plan = FaultPlan { timeout_after_calls: 30, sql_contains, ..FaultPlan::default() };
    survives(plan, |left| left.timeout_after_calls < 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_at_once_survive_answers_that_are_lost() {
    let sql_contains = Some(BOOKING.to_owned());
    let plan = FaultPlan { lost_response_calls: 30, sql_contains, ..FaultPlan::default() };
    survives(plan, |left| left.lost_response_calls < 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_at_once_survive_a_cluster_that_resumes() {
    let plan = FaultPlan { resuming_calls: 60, ..FaultPlan::default() };
    survives(plan, |left| left.resuming_calls == 0).await;
}
