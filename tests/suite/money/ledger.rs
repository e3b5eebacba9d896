//! The ledger: what each event posts, and what the database refuses.

use serde_json::json;
use tests::{Dates, System};

use super::{accounts_of, intent_of, ledger_holds, minor, payment_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_divides_as_the_price_does_and_a_cancellation_takes_it_back() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host
        .lists(|body| {
            body["cancellation_policy"] = json!("firm");
            body["taxes"] = json!([
                { "name": "City tax", "charge": { "basis": "percent", "rate_ppm": 100_000, "of": "nights_and_fees" },
                  "included": false, "collected_by": "platform" }
            ]);
        })
        .await;
    let dates = Dates::in_days(&guest, 45, 5);
    let quote = guest.quote(&property, dates).await.expect(201);
    let booking = guest.book(&quote.text("id")).await.expect(201).text("id");
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    system.settle().await;
    let (subtotal, total) = (minor(&quote.body["subtotal"]), minor(&quote.body["total"]));
    let (payout, fee, tax) =
        (minor(&quote.body["payout"]), minor(&quote.body["guest_fee"]), minor(&quote.body["taxes"]));
    let host_fee = total - payout - fee - tax;
    assert!([subtotal, payout, fee, tax, host_fee].iter().all(|part| *part > 0), "{:#}", quote.body);
    let expected = json!({
        "provider_balance": total, "host_pending": -payout, "host_fees": -host_fee, "guest_fees": -fee,
        "taxes_payable": -tax,
    });
    assert_eq!(accounts_of(&system, &booking).await, expected);
    ledger_holds(&system).await;

    // 10 days before: half of nights and fees with the tax on it; the guest's fee is kept, the host's follows the nights.
    system.advance_to(super::arrival(dates) - jiff::SignedDuration::from_hours(10 * 24)).await;
    let guest = guest.again().await;
    let path = format!("/bookings/{booking}/cancel/");
    guest.call("POST", &path).once().json(json!({ "reason": "Plans changed." })).send().await.expect(200);
    system.settle().await;
    let half = |amount: i64| amount - amount / 2;
    let expected = json!({
        "provider_balance": total - subtotal / 2 - tax / 2, "host_pending": -half(payout),
        "host_fees": -half(host_fee), "guest_fees": -fee, "taxes_payable": -half(tax),
    });
    assert_eq!(accounts_of(&system, &booking).await, expected);
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_post_what_they_promise_and_what_becomes_of_it() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 5)).await.text("id");
    guest.pay(&booking, "pm_card_refundFail").await.expect(202);
    system.settle().await;
    let before = accounts_of(&system, &booking).await;
    let payment = payment_of(&guest, &booking).await;
    let refund = json!({ "amount": { "amount": 10_000, "currency": "USD" }, "reason": "No heating." });
    host.call("POST", &format!("/payments/{payment}/refunds/")).once().json(refund).send().await.expect(202);
    system.settle().await;
    let during = accounts_of(&system, &booking).await;
    assert_eq!(during["host_fees"].as_i64(), before["host_fees"].as_i64().map(|fee| fee + 300), "3 % of it");
    assert_eq!(during["host_pending"].as_i64(), before["host_pending"].as_i64().map(|share| share + 9_700));
    ledger_holds(&system).await;
    // The bank sends it back after a minute.
    system.advance(90).await;
    let events = "SELECT event FROM ledger_journals WHERE event LIKE 'refund%' ORDER BY at, event";
    let events: Vec<_> = system.sql(events).await.into_iter().flatten().collect();
    assert_eq!(events, ["refund", "refund_succeeded", "refund_failed", "refund_returned"]);
    assert_eq!(accounts_of(&system, &booking).await, before);
    ledger_holds(&system).await;
    system.stop().await;
}

/// A journal of our own.
const ID: &str = "00000000-0000-4000-8000-000000000001";

/// What the server says to a statement of a role.
async fn refused(system: &System, role: &str, sql: &str) -> String {
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    let said = client.batch_execute(&format!("BEGIN; SET LOCAL ROLE {role}; {sql}; COMMIT")).await;
    let error = said.expect_err(sql);
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.code().code().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_what_would_break_the_books() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    guest.stays(&property, Dates::in_days(&guest, 30, 5)).await;
    let journal = |event: &str| {
        format!(
            "INSERT INTO ledger_journals (id, event, subject, at) VALUES ('{ID}', '{event}', 'x', '2026-01-01Z')"
        )
    };
    let entry = |line: u8, amount: i64| {
        format!(
            "INSERT INTO ledger_entries (journal_id, line, account, currency, amount)
             VALUES ('{ID}', {line}, 'write_offs', 'USD', {amount})"
        )
    };
    let owner = &system.sql("SELECT current_user::text").await[0].clone().expect("a role");
    for (sql, code) in [
        (journal("capture"), "23514"),
        (format!("{}; {}", journal("capture"), entry(1, 5)), "23514"),
        (format!("{}; {}; {}", journal("capture"), entry(1, 5), entry(2, -4)), "23514"),
        (journal("gift"), "23514"),
        ("UPDATE ledger_entries SET amount = amount".to_owned(), "23001"),
        ("DELETE FROM ledger_entries".to_owned(), "23001"),
        ("TRUNCATE ledger_entries".to_owned(), "23001"),
        ("UPDATE ledger_journals SET subject = 'y'".to_owned(), "23001"),
        ("DELETE FROM ledger_journals".to_owned(), "23001"),
        (
            "INSERT INTO ledger_journals (id, event, subject, booking_id, at)
             SELECT gen_random_uuid(), event, subject, booking_id, at FROM ledger_journals"
                .to_owned(),
            "23505",
        ),
    ] {
        assert_eq!(refused(&system, owner, &sql).await, code, "{sql}");
    }
    // The functions' role may not even write what balances, nor post it by the function, nor touch what is derived.
    let post = "SELECT ledger_post('capture', 'x', NULL, 'USD', '2026-01-01Z', '[[\"write_offs\", 1], [\"host_fees\", -1]]')";
    for sql in [
        format!("{}; {}; {}", journal("capture"), entry(1, 5), entry(2, -5)),
        post.to_owned(),
        "UPDATE ledger_entries SET amount = amount".to_owned(),
        "DELETE FROM ledger_journals".to_owned(),
        "TRUNCATE ledger_entries".to_owned(),
        "UPDATE host_earnings SET payable = 1".to_owned(),
        "UPDATE payout_items SET amount = 1".to_owned(),
        "DELETE FROM payouts".to_owned(),
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL".to_owned(),
    ] {
        assert_eq!(refused(&system, "innkeep_app", &sql).await, "42501", "{sql}");
    }
    // Nor can it release what is not due.
    let early = "INSERT INTO earning_releases (booking_id, part, amount, released_at)
                 SELECT booking_id, 1, 1, updated_at FROM host_earnings";
    assert_eq!(refused(&system, "innkeep_app", early).await, "40001");
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chart_in_the_code_is_the_chart_in_the_database() {
    let system = System::start().await;
    let chart = system.sql("SELECT code FROM ledger_accounts ORDER BY code").await;
    let mut codes: Vec<_> =
        domain::ledger::Account::ALL.iter().map(|account| Some(account.code().to_owned())).collect();
    codes.sort();
    assert_eq!(chart, codes);
    let check =
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ledger_journals_event_check'";
    let check = system.sql(check).await[0].clone().expect("the constraint");
    for event in domain::ledger::JournalEvent::ALL {
        assert!(check.contains(&format!("'{event}'")), "{event} is missing in {check}");
    }
    assert_eq!(check.matches("::text").count(), domain::ledger::JournalEvent::ALL.len());
    let page = include_str!("../../../docs/ledger.md");
    for account in domain::ledger::Account::ALL {
        assert!(page.contains(&format!("`{account}`")), "{account} is missing in docs/ledger.md");
    }
    for event in domain::ledger::JournalEvent::ALL {
        assert!(page.contains(&format!("`{event}`")), "{event} is missing in docs/ledger.md");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_refunds_at_once_give_back_no_more_than_was_taken() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 5)).await;
    let payment = payment_of(&guest, &booking).await;
    let path = format!("/payments/{payment}/refunds/");
    let body =
        json!({ "amount": { "amount": 3_000, "currency": "USD" }, "reason": "A night without heating." });
    let asked = (0..100).map(|_| host.call("POST", &path).once().json(body.clone()).send());
    let answers = futures::future::join_all(asked).await;
    let taken = answers.iter().filter(|answer| answer.status == 202).count();
    for answer in answers.iter().filter(|answer| answer.status != 202) {
        assert!(matches!(answer.status, 409 | 422), "{}: {}", answer.status, answer.body);
    }
    system.settle().await;
    let paid = guest.call("GET", &format!("/payments/{payment}/")).send().await.expect(200);
    let (captured, refunded) = (minor(&paid.body["captured"]), minor(&paid.body["refunded"]));
    assert_eq!(refunded, 3_000 * i64::try_from(taken).unwrap());
    assert!(refunded <= captured && taken > 0, "{refunded} of {captured}");
    let intent = intent_of(&system, &booking).await;
    let provider = system.handles().stripe.handle().totals().unwrap().remove("usd").unwrap();
    assert_eq!((provider.captured, provider.refunded), (captured, refunded), "{intent}");
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_can_be_read_however_often_something_went_back() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 5)).await;
    let payment = payment_of(&guest, &booking).await;
    let path = format!("/payments/{payment}/refunds/");
    // Together more than a row of the Data API can be.
    let body = json!({ "amount": { "amount": 1, "currency": "USD" }, "reason": "\u{1f9ca}".repeat(500) });
    for _ in 0..4 {
        let asked = (0..10).map(|_| host.call("POST", &path).once().json(body.clone()).send());
        futures::future::join_all(asked).await.into_iter().for_each(|answer| _ = answer.expect(202));
    }
    system.settle().await;
    let read = guest.call("GET", &format!("/payments/{payment}/")).send().await.expect(200);
    assert_eq!((minor(&read.body["refunded"]), read.body["refunds"].as_array().unwrap().len()), (40, 20));
    host.call("POST", &path).once().json(body).send().await.expect(202);
    system.stop().await;
}

/// The shares that a booking's price says, as its accounts should stand.
async fn by_price(system: &System, booking: &str) -> serde_json::Value {
    let query = format!(
        "SELECT jsonb_build_object('provider_balance', priced #> '{{total,amount}}',
             'host_pending', -(priced #>> '{{payout,amount}}')::int8, 'host_fees', -(priced #>> '{{host_fee,amount}}')::int8,
             'guest_fees', -(priced #>> '{{guest_fee,amount}}')::int8)::text FROM bookings WHERE id = '{booking}'"
    );
    serde_json::from_str(system.sql(&query).await[0].as_deref().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modification_moves_the_shares_with_the_price() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&guest, 30, 5);
    let booking = guest.stays(&property, dates).await;
    assert_eq!(accounts_of(&system, &booking).await, by_price(&system, &booking).await);
    let mut totals = Vec::new();
    for nights in [7, 6] {
        let check_out = dates.check_in.checked_add(jiff::ToSpan::days(nights)).unwrap();
        let path = format!("/bookings/{booking}/modifications/");
        let wanted = json!({ "check_out": check_out });
        let proposed = guest.call("POST", &path).once().json(wanted).send().await.expect(201);
        let path = format!("{path}{}/accept/", proposed.text("id"));
        host.call("POST", &path).once().json(json!({})).send().await.expect(200);
        system.settle().await;
        let accounts = accounts_of(&system, &booking).await;
        assert_eq!(accounts, by_price(&system, &booking).await, "{nights} nights");
        totals.push(accounts["provider_balance"].as_i64().unwrap());
        ledger_holds(&system).await;
    }
    assert!(totals[0] > totals[1], "{totals:?}");
    system.stop().await;
}
