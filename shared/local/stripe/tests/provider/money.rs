//! Intents, refunds, disputes, accounts and transfers: what is allowed and what is not.

use serde_json::json;

use crate::support::{Bench, intent};

#[tokio::test]
async fn an_authorisation_is_captured_once_and_no_further() {
    let bench = Bench::new().await;
    let id = bench.authorised("pm_card_visa").await;
    let capture = format!("/v1/payment_intents/{id}/capture");

    let over = bench.caller.post(&capture, &[("amount_to_capture", "10001")], None).await;
    assert_eq!((over.status, over.code()), (400, "amount_too_large"));
    let part = bench.caller.post(&capture, &[("amount_to_capture", "9000")], None).await;
    assert_eq!((part.status, &part.body["amount_received"]), (200, &json!(9000)));
    assert_eq!(part.body["amount_capturable"], 0);
    let again = bench.caller.post(&capture, &[("amount_to_capture", "1000")], None).await;
    assert_eq!((again.status, again.code()), (400, "payment_intent_unexpected_state"));
    let cancel = bench.caller.post(&format!("/v1/payment_intents/{id}/cancel"), &[], None).await;
    assert_eq!((cancel.status, cancel.code()), (400, "payment_intent_unexpected_state"));

    assert_eq!(
        bench.event_kinds(),
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.amount_capturable_updated",
            "charge.captured",
            "payment_intent.succeeded"
        ]
    );
}

#[tokio::test]
async fn declines_are_402_with_the_intent_inside() {
    let bench = Bench::new().await;
    for (method, decline_code) in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ] {
        let answer = bench.caller.post("/v1/payment_intents", &intent(method), None).await;
        assert_eq!((answer.status, answer.kind(), answer.code()), (402, "card_error", "card_declined"));
        assert_eq!(answer.body["error"]["decline_code"], decline_code);
        assert_eq!(answer.body["error"]["payment_intent"]["status"], "requires_payment_method");
    }
    let unknown = bench.caller.post("/v1/payment_intents", &intent("pm_card_nonesuch"), None).await;
    assert_eq!((unknown.status, unknown.code()), (400, "resource_missing"));
    // What was refused before the bank was asked left nothing behind.
    assert_eq!(bench.books().intents().unwrap().len(), 2);
}

#[tokio::test]
async fn parameters_are_checked() {
    let bench = Bench::new().await;
    for (name, value, code) in [
        ("amount", "49", "amount_too_small"),
        ("amount", "100000000", "amount_too_large"),
        ("amount", "10.5", "parameter_invalid_integer"),
        ("amount", "", "parameter_missing"),
        ("currency", "USD", "parameter_invalid"),
        ("currency", "kwd", ""),
        ("confirm", "false", "parameter_missing"),
        ("colour", "red", "parameter_unknown"),
    ] {
        let mut form: Vec<(&str, &str)> =
            intent("pm_card_visa").into_iter().filter(|(known, _)| *known != name).collect();
        form.push((name, value));
        let answer = bench.caller.post("/v1/payment_intents", &form, None).await;
        assert_eq!(answer.code(), code, "{name}={value}: {}", answer.body);
    }
    let twice = [intent("pm_card_visa"), vec![("amount", "1")]].concat();
    assert_eq!(bench.caller.post("/v1/payment_intents", &twice, None).await.status, 400);
    let mut ragged = intent("pm_card_visa");
    ragged[0].1 = "12345";
    ragged[1].1 = "kwd";
    assert_eq!(bench.caller.post("/v1/payment_intents", &ragged, None).await.code(), "parameter_invalid");
}

#[tokio::test]
async fn the_key_is_required() {
    let bench = Bench::new().await;
    let url = format!("{}/v1/payment_intents", bench.provider.url());
    let raw = bench.caller.raw();
    assert_eq!(raw.get(&url).send().await.unwrap().status(), 401);
    assert_eq!(raw.get(&url).bearer_auth("sk_test_other").send().await.unwrap().status(), 401);
    assert_eq!(raw.get(&url).basic_auth(crate::support::KEY, Some("")).send().await.unwrap().status(), 200);
    let json = raw.post(&url).bearer_auth(crate::support::KEY).json(&json!({"amount": 1}));
    assert_eq!(json.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn refunds_never_exceed_what_was_captured() {
    let bench = Bench::new().await;
    let held = bench.authorised("pm_card_visa").await;
    let early = bench.caller.post("/v1/refunds", &[("payment_intent", &held)], None).await;
    assert_eq!(early.code(), "payment_intent_unexpected_state");

    let id = bench.captured("pm_card_visa").await;
    let of = |amount| vec![("payment_intent", id.as_str()), ("amount", amount)];
    assert_eq!(bench.caller.post("/v1/refunds", &of("10001"), None).await.code(), "amount_too_large");
    assert_eq!(bench.caller.post("/v1/refunds", &of("0"), None).await.status, 400);
    assert_eq!(bench.caller.post("/v1/refunds", &of("6000"), None).await.status, 200);
    assert_eq!(bench.caller.post("/v1/refunds", &of("4001"), None).await.code(), "amount_too_large");
    let rest = bench.caller.post("/v1/refunds", &[("payment_intent", &id)], None).await;
    assert_eq!(rest.body["amount"], 4000);
    assert_eq!(bench.caller.post("/v1/refunds", &of("1"), None).await.code(), "charge_already_refunded");
}

#[tokio::test]
async fn a_disputed_payment_cannot_be_refunded_until_it_is_won() {
    let bench = Bench::new().await;
    let id = bench.captured("pm_card_createDispute").await;
    let refused = bench.caller.post("/v1/refunds", &[("payment_intent", &id)], None).await;
    assert_eq!(refused.code(), "charge_disputed");
    let list = bench.caller.get(&format!("/v1/disputes?payment_intent={id}")).await;
    let dispute = list.body["data"][0].clone();
    assert_eq!((&dispute["amount"], &dispute["status"]), (&json!(10000), &json!("needs_response")));
    let balance = || bench.books().totals().unwrap()["usd"].balance();
    let fee = 290 + 30;
    assert_eq!(balance(), -fee - 1_500);

    bench.books().close_dispute(dispute["id"].as_str().unwrap(), true).unwrap();
    assert_eq!(balance(), 10_000 - fee);
    assert_eq!(bench.caller.post("/v1/refunds", &[("payment_intent", &id)], None).await.status, 200);
}

#[tokio::test]
async fn authentication_happens_on_a_page_once() {
    let bench = Bench::new().await;
    for (query, status, kind) in [
        ("", "requires_capture", "payment_intent.amount_capturable_updated"),
        ("?outcome=fail", "requires_payment_method", "payment_intent.payment_failed"),
    ] {
        let made =
            bench.caller.post("/v1/payment_intents", &intent("pm_card_authenticationRequired"), None).await;
        assert_eq!(made.body["status"], "requires_action");
        let page = made.body["next_action"]["redirect_to_url"]["url"].as_str().unwrap();
        let wrong = page.rsplit_once('/').unwrap().0.to_owned() + "/act_guessed";
        assert_eq!(bench.caller.open(&wrong).await, 404);
        assert_eq!(bench.caller.open(&format!("{page}{query}")).await, 200);
        assert_eq!(bench.caller.open(page).await, 410);
        let id = made.body["id"].as_str().unwrap();
        let after = bench.caller.get(&format!("/v1/payment_intents/{id}")).await;
        assert_eq!(after.body["status"], status);
        assert_eq!(bench.event_kinds().last().unwrap(), kind);
    }
}

#[tokio::test]
async fn only_an_onboarded_account_is_paid_and_only_from_what_is_there() {
    let bench = Bench::new().await;
    let form = [("type", "express"), ("country", "US"), ("capabilities[transfers][requested]", "true")];
    let account = bench.caller.post("/v1/accounts", &form, None).await.body;
    let id = account["id"].as_str().unwrap();
    assert_eq!(account["payouts_enabled"], false);
    bench.captured("pm_card_visa").await;

    let pay = |amount| vec![("amount", amount), ("currency", "usd"), ("destination", id)];
    let early = bench.caller.post("/v1/transfers", &pay("5000"), None).await;
    assert_eq!((early.status, early.code()), (400, "insufficient_capabilities_for_transfer"));

    let link = [
        ("account", id),
        ("type", "account_onboarding"),
        ("refresh_url", "https://stay.example/again"),
        ("return_url", "https://stay.example/done"),
    ];
    let stale = bench.caller.post("/v1/account_links", &link, None).await.body;
    bench.clock.advance_millis(300_000);
    assert_eq!(bench.caller.open(stale["url"].as_str().unwrap()).await, 410);
    let link = bench.caller.post("/v1/account_links", &link, None).await.body;
    assert_eq!(bench.caller.open(link["url"].as_str().unwrap()).await, 200);
    let enabled = bench.caller.get(&format!("/v1/accounts/{id}")).await.body;
    assert_eq!((&enabled["charges_enabled"], &enabled["payouts_enabled"]), (&json!(true), &json!(true)));
    assert_eq!(bench.event_kinds().last().unwrap(), "account.updated");

    assert_eq!(bench.caller.post("/v1/transfers", &pay("5000"), None).await.status, 200);
    let over = bench.caller.post("/v1/transfers", &pay("5001"), None).await;
    assert_eq!(over.code(), "balance_insufficient");
    bench.books().restrict_account(id, vec!["individual.id_number".to_owned()]).unwrap();
    let restricted = bench.caller.post("/v1/transfers", &pay("100"), None).await;
    assert_eq!(restricted.code(), "insufficient_capabilities_for_transfer");
}

#[tokio::test]
async fn transfers_from_a_charge_stay_within_it() {
    let bench = Bench::new().await;
    let form = [("type", "express"), ("capabilities[transfers][requested]", "true")];
    let account = bench.caller.post("/v1/accounts", &form, None).await.body;
    let account = account["id"].as_str().unwrap();
    bench.books().enable_account(account).unwrap();
    let id = bench.captured("pm_card_visa").await;
    bench.captured("pm_card_visa").await;
    let intent = bench.caller.get(&format!("/v1/payment_intents/{id}")).await.body;
    let charge = intent["latest_charge"].as_str().unwrap();
    let pay = |amount| {
        vec![
            ("amount", amount),
            ("currency", "usd"),
            ("destination", account),
            ("source_transaction", charge),
        ]
    };
    let made = bench.caller.post("/v1/transfers", &pay("9000"), None).await;
    assert_eq!(made.body["transfer_group"], "booking-1");
    assert_eq!(bench.caller.post("/v1/transfers", &pay("1001"), None).await.status, 400);
    assert_eq!(bench.caller.post("/v1/transfers", &pay("1000"), None).await.status, 200);
    let list = bench.caller.get("/v1/transfers?transfer_group=booking-1").await.body;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn every_movement_of_the_balance_is_listed_with_its_fee() {
    let bench = Bench::new().await;
    let id = bench.captured("pm_card_refundFail").await;
    let path = format!("/v1/payment_intents/{id}?expand[]=latest_charge.balance_transaction");
    let charged = bench.caller.get(&path).await.body["latest_charge"]["balance_transaction"].clone();
    assert_eq!(
        (&charged["amount"], &charged["fee"], &charged["net"]),
        (&json!(10_000), &json!(320), &json!(9_680))
    );
    bench.caller.post("/v1/refunds", &[("payment_intent", &id), ("amount", "4000")], None).await;
    bench.clock.advance_millis(61_000);
    bench.books().sweep().unwrap();
    let dispute = bench.books().open_dispute(&id, Some(1_000), "fraudulent").unwrap();
    bench.books().close_dispute(dispute["id"].as_str().unwrap(), true).unwrap();
    let form = [("type", "express"), ("capabilities[transfers][requested]", "true")];
    let account = bench.caller.post("/v1/accounts", &form, None).await.body["id"].clone();
    bench.books().enable_account(account.as_str().unwrap()).unwrap();
    let pay = [("amount", "5000"), ("currency", "usd"), ("destination", account.as_str().unwrap())];
    assert_eq!(bench.caller.post("/v1/transfers", &pay, None).await.status, 200);
    bench.books().collect_for_account(account.as_str().unwrap(), 700, "usd").unwrap();

    let list = bench.caller.get("/v1/balance_transactions?limit=100&expand[]=data.source").await.body;
    let all = list["data"].as_array().unwrap();
    let categories: Vec<_> =
        all.iter().rev().map(|one| one["reporting_category"].as_str().unwrap()).collect();
    let expected = [
        "charge",
        "refund",
        "refund_failure",
        "dispute",
        "dispute_reversal",
        "transfer",
        "connect_collection_transfer",
    ];
    assert_eq!(categories, expected);
    assert!(all.iter().rev().take(5).all(|one| one["source"]["payment_intent"] == id.as_str()), "{all:#?}");
    let net: i64 = all.iter().map(|one| one["net"].as_i64().unwrap()).sum();
    assert_eq!(net, bench.books().totals().unwrap()["usd"].balance());
    let odd = bench.caller.get("/v1/balance_transactions?expand[]=data.sauce").await;
    assert_eq!(odd.status, 400, "what cannot be expanded is refused");
}
