//! Payouts: when they are due, what they net, what holds them, and that each goes out once.

use local_stripe::{ApiFault, ApiFaultKind, Faults, Manner, When};
use serde_json::{Value, json};
use tests::{Dates, Person, System};

use super::{arrival, balance, ledger_holds, minor, payment_of};

const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
const MINUTE: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

fn transfers(system: &System) -> Vec<i64> {
    let transfers = system.handles().stripe.handle().transfers().expect("the provider's books");
    transfers.iter().map(|transfer| transfer["amount"].as_i64().expect("an amount")).collect()
}

/// What the schedule does comes with the clock; twice, since what one run releases the next may send.
async fn run_schedule(system: &System) {
    for _ in 0..2 {
        system.advance(1).await;
    }
}

async fn share_of(guest: &Person<'_>, property: &str, dates: Dates) -> (String, i64) {
    let quote = guest.quote(property, dates).await.expect(201);
    let booking = guest.book(&quote.text("id")).await.expect(201).text("id");
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    guest.system().settle().await;
    (booking, minor(&quote.body["payout"]))
}

async fn first(host: &Person<'_>, field: &str) -> i64 {
    minor(&balance(host).await["balances"][0][field])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_paid_a_day_after_check_in_and_never_before() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 30, 5);
    let (booking, share) = share_of(&guest, &property, dates).await;
    let due = arrival(dates) + DAY;
    let before = balance(&host).await;
    assert_eq!(minor(&before["balances"][0]["pending"]), share);
    assert_eq!(before["balances"][0]["next_release_at"], due.to_string());

    system.advance_to(due - MINUTE).await;
    run_schedule(&system).await;
    let host = host.again().await;
    assert_eq!((transfers(&system), first(&host, "pending").await), (vec![], share));
    system.advance_to(due).await;
    run_schedule(&system).await;
    assert_eq!(transfers(&system), [share]);
    let after = balance(&host).await;
    let row = &after["balances"][0];
    let of = |field: &str| minor(&row[field]);
    assert_eq!((of("pending"), of("payable"), of("in_transit"), of("paid")), (0, 0, 0, share));
    assert_eq!((&row["next_release_at"], &after["holds"]), (&Value::Null, &json!([])));
    let payouts = host.call("GET", "/payments/payouts/").send().await.expect(200);
    assert_eq!(payouts.body["items"][0]["state"], "paid");
    assert_eq!(minor(&payouts.body["items"][0]["amount"]), share);
    assert_eq!(payouts.body["items"][0]["items"][0]["booking_id"], booking.as_str());

    let statement = host.call("GET", "/payments/statement/?from=2020-01-01").send().await.expect(200);
    let lines: Vec<_> = statement.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["event"].as_str().unwrap(), minor(&line["amount"])))
        .collect();
    assert_eq!(lines, [("capture", share), ("payout", -share)]);
    let sheet =
        host.call("GET", "/payments/statement/?from=2020-01-01&format=csv&limit=1").send().await.expect(200);
    assert!(sheet.header("content-type").starts_with("text/csv"));
    assert!(sheet.header("link").contains("rel=\"next\""));
    let text = sheet.body.as_str().map(str::to_owned).unwrap_or_default();
    assert!(text.starts_with("at,event,booking_id,"), "{text}");
    assert!(text.contains(&format!("capture,{booking}")), "{text}");
    // The guest's statement is empty, and the host's earnings are the host's alone.
    assert_eq!(balance(&guest.again().await).await["balances"], json!([]));
    run_schedule(&system).await;
    assert_eq!(transfers(&system).len(), 1);
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_stay_is_paid_by_the_month() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 10, 45);
    let (booking, share) = share_of(&guest, &property, dates).await;
    system.advance_to(arrival(dates) + DAY).await;
    run_schedule(&system).await;
    let first_part = transfers(&system);
    let row = balance(&host.again().await).await["balances"][0].clone();
    assert_eq!(first_part.len(), 1);
    assert_eq!(minor(&row["pending"]), share - first_part[0]);
    let next: jiff::Timestamp = row["next_release_at"].as_str().unwrap().parse().unwrap();
    assert!((28..=31).contains(&((next - DAY).duration_since(arrival(dates)).as_hours() / 24)));
    let nights = dates.check_in.checked_add(jiff::ToSpan::month(1)).unwrap().duration_since(dates.check_in);
    let nights = nights.as_hours() / 24;
    assert!(
        (first_part[0] - share * nights / 45).abs() <= 1,
        "{first_part:?} of {share} for {nights} nights"
    );
    system.advance_to(next - MINUTE).await;
    run_schedule(&system).await;
    assert_eq!(transfers(&system).len(), 1);
    system.advance_to(next).await;
    run_schedule(&system).await;
    assert_eq!(transfers(&system).iter().sum::<i64>(), share);
    assert_eq!(transfers(&system).len(), 2);
    assert_eq!(
        system
            .sql(&format!("SELECT parts_released::text FROM host_earnings WHERE booking_id = '{booking}'"))
            .await,
        [Some("2".to_owned())]
    );
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_owes_is_netted_from_the_next_payout() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let early = Dates::in_days(&guest, 10, 3);
    let late = Dates::in_days(&guest, 20, 3);
    let (one, share) = share_of(&guest, &property, early).await;
    let (_, other) = share_of(&guest, &property, late).await;
    let payment = payment_of(&guest, &one).await;
    system.advance_to(arrival(early) + DAY).await;
    run_schedule(&system).await;
    assert_eq!(transfers(&system), [share]);
    // Given back after it was paid out: 97.00 of 100.00 are the host's.
    let host = host.again().await;
    let refund = json!({ "amount": { "amount": 10_000, "currency": "USD" }, "reason": "No heating." });
    host.call("POST", &format!("/payments/{payment}/refunds/")).once().json(refund).send().await.expect(202);
    system.settle().await;
    run_schedule(&system).await;
    let owing = balance(&host).await;
    assert_eq!(minor(&owing["balances"][0]["payable"]), -9_700);
    assert_eq!(owing["holds"][0]["reason"], "negative_balance");
    ledger_holds(&system).await;
    system.advance_to(arrival(late) + DAY).await;
    run_schedule(&system).await;
    assert_eq!(transfers(&system), [share, other - 9_700]);
    let host = host.again().await;
    let payouts = host.call("GET", "/payments/payouts/").send().await.expect(200);
    assert_eq!(payouts.body["items"][0]["items"].as_array().unwrap().len(), 2);
    assert_eq!(first(&host, "payable").await, 0);
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_who_cannot_be_paid_is_told_and_paid_later() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 10, 3);
    let (_, share) = share_of(&guest, &property, dates).await;
    let provider = system.handles().stripe.handle();
    let account = provider.accounts().unwrap()[0]["id"].as_str().unwrap().to_owned();
    provider.restrict_account(&account, vec!["individual.id_number".to_owned()]).unwrap();
    system.settle().await;
    system.advance_to(arrival(dates) + DAY).await;
    run_schedule(&system).await;
    let host = host.again().await;
    assert_eq!(transfers(&system), [] as [i64; 0]);
    let held = balance(&host).await;
    assert_eq!(
        held["holds"][0],
        json!({
            "reason": "account_restricted", "amount": { "amount": share, "currency": "USD" }, "booking_id": null,
        })
    );
    provider.enable_account(&account).unwrap();
    system.settle().await;
    run_schedule(&system).await;
    assert_eq!(transfers(&system), [share]);
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_whose_answer_is_lost_is_made_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 10, 3);
    let (_, share) = share_of(&guest, &property, dates).await;
    let provider = system.handles().stripe.handle();
    let silent = ApiFault {
        kind: ApiFaultKind::TimeoutAfter(Manner::Drop),
        when: When::Next(4),
        path: "/v1/transfers".to_owned(),
    };
    system.advance_to(arrival(dates) + DAY - MINUTE).await;
    provider.set_faults(Faults { api: vec![silent], ..Faults::default() });
    system.advance_to(arrival(dates) + DAY).await;
    run_schedule(&system).await;
    assert!(system.handles().parked.count() > 0, "the step failed");
    assert_eq!(first(&host.again().await, "in_transit").await, share);
    // A day later the provider has forgotten the key: the transfer is looked up.
    system.advance(25 * 3600).await;
    system.advance(181).await;
    assert_eq!(transfers(&system), [share]);
    assert_eq!(first(&host.again().await, "paid").await, share);
    ledger_holds(&system).await;
    system.stop().await;
}
