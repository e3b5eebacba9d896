//! Hosts who cannot be paid, and what they owe.

use serde_json::json;
use tests::{Dates, System};

use super::{arrival, balance, ledger_holds, minor, payment_of, promoted};

const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_charged_for_a_host_who_cannot_be_paid_and_the_host_reads_why() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let instant = host.lists(|_| {}).await;
    let request = host.lists(|body| body["booking_mode"] = json!("request")).await;
    let held = guest.holds(&instant, Dates::in_days(&guest, 30, 3)).await.text("id");
    let asked = guest.holds(&request, Dates::in_days(&guest, 30, 3)).await.text("id");
    guest.pay(&asked, "pm_card_visa").await.expect(202);
    system.settle().await;
    let lengthened = guest.stays(&instant, Dates::in_days(&guest, 40, 3)).await;
    let dates = Dates::in_days(&guest, 40, 4);
    let path = format!("/bookings/{lengthened}/modifications/");
    let proposal =
        guest.call("POST", &path).once().json(json!({ "check_out": dates.check_out })).send().await;
    let proposal = proposal.expect(201).text("id");

    let provider = system.handles().stripe.handle();
    let account = provider.accounts().unwrap()[0]["id"].as_str().unwrap().to_owned();
    provider.restrict_account(&account, vec!["individual.id_number".to_owned()]).unwrap();
    system.settle().await;
    let before = provider.totals().unwrap();
    guest.pay(&held, "pm_card_visa").await.refused(409, "host_not_payable");
    let accept = |path: String| host.call("POST", &path).once().json(json!({})).send();
    accept(format!("/bookings/{asked}/accept/")).await.refused(409, "host_not_payable");
    accept(format!("{path}{proposal}/accept/")).await.refused(409, "host_not_payable");
    system.settle().await;
    assert_eq!(provider.totals().unwrap(), before, "nothing was charged, nothing was set aside");

    let read = host.call("GET", "/payments/onboarding/").send().await.expect(200);
    assert_eq!(read.body["state"], "restricted");
    assert_eq!(read.body["requirements"], json!(["individual.id_number"]));
    assert_eq!(read.body["disabled_reason"], "requirements.past_due");
    let due: jiff::Timestamp = read.body["due_at"].as_str().unwrap().parse().unwrap();
    assert!(due <= system.now(), "{due}");
    assert!(read.body["url"].as_str().is_some_and(|url| url.starts_with("http")), "{:#}", read.body);

    // What is wanted is given: all goes on.
    provider.enable_account(&account).unwrap();
    system.settle().await;
    let read = host.call("GET", "/payments/onboarding/").send().await.expect(200);
    let expected = json!({
        "state": "enabled", "url": null, "requirements": [], "due_at": null, "disabled_reason": null,
    });
    assert_eq!(read.body, expected);
    guest.pay(&held, "pm_card_visa").await.expect(202);
    accept(format!("/bookings/{asked}/accept/")).await.expect(200);
    accept(format!("{path}{proposal}/accept/")).await.expect(200);
    system.settle().await;
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_owes_for_long_is_found_and_given_up_by_the_staff() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 10, 3);
    let booking = guest.stays(&property, dates).await;
    let payment = payment_of(&guest, &booking).await;
    system.advance_to(arrival(dates) + DAY).await;
    for _ in 0..2 {
        system.advance(1).await;
    }
    let refund = json!({ "amount": { "amount": 10_000, "currency": "USD" }, "reason": "No heating." });
    let host = host.again().await;
    host.call("POST", &format!("/payments/{payment}/refunds/")).once().json(refund).send().await.expect(202);
    system.settle().await;
    assert_eq!(minor(&balance(&host).await["balances"][0]["payable"]), -9_700);
    let overdue = "SELECT id::text FROM findings WHERE kind = 'debt_overdue'";
    for (days, found) in [(80, 0), (11, 1)] {
        system.advance(days * 24 * 3600).await;
        system.advance(61).await;
        assert_eq!(system.sql(overdue).await.len(), found, "after {days} days");
    }
    let id = system.sql(overdue).await.remove(0).unwrap();
    let staff = promoted(&guest.again().await).await;
    let settle = |amount: i64| {
        let body = json!({ "note": "The host is gone.", "write_off": {
            "account": "host_payable", "amount": { "amount": amount, "currency": "USD" }, "booking_id": booking } });
        staff.call("POST", &format!("/payments/findings/{id}/settle/")).once().json(body).send()
    };
    for amount in [9_701, -1] {
        let refused = settle(amount).await.expect(422);
        assert_eq!(refused.body["errors"][0]["pointer"], "/write_off/amount", "{:#}", refused.body);
    }
    settle(9_700).await.expect(200);
    let host = host.again().await;
    assert_eq!(minor(&balance(&host).await["balances"][0]["payable"]), 0);
    let statement = host.call("GET", "/payments/statement/?from=2020-01-01").send().await.expect(200);
    let last = statement.body["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["event"], minor(&last["amount"])), (&json!("write_off"), 9_700));
    ledger_holds(&system).await;
    system.stop().await;
}
