//! Bad days of the database and of the payment provider: nothing is lost, nothing happens twice, the books agree.

mod bookings;
mod database;
mod provider;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Answer, Call, Person, System};

/// How long a client goes on trying.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longer than a message that failed is hidden, in seconds; four of it are less than a hold.
const VISIBILITY: i64 = 181;

/// A key that no other call has.
fn fresh_key() -> String {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    format!("persistent-{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

/// Sends a call under a key of its own until its answer is more than "try again", as a client should.
async fn persist(call: impl Fn() -> Call) -> Answer {
    persist_under(&fresh_key(), call).await
}

/// Sends a call under a key until its answer is more than "try again".
async fn persist_under(key: &str, call: impl Fn() -> Call) -> Answer {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = call().header("idempotency-key", key).send().await;
        let code = answer.body["code"].as_str().unwrap_or_default();
        match answer.status {
            409 if code == "idempotency_in_flight" => {}
            200..300 | 409 => return answer,
            503 => assert!(!answer.header("retry-after").is_empty(), "{}", answer.body),
            _ => panic!("{} was answered {}: {:#}", answer.call, answer.status, answer.body),
        }
        assert!(Instant::now() < deadline, "{} is answered {} for ever", answer.call, answer.status);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Lets what failed come again, a few times.
async fn recover(system: &System) {
    system.settle().await;
    for _ in 0..3 {
        system.advance(VISIBILITY).await;
    }
    assert_eq!(system.handles().parked.count(), 0, "something still fails");
    assert_eq!(system.dead_letters().await, 0);
}

/// A payment as one side has it: where it stands, what was taken, what went back.
type Entry = (String, i64, i64);

/// Compares the provider's books with ours, payment by payment and in sum.
pub(crate) async fn books_agree(system: &System) {
    let provider = system.handles().stripe.handle();
    let mut theirs: BTreeMap<String, Entry> = BTreeMap::new();
    for intent in provider.intents().expect("the provider's books") {
        let text = |member: &str| intent[member].as_str().unwrap_or_default().to_owned();
        let owner = intent["metadata"]["payment_id"].as_str().expect("our name of it").to_owned();
        let entry = (text("status"), intent["amount_received"].as_i64().expect("an amount"), 0);
        let other = theirs.insert(owner.clone(), entry);
        assert_eq!(other, None, "{owner} was made twice at the provider");
    }
    for refund in provider.refunds().expect("the provider's books") {
        let owner = refund["metadata"]["payment_id"].as_str().expect("our name of it");
        if refund["status"] == "succeeded" {
            theirs.get_mut(owner).expect("its payment").2 += refund["amount"].as_i64().expect("an amount");
        }
    }
    let ours: BTreeMap<String, Entry> = ours(system).await;
    assert_eq!(theirs, ours, "theirs, ours");
    let sum = |pick: fn(&Entry) -> i64| ours.values().map(pick).sum::<i64>();
    let totals = provider.totals().expect("the provider's books").remove("usd").unwrap_or_default();
    assert_eq!((totals.captured, totals.refunded), (sum(|entry| entry.1), sum(|entry| entry.2)));
    crate::money::ledger_holds(system).await;
}

/// Our payments that the provider should know, in its words.
async fn ours(system: &System) -> BTreeMap<String, Entry> {
    let rows = system
        .sql(
            "SELECT jsonb_build_array(id, CASE state
                 WHEN 'authorised' THEN 'requires_capture' WHEN 'captured' THEN 'succeeded'
                 WHEN 'partially_refunded' THEN 'succeeded' WHEN 'refunded' THEN 'succeeded'
                 WHEN 'failed' THEN 'requires_payment_method' WHEN 'cancelled' THEN 'canceled'
                 ELSE state END, captured, returned)::text
             FROM payments WHERE provider_id IS NOT NULL OR state NOT IN ('failed', 'cancelled')",
        )
        .await;
    rows.iter()
        .flatten()
        .map(|row| {
            let row: Value = serde_json::from_str(row).expect("a row of JSON");
            let text = |index: usize| row[index].as_str().expect("a text").to_owned();
            let number = |index: usize| row[index].as_i64().expect("a number");
            (text(0), (text(1), number(2), number(3)))
        })
        .collect()
}

/// The newest payment for a booking, as its guest sees it.
async fn payment(guest: &Person<'_>, booking: &str) -> Value {
    let booking = guest.booking(booking).await;
    let id =
        booking.body["payments"].as_array().and_then(|payments| payments.last()).expect("a payment")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
    guest.call("GET", &format!("/payments/{id}/")).send().await.expect(200).body
}
