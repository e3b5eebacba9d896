//! Disputes: the funds are frozen, the end posts what follows.

use serde_json::json;
use tests::{Dates, System};

use super::{accounts_of, arrival, balance, intent_of, ledger_holds, minor, payment_of};

const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_freezes_and_its_end_decides() {
    for won in [true, false] {
        let system = System::start().await;
        let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
        let property = host.lists(|_| {}).await;
        let dates = Dates::in_days(&guest, 10, 3);
        let booking = guest.stays(&property, dates).await;
        let payment = payment_of(&guest, &booking).await;
        let before = accounts_of(&system, &booking).await;
        let provider = system.handles().stripe.handle();
        let dispute = provider.open_dispute(&intent_of(&system, &booking).await, None, "fraudulent").unwrap();
        system.settle().await;
        let read = guest.call("GET", &format!("/payments/{payment}/")).send().await.expect(200);
        assert_eq!(read.body["state"], "disputed");
        let listed = host.call("GET", "/payments/disputes/").send().await.expect(200);
        let listed = &listed.body["items"][0];
        assert_eq!((&listed["state"], &listed["reason"]), (&json!("open"), &json!("fraudulent")));
        let due: jiff::Timestamp = listed["evidence_due_at"].as_str().unwrap().parse().unwrap();
        assert!(due > system.now() + DAY);
        let mine = guest.call("GET", "/payments/disputes/").send().await.expect(200);
        assert_eq!(mine.body["items"], json!([]));
        host.call("POST", &format!("/payments/{payment}/refunds/"))
            .once()
            .json(json!({ "reason": "Sorry." }))
            .send()
            .await
            .refused(409, "illegal_transition");
        ledger_holds(&system).await;

        // The day comes, and nothing is released.
        system.advance_to(arrival(dates) + DAY).await;
        system.advance(1).await;
        assert_eq!(provider.transfers().unwrap().len(), 0);
        let (host, guest) = (host.again().await, guest.again().await);
        let held = balance(&host).await;
        assert_eq!(
            (&held["holds"][0]["reason"], &held["holds"][0]["booking_id"]),
            (&json!("disputed"), &json!(booking))
        );

        provider.close_dispute(dispute["id"].as_str().unwrap(), won).unwrap();
        system.settle().await;
        let after = accounts_of(&system, &booking).await;
        let ended = if won { "dispute_won" } else { "dispute_lost" };
        let total = before["provider_balance"].as_i64().unwrap();
        let mut expected = before.clone();
        expected["disputed_funds"] = json!(if won { total } else { -total });
        if won {
            expected = json!({ "disputed_funds": -total, "provider_balance": total });
        } else {
            // Each share bears its part: the debits are what stood credited.
            expected.as_object_mut().unwrap().remove("provider_balance");
            for (account, amount) in expected.as_object_mut().unwrap() {
                let credited = amount.as_i64().unwrap();
                *amount = json!(if account == "disputed_funds" { credited } else { -credited });
            }
        }
        assert_eq!(posted(&system, ended).await, expected);
        let state =
            guest.call("GET", &format!("/payments/{payment}/")).send().await.expect(200).body["state"]
                .clone();
        if won {
            assert_eq!((after, state), (before, json!("captured")));
        } else {
            assert_eq!((after, state), (json!({}), json!("refunded")), "nothing of it is left with anybody");
        }
        ledger_holds(&system).await;
        system.advance(1).await;
        system.advance(1).await;
        assert_eq!(provider.transfers().unwrap().len(), usize::from(won));
        // Heard again, in any order: nothing more happens.
        for event in provider.events().unwrap().iter().rev() {
            provider.resend(event["id"].as_str().unwrap()).unwrap();
        }
        system.settle().await;
        ledger_holds(&system).await;
        system.advance(61).await;
        let told = |words: &'static str| told(&system, &host.email, words);
        assert_eq!(told("A bank took back").await, 1);
        assert_eq!(told("is yours again").await, usize::from(won));
        assert_eq!(told("is lost").await, usize::from(!won));
        system.stop().await;
    }
}

/// What one event posted, by account.
async fn posted(system: &System, event: &str) -> serde_json::Value {
    let query = format!(
        "SELECT jsonb_object_agg(n.account, n.amount)::text
         FROM ledger_journals j JOIN ledger_entries n ON n.journal_id = j.id WHERE j.event = '{event}'"
    );
    serde_json::from_str(system.sql(&query).await[0].as_deref().unwrap()).unwrap()
}

/// How many mails somebody got whose subject says so.
async fn told(system: &System, address: &str, words: &str) -> usize {
    let mails = system.mails(address).await;
    mails.iter().filter(|mail| mail["subject"].as_str().unwrap().contains(words)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_dispute_after_the_payout_is_owed_by_the_host() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 10, 3);
    let booking = guest.stays(&property, dates).await;
    system.advance_to(arrival(dates) + DAY).await;
    for _ in 0..2 {
        system.advance(1).await;
    }
    let host = host.again().await;
    let paid = minor(&balance(&host).await["balances"][0]["paid"]);
    assert!(paid > 0);
    let provider = system.handles().stripe.handle();
    // The word of the beginning is lost: the end tells both.
    provider.set_faults(serde_json::from_value(json!({ "webhooks": { "lost": 1.0 } })).unwrap());
    let dispute =
        provider.open_dispute(&intent_of(&system, &booking).await, None, "product_not_received").unwrap();
    provider.set_faults(local_stripe::Faults::default());
    provider.close_dispute(dispute["id"].as_str().unwrap(), false).unwrap();
    system.settle().await;
    assert_eq!(minor(&balance(&host).await["balances"][0]["payable"]), -paid);
    ledger_holds(&system).await;
    system.advance(61).await;
    assert_eq!(told(&system, &host.email, "A bank took back").await, 0, "it is over already");
    assert_eq!(told(&system, &host.email, "is lost").await, 1);
    system.stop().await;
}
