//! Receipts and credit notes: numbered without gaps, sent to the guest.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Dates, Person, System};

use super::payment_of;

async fn issued(who: &Person<'_>, payment: &str) -> Vec<Value> {
    let answer = who.call("GET", &format!("/payments/{payment}/receipts/")).send().await.expect(200);
    answer.body["items"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_payment_has_a_receipt_and_each_refund_a_credit_note() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 5)).await.text("id");
    guest.pay(&booking, "pm_card_refundFail").await.expect(202);
    system.settle().await;
    let payment = payment_of(&guest, &booking).await;
    let first = issued(&guest, &payment).await;
    assert_eq!((first.len(), &first[0]["kind"], &first[0]["number"]), (1, &json!("receipt"), &json!(1)));
    let lines = first[0]["lines"].as_array().unwrap();
    let sum: i64 = lines.iter().map(|line| line["amount"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(first[0]["amount"]["amount"], sum);
    assert_eq!(issued(&host, &payment).await, first);
    let body = json!({ "amount": { "amount": 5_000, "currency": "USD" }, "reason": "No heating." });
    host.call("POST", &format!("/payments/{payment}/refunds/")).once().json(body).send().await.expect(202);
    system.settle().await;
    // The bank sends it back after a minute.
    system.advance(90).await;
    let all = issued(&guest, &payment).await;
    let kinds: Vec<_> =
        all.iter().map(|one| (one["kind"].clone(), one["number"].clone(), one["corrects"].clone())).collect();
    let expected = [
        (json!("receipt"), json!(1), Value::Null),
        (json!("credit_note"), json!(2), json!(1)),
        (json!("receipt"), json!(3), json!(2)),
    ];
    assert_eq!(kinds, expected);
    system.advance(61).await;
    let mails = system.mails(&guest.email).await;
    let about = |words: &str| {
        mails.iter().filter(|mail| mail["subject"].as_str().unwrap().starts_with(words)).count()
    };
    assert_eq!((about("Receipt 1 "), about("Credit note 2 "), about("Receipt 3 ")), (1, 1, 1));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_and_no_doubles_however_many_pay_at_once() {
    let system = System::start().await;
    let (host, other) = (system.host("Hanna Host").await, system.host("Otto Other").await);
    let guest = system.person("Gus").await;
    let (one, two) = (host.lists(|_| {}).await, other.lists(|_| {}).await);
    let mut bookings = Vec::new();
    for place in 0..16 {
        let property = if place % 4 == 0 { &two } else { &one };
        bookings.push(guest.holds(property, Dates::in_days(&guest, 30 + 3 * place, 3)).await.text("id"));
    }
    let cards = ["pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"];
    let paid = bookings.iter().zip(cards.iter().cycle()).map(|(booking, card)| guest.pay(booking, card));
    join_all(paid).await.into_iter().for_each(|answer| _ = answer.expect(202));
    system.settle().await;
    let gaps = "SELECT issuer::text FROM receipts GROUP BY issuer HAVING max(number) <> count(*) OR min(number) <> 1";
    assert_eq!(system.sql(gaps).await, []);
    let counts = system.sql("SELECT count(*)::text FROM receipts GROUP BY issuer").await;
    assert_eq!(counts.len(), 2, "each host has numbers of its own");
    let captured = system.sql("SELECT count(*)::text FROM payments WHERE state = 'captured'").await;
    assert_eq!(captured, system.sql("SELECT count(*)::text FROM receipts").await);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_taken_and_given_back_is_the_next_one() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|body| body["booking_mode"] = json!("request")).await;
    let mut asked = Vec::new();
    for place in 0..3 {
        let booking = guest.holds(&property, Dates::in_days(&guest, 30 + 3 * place, 3)).await.text("id");
        guest.pay(&booking, "pm_card_visa").await.expect(202);
        asked.push(booking);
    }
    system.settle().await;
    let accept = |booking: &str| {
        host.call("POST", &format!("/bookings/{booking}/accept/")).once().json(json!({})).send()
    };
    accept(&asked[0]).await.expect(200);
    system.settle().await;
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    // Somebody takes number 2 and does not commit.
    let take = format!(
        "BEGIN; UPDATE payments SET state = 'captured', captured = amount WHERE booking_id = '{}'",
        asked[1]
    );
    client.batch_execute(&take).await.unwrap();
    accept(&asked[2]).await.expect(200);
    let waiting = "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while system.sql(waiting).await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "nobody waits for the number");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    client.batch_execute("ROLLBACK").await.unwrap();
    system.settle().await;
    accept(&asked[1]).await.expect(200);
    system.settle().await;
    let numbers = "SELECT number || ' ' || (booking_id = '{}') FROM receipts ORDER BY number";
    let numbers = system.sql(&numbers.replace("{}", &asked[2])).await;
    assert_eq!(numbers, ["1 false", "2 true", "3 false"].map(|row| Some(row.to_owned())));
    system.advance(61).await;
    let mails = system.mails(&guest.email).await;
    let receipt =
        mails.iter().find(|mail| mail["subject"].as_str().unwrap().starts_with("Receipt 2 ")).unwrap();
    let html = receipt["html"].as_str().unwrap();
    assert!(
        html.contains("<table") && html.contains("scope=\"row\"") && html.contains("Hanna Host"),
        "{html}"
    );
    assert!(receipt["text"].as_str().unwrap().contains("\nSum: "), "{receipt:#}");
    system.stop().await;
}
