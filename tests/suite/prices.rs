//! What stays cost: seasons, promotions and their uses, currencies, and that every stored price can be reckoned again.

use domain::pricing::{PricedStay, Promotion, QuoteInput, RulesVersion};
use futures::future::join_all;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

/// Asks for a quote for two adults with a promotion's code.
async fn quote_with(guest: &Person<'_>, property: &str, dates: Dates, code: &str) -> Answer {
    let body = json!({
        "check_in": dates.check_in, "check_out": dates.check_out, "guests": { "adults": 2 }, "promo_code": code,
    });
    guest.call("POST", &format!("/properties/{property}/quotes/")).json(body).send().await
}

async fn promote(host: &Person<'_>, property: &str, body: Value) -> Answer {
    host.call("POST", &format!("/properties/{property}/promotions/")).json(body).send().await
}

/// The rules and amounts of a quote's lines.
fn lines(quote: &Answer) -> Vec<(String, i64)> {
    let line = |line: &Value| {
        (line["rule"].as_str().unwrap().to_owned(), line["amount"]["amount"].as_i64().unwrap())
    };
    quote.body["lines"].as_array().unwrap().iter().map(line).collect()
}

fn sums(quote: &Answer) {
    let sum: i64 = lines(quote).iter().map(|(_, amount)| amount).sum();
    assert_eq!(quote.body["total"]["amount"], sum, "{:#}", quote.body);
}

fn part<T: serde::de::DeserializeOwned>(row: &Value, name: &str) -> T {
    serde_json::from_value(row[name].clone()).unwrap()
}

/// Reckons every quote that the database has again, from what was stored with it.
pub(crate) async fn replay(system: &System) -> usize {
    let rows = system
        .sql(
            "SELECT jsonb_build_object('terms', terms, 'calendar', night_rules, 'rules', rules_version,
                 'stay', jsonb_build_object('check_in', check_in, 'check_out', check_out), 'guests', guests,
                 'promotion', promotion, 'now', created_at, 'priced', priced)::text
             FROM quotes",
        )
        .await;
    for row in rows.iter().flatten() {
        let row: Value = serde_json::from_str(row).unwrap();
        let (terms, calendar) = (part(&row, "terms"), part(&row, "calendar"));
        let promotion: Option<Promotion> = part(&row, "promotion");
        let rules_version: RulesVersion = part(&row, "rules");
        let again = domain::pricing::quote(&QuoteInput {
            terms: &terms,
            calendar: &calendar,
            rules_version,
            stay: part(&row, "stay"),
            guests: part(&row, "guests"),
            promotion: promotion.as_ref(),
            now: part(&row, "now"),
        })
        .unwrap();
        let stored: PricedStay = part(&row, "priced");
        assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(&stored).unwrap(), "{row:#}");
    }
    rows.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_has_its_line_and_every_quote_can_be_reckoned_again() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let dates = Dates::in_days(&guest, 40, 8);
    let night = |days: i64| dates.check_in.checked_add(days.days()).unwrap();
    let property = host
        .lists(|body| {
            body["seasons"] = json!([{ "name": "Fair week", "first_night": night(2), "last_night": night(3),
                "nightly_price": { "amount": 50_000, "currency": "USD" } }]);
            body["discounts"] = json!({ "length_of_stay": [{ "from_nights": 7, "percent": 10 }],
                "early_bird": [{ "days": 30, "percent": 5 }], "last_minute": [{ "days": 3, "percent": 20 }] });
            body["included_guests"] = json!(1);
            body["fees"] = json!([
                { "kind": "extra_guest", "charge": { "basis": "per_person_night",
                    "amount": { "amount": 1000, "currency": "USD" } } },
                { "kind": "linen", "charge": { "basis": "per_person", "amount": { "amount": 500, "currency": "USD" } } },
                { "kind": "resort", "charge": { "basis": "per_night", "amount": { "amount": 300, "currency": "USD" } } },
                { "kind": "community", "charge": { "basis": "per_stay", "amount": { "amount": 700, "currency": "USD" } } },
                { "kind": "management", "charge": { "basis": "percent", "percent": 2 } },
            ]);
            body["taxes"] = json!([{ "name": "City tax", "charge": { "basis": "percent", "rate_ppm": 100_000,
                "of": "nights_and_fees" }, "max_nights": 7, "collected_by": "platform" }]);
        })
        .await;
    let date = json!({ "changes": [{ "from": night(0), "to": night(1), "price": { "amount": 11_100, "currency": "USD" } }] });
    host.call("PATCH", &format!("/properties/{property}/calendar")).json(date).send().await.expect(200);
    let promotion = json!({ "code": "ten-off", "benefit": { "basis": "amount",
        "amount": { "amount": 1000, "currency": "USD" } }, "min_nights": 2 });
    assert_eq!(promote(&host, &property, promotion).await.expect(201).body["code"], "TEN-OFF");

    let quote = quote_with(&guest, &property, dates, "Ten-Off").await.expect(201);
    let lines = lines(&quote);
    let amount = |rule: &str| lines.iter().find(|(of, _)| of == rule).map(|(_, amount)| *amount);
    assert_eq!((amount("date_price"), amount("season_price")), (Some(11_100), Some(100_000)), "{lines:?}");
    // Five nights at 200.00, of which weekend nights cost the same here.
    let listed = 11_100 + 100_000 + 5 * 20_000;
    assert_eq!(amount("base_price"), Some(100_000), "{lines:?}");
    let left = listed - listed / 10;
    assert_eq!(amount("length_of_stay"), Some(-listed / 10));
    let early = left / 20;
    assert!((amount("early_bird").unwrap() + early).abs() <= 1, "{lines:?}");
    assert_eq!(amount("promotion"), Some(-1000));
    assert_eq!((amount("extra_guest_fee"), amount("linen_fee")), (Some(8000), Some(1000)));
    assert_eq!((amount("resort_fee"), amount("community_fee")), (Some(2400), Some(700)));
    assert!(amount("management_fee").is_some() && amount("percent_tax").is_some(), "{lines:?}");
    sums(&quote);

    // Two nights before arrival it is late, not early.
    let soon = guest.quote(&property, Dates::in_days(&guest, 2, 1)).await.expect(201);
    assert!(self::lines(&soon).iter().any(|(rule, _)| rule == "last_minute"), "{:?}", self::lines(&soon));
    sums(&soon);
    assert_eq!(replay(&system).await, 2);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn currencies_keep_their_own_minor_units() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    for (currency, label) in [("JPY", "at 12345 JPY"), ("USD", "at 123.45 USD"), ("KWD", "at 12.345 KWD")] {
        let property = host
            .lists(|body| {
                body["currency"] = json!(currency);
                body["nightly_price"] = json!({ "amount": 12_345, "currency": currency });
                body["cleaning_fee"] = json!({ "amount": 100, "currency": currency });
            })
            .await;
        let quote = guest.quote(&property, Dates::in_days(&guest, 30, 2)).await.expect(201);
        assert_eq!(quote.body["subtotal"], json!({ "amount": 24_790, "currency": currency }));
        // 14 % of 24,790 are 3,470.6.
        assert_eq!(quote.body["guest_fee"]["amount"], 3_471);
        assert!(quote.body["lines"][0]["label"].as_str().unwrap().contains(label), "{:#}", quote.body);
        sums(&quote);
    }
    assert_eq!(replay(&system).await, 3);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_is_used_as_often_as_it_may_be() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|body| body["units"] = json!(30)).await;
    let body = json!({ "code": "THREE", "benefit": { "basis": "percent", "percent": 50 }, "max_uses": 3 });
    let promotion = promote(&host, &property, body.clone()).await.expect(201).text("id");
    promote(&host, &property, body).await.refused(409, "promo_code_taken");
    let euros = json!({ "code": "EUROS", "benefit": { "basis": "amount", "amount": { "amount": 100, "currency": "EUR" } } });
    promote(&host, &property, euros).await.refused(422, "currency_mismatch");

    let guests = join_all((0..4).map(|number| system.person(["Ann", "Ben", "Cleo", "Dan"][number]))).await;
    let dates = Dates::in_days(&guests[0], 30, 2);
    quote_with(&guests[0], &property, dates, "OTHER").await.refused(422, "unknown_promo_code");
    let mut quotes = Vec::new();
    for turn in 0..12 {
        quotes.push(quote_with(&guests[turn % 4], &property, dates, "THREE").await.expect(201).text("id"));
    }
    let answers = join_all(quotes.iter().enumerate().map(|(turn, quote)| guests[turn % 4].book(quote))).await;
    let mut won = Vec::new();
    for (turn, answer) in answers.into_iter().enumerate() {
        if answer.status == 201 {
            won.push((turn % 4, answer.text("id")));
        } else {
            answer.refused(409, "promo_used_up");
        }
    }
    assert_eq!(won.len(), 3);
    let (_, claims) = system.live_claims(&property).await;
    assert_eq!(claims.len(), 3, "no unit is taken for an attempt that failed");
    quote_with(&guests[0], &property, dates, "three").await.refused(409, "promo_used_up");
    let used = async || {
        let path = format!("/properties/{property}/promotions/");
        let host = host.again().await;
        host.call("GET", &path).send().await.expect(200).body["items"][0]["used"].clone()
    };
    assert_eq!(used().await, 3);

    // One pays; the other holds run out and give their uses back.
    let (payer, kept) = &won[0];
    guests[*payer].pay(kept, "pm_card_visa").await.expect(202);
    system.settle().await;
    system.advance(15 * 60 + 1).await;
    assert_eq!(used().await, 1);
    let ann = guests[0].again().await;
    let quote = quote_with(&ann, &property, dates, "THREE").await.expect(201).text("id");

    // Taken back: the quote that stands keeps its price, a new one does not know the code.
    let path = format!("/properties/{property}/promotions/{promotion}/");
    let host = host.again().await;
    host.call("DELETE", &path).send().await.expect(204);
    host.call("DELETE", &path).send().await.refused(404, "not_found");
    quote_with(&ann, &property, dates, "THREE").await.refused(422, "unknown_promo_code");
    let booked = ann.book(&quote).await.expect(201);
    // 400.00 less half, 100.00 for cleaning, 14 %.
    assert_eq!(booked.body["total"]["amount"], 34_200);
    replay(&system).await;
    system.stop().await;
}
