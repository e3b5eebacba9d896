//! Faults of the payment provider, and the ways of a payment that are no fault.

use futures::future::join_all;
use local_stripe::{ApiFault, ApiFaultKind, Faults, Manner, Shuffle, WebhookFaults, When};
use serde_json::json;
use tests::{Dates, Person, System};

use super::{VISIBILITY, books_agree, payment, recover};

/// More calls than one step makes before it gives up for now.
const PAST_PATIENCE: u32 = 4;

fn fault(kind: ApiFaultKind, when: When, path: &str) -> Faults {
    Faults { api: vec![ApiFault { kind, when, path: path.to_owned() }], ..hostile_webhooks(0.0) }
}

/// Each three times, in no order, some never.
fn hostile_webhooks(lost: f64) -> Faults {
    let shuffle = Some(Shuffle { seed: 5, window_ms: 20 });
    Faults {
        seed: 11,
        webhooks: WebhookFaults { duplicates: 2, shuffle, lost, late_ms: 0 },
        ..Faults::default()
    }
}

async fn act(who: &Person<'_>, booking: &str, action: &str) {
    let path = format!("/bookings/{booking}/{action}/");
    let body = if action == "cancel" { json!({ "reason": "The plans changed." }) } else { json!({}) };
    who.call("POST", &path).once().json(body).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_whose_answer_is_lost_is_taken_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|body| body["booking_mode"] = json!("request")).await;
    let provider = system.handles().stripe.handle();
    let lose = |manner: Manner, path: &str| {
        let lost = fault(ApiFaultKind::TimeoutAfter(manner), When::Next(PAST_PATIENCE), path);
        // Nobody but the step itself learns of its outcome.
        provider.set_faults(Faults { webhooks: hostile_webhooks(1.0).webhooks, ..lost });
    };
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    lose(Manner::Drop, "/v1/payment_intents");
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    recover_from(&system).await;
    assert_eq!(guest.booking(&booking).await.body["state"], "requested");

    lose(Manner::GatewayTimeout, "/v1/payment_intents");
    act(&host, &booking, "accept").await;
    recover_from(&system).await;
    assert_eq!(payment(&guest, &booking).await["state"], "captured");

    lose(Manner::Hang(10), "/v1/refunds");
    act(&guest, &booking, "cancel").await;
    recover_from(&system).await;
    assert_eq!(payment(&guest, &booking).await["state"], "refunded");
    assert_eq!(provider.intents().unwrap().len(), 1);
    assert_eq!(provider.refunds().unwrap().len(), 1);
    books_agree(&system).await;
    system.stop().await;
}

/// Recovers, and sees to it that the faults struck to the end: the step failed for good once.
async fn recover_from(system: &System) {
    system.settle().await;
    assert!(system.handles().parked.count() > 0, "no step failed");
    system.advance(VISIBILITY).await;
    let left = system.handles().stripe.handle().faults();
    assert!(left.api.iter().all(|fault| fault.when == When::Next(0)), "{:?}", left.api);
    assert_eq!(system.handles().parked.count(), 0, "the step still fails");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_provider_does_the_books_agree_in_the_end() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let instant = host.lists(|_| {}).await;
    let request = host.lists(|body| body["booking_mode"] = json!("request")).await;
    let provider = system.handles().stripe.handle();
    let strike =
        |kind, probability| ApiFault { kind, when: When::Probability(probability), path: String::new() };
    provider.set_faults(Faults {
        api: vec![
            strike(ApiFaultKind::TimeoutAfter(Manner::Drop), 0.2),
            strike(ApiFaultKind::TimeoutBefore(Manner::GatewayTimeout), 0.1),
            strike(ApiFaultKind::ServerError, 0.1),
            strike(ApiFaultKind::RateLimited(None), 0.1),
            strike(ApiFaultKind::Slow(30), 0.3),
        ],
        ..hostile_webhooks(0.3)
    });
    let stays: Vec<_> = (0_i64..12)
        .map(|place| (place, if place % 2 == 0 { &instant } else { &request }))
        .map(|(place, property)| (property, Dates::in_days(&guest, 30 + 3 * place, 3)))
        .collect();
    let bookings = join_all(stays.iter().map(|(property, dates)| guest.holds(property, *dates))).await;
    let bookings: Vec<String> = bookings.iter().map(|booking| booking.text("id")).collect();
    let cards = ["pm_card_visa", "pm_card_mastercard", "pm_card_visa", "pm_card_chargeDeclined"];
    let pays = bookings.iter().zip(cards.iter().cycle()).map(|(booking, card)| guest.pay(booking, card));
    join_all(pays).await.into_iter().for_each(|answer| _ = answer.expect(202));
    system.settle().await;
    system.advance(VISIBILITY).await;
    // What has got this far goes on under the same faults; the rest is mended below.
    for (index, booking) in bookings.iter().enumerate() {
        match (guest.booking(booking).await.body["state"].as_str(), index % 3) {
            (Some("requested"), 0) => act(&host, booking, "decline").await,
            (Some("requested"), _) => act(&host, booking, "accept").await,
            (Some("confirmed"), 0) => act(&guest, booking, "cancel").await,
            _ => {}
        }
    }
    system.settle().await;
    system.advance(VISIBILITY).await;
    provider.set_faults(Faults::default());
    recover(&system).await;
    // Declined ones have lapsed by then: nothing waits any more.
    system.advance(15 * 60).await;
    let open = "SELECT state FROM payments WHERE state IN ('processing', 'requires_action')";
    assert_eq!(system.sql(open).await, []);
    let open = "SELECT state FROM bookings WHERE state = 'pending_payment'";
    assert_eq!(system.sql(open).await, []);
    assert_eq!(system.sql("SELECT id::text FROM refunds WHERE state = 'pending'").await, []);
    books_agree(&system).await;
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_ends_later_is_heard_of_late_and_often() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let provider = system.handles().stripe.handle();
    let mut bookings = Vec::new();
    for (days, card) in [(30, "pm_card_pendingRefund"), (40, "pm_card_refundFail")] {
        let booking = guest.holds(&property, Dates::in_days(&guest, days, 2)).await.text("id");
        guest.pay(&booking, card).await.expect(202);
        bookings.push(booking);
    }
    system.settle().await;
    provider.set_faults(hostile_webhooks(1.0));
    for booking in &bookings {
        act(&guest, booking, "cancel").await;
    }
    system.advance(61).await;
    let state = async |booking| payment(&guest, booking).await["refunds"][0]["state"].clone();
    assert_eq!(state(&bookings[0]).await, "pending", "its end was not heard of");
    assert_eq!(state(&bookings[1]).await, "succeeded", "its failure was not heard of");
    // The latest first, and each of them twice.
    provider.set_faults(hostile_webhooks(0.0));
    for _ in 0..2 {
        for event in provider.events().unwrap().iter().rev() {
            provider.resend(event["id"].as_str().unwrap()).unwrap();
        }
        system.settle().await;
    }
    // Of two that came at once, one may have to come again.
    system.advance(VISIBILITY).await;
    assert_eq!(payment(&guest, &bookings[0]).await["state"], "refunded");
    assert_eq!(state(&bookings[0]).await, "succeeded");
    assert_eq!(payment(&guest, &bookings[1]).await["state"], "captured", "its money came back to us");
    assert_eq!(state(&bookings[1]).await, "failed");
    recover(&system).await;
    books_agree(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_leaves_the_hold_for_another() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    system.handles().stripe.handle().set_faults(hostile_webhooks(0.0));
    let property = host.lists(|_| {}).await;
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    guest.pay(&booking, "pm_card_chargeDeclinedInsufficientFunds").await.expect(202);
    system.settle().await;
    let failed = payment(&guest, &booking).await;
    assert_eq!((&failed["state"], &failed["failure"]), (&json!("failed"), &json!("insufficient_funds")));
    assert_eq!(guest.booking(&booking).await.body["state"], "pending_payment");
    assert_eq!(told(&guest, "declined").await, 1, "once, however often the provider says it");

    // Slow enough to be asked again meanwhile.
    let slow = fault(ApiFaultKind::Slow(2_000), When::Next(1), "/v1/payment_intents");
    system.handles().stripe.handle().set_faults(slow);
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    guest.pay(&booking, "pm_card_visa").await.refused(409, "payment_in_progress");
    system.settle().await;
    assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
    guest.pay(&booking, "pm_card_visa").await.refused(409, "illegal_transition");
    recover(&system).await;
    books_agree(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_wants_proof_is_given_it() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let provider = system.handles().stripe.handle();
    provider.set_faults(hostile_webhooks(0.0));
    let property = host.lists(|_| {}).await;
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    for proved in [false, true] {
        guest.pay(&booking, "pm_card_authenticationRequired").await.expect(202);
        system.settle().await;
        let waiting = payment(&guest, &booking).await;
        assert_eq!(waiting["state"], "requires_action");
        assert!(waiting["next_action"]["url"].as_str().unwrap().starts_with("http"), "{waiting:#}");
        assert_eq!(guest.booking(&booking).await.body["state"], "pending_payment");
        let intent = provider.intents().unwrap().pop().unwrap()["id"].as_str().unwrap().to_owned();
        provider.authenticate(&intent, proved).unwrap();
        system.settle().await;
        let after = payment(&guest, &booking).await;
        assert_eq!(after["next_action"], json!(null));
        assert_eq!(after["state"], if proved { "captured" } else { "failed" });
    }
    assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
    recover(&system).await;
    books_agree(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_comes_after_the_nights_were_sold_is_let_go() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let (slow, quick) = (system.person("Slow").await, system.person("Quick").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&slow, 30, 2);
    let late = slow.holds(&property, dates).await.text("id");
    // The bank sets the amount aside, and no word of it comes until the hold is over.
    let provider = system.handles().stripe.handle();
    let silent = ApiFaultKind::TimeoutAfter(Manner::Drop);
    provider.set_faults(Faults {
        webhooks: hostile_webhooks(1.0).webhooks,
        ..fault(silent, When::Probability(1.0), "/v1/payment_intents")
    });
    slow.pay(&late, "pm_card_visa").await.expect(202);
    system.settle().await;
    assert_eq!(provider.intents().unwrap()[0]["status"], "requires_capture");
    system.advance(15 * 60 + 1).await;
    let (slow, quick) = (slow.again().await, quick.again().await);
    let booking = quick.holds(&property, dates).await.text("id");
    assert_eq!(slow.booking(&late).await.body["state"], "expired");
    provider.set_faults(Faults::default());
    quick.pay(&booking, "pm_card_visa").await.expect(202);
    recover(&system).await;
    assert_eq!(quick.booking(&booking).await.body["state"], "confirmed");
    assert_eq!(slow.booking(&late).await.body["state"], "expired");
    assert_eq!(payment(&slow, &late).await["state"], "cancelled");
    assert_eq!(told(&slow, "came too late").await, 1);
    let intents = provider.intents().unwrap();
    assert_eq!((&intents[0]["status"], &intents[0]["amount_received"]), (&json!("canceled"), &json!(0)));
    books_agree(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_never_comes_is_waited_for_as_long_as_the_hold() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let provider = system.handles().stripe.handle();
    // Not even the word of a proof comes through.
    provider.set_faults(hostile_webhooks(1.0));
    let property = host.lists(|_| {}).await;
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    guest.pay(&booking, "pm_card_authenticationRequired").await.expect(202);
    system.settle().await;
    let intent = provider.intents().unwrap()[0]["id"].as_str().unwrap().to_owned();
    provider.authenticate(&intent, true).unwrap();
    system.advance(15 * 60 + 1).await;
    let guest = guest.again().await;
    assert_eq!(guest.booking(&booking).await.body["state"], "expired");
    assert_eq!(payment(&guest, &booking).await["state"], "cancelled");
    assert_eq!(provider.intents().unwrap()[0]["status"], "canceled", "what was set aside is let go");
    recover(&system).await;
    books_agree(&system).await;
    system.stop().await;
}

/// How many mails with these words in the subject a person has got.
async fn told(person: &Person<'_>, words: &str) -> usize {
    let mails = person.system().mails(&person.email).await;
    mails.iter().filter(|mail| mail["subject"].as_str().unwrap().contains(words)).count()
}
