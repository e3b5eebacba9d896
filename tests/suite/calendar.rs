//! The nights of a listing, and how a host changes them.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

async fn change(host: &Person<'_>, property: &str, changes: Value) -> Answer {
    let path = format!("/properties/{property}/calendar/");
    host.call("PATCH", &path).json(json!({"changes": changes})).send().await
}

async fn nights(who: &Person<'_>, property: &str, from: Date, to: Date) -> Vec<Value> {
    let path = format!("/properties/{property}/calendar/?from={from}&to={to}");
    who.call("GET", &path).send().await.expect(200).body["items"].as_array().unwrap().clone()
}

fn states(nights: &[Value]) -> Vec<&str> {
    nights.iter().map(|night| night["state"].as_str().unwrap()).collect()
}

/// Lets every hold be over, before anything has tidied up.
async fn end_holds(system: &System) {
    let ended = "UPDATE claims SET expires_at = created_at WHERE expires_at IS NOT NULL RETURNING id::text";
    assert_eq!(system.sql(ended).await.len(), 1);
}

fn day(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_night_has_an_entry_with_its_own_price_and_rules() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|body| body["weekend_percent"] = json!(10)).await;
    let start = Dates::in_days(&host, 30, 1).check_in;
    let changes = json!([
        {"from": start, "to": day(start, 10), "price": {"amount": 30000, "currency": "USD"}, "min_nights": 3},
        {"from": day(start, 2), "to": day(start, 3), "price": null, "closed_to_arrival": true, "closed_to_departure": true},
    ]);
    let answer = change(&host, &property, changes).await.expect(200);
    assert_eq!(answer.body["items"].as_array().unwrap().len(), 10);

    let seen = nights(&guest, &property, start, day(start, 11)).await;
    assert_eq!(seen.len(), 11);
    assert_eq!(
        seen[0],
        json!({
            "date": start, "state": "available", "price": {"amount": 30000, "currency": "USD"}, "min_nights": 3,
            "max_nights": 60, "closed_to_arrival": false, "closed_to_departure": false, "units_free": 1,
        })
    );
    let third = day(start, 2);
    let weekend = matches!(third.weekday(), jiff::civil::Weekday::Friday | jiff::civil::Weekday::Saturday);
    assert_eq!(
        seen[2]["price"]["amount"],
        if weekend { 22000 } else { 20000 },
        "the later word took it back"
    );
    assert_eq!((&seen[2]["closed_to_arrival"], &seen[2]["min_nights"]), (&json!(true), &json!(3)));
    assert_eq!(seen[10]["min_nights"], 1);

    let dates = |from, to| Dates { check_in: day(start, from), check_out: day(start, to) };
    guest.quote(&property, dates(2, 5)).await.refused(422, "closed_to_arrival");
    guest.quote(&property, dates(0, 2)).await.refused(422, "closed_to_departure");
    assert_eq!(
        guest.quote(&property, dates(3, 4)).await.refused(422, "min_nights").pointers(),
        ["/check_out"]
    );
    let quote = guest.quote(&property, dates(3, 6)).await.expect(201);
    assert_eq!(quote.body["nights"][0]["amount"]["amount"], 30000);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_changed_by_one_call_and_one_statement_decides() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let start = Dates::in_days(&host, 1, 1).check_in;
    let each_night: Vec<Value> = (0..365)
        .map(|at| json!({"from": day(start, at), "to": day(start, at + 1), "price": {"amount": 10000 + at, "currency": "USD"}}))
        .collect();
    change(&host, &property, json!(each_night)).await.expect(200);
    let seen = nights(&host, &property, start, day(start, 366)).await;
    assert_eq!(seen.len(), 366);
    assert!((0..365).all(|at| seen[at]["price"]["amount"] == 10000 + at));
    assert_eq!(seen[365]["price"]["amount"], 20000);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_are_split_and_joined_and_never_lie_over_a_stay() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let start = Dates::in_days(&host, 30, 1).check_in;
    let dates = |from, to| Dates { check_in: day(start, from), check_out: day(start, to) };
    let block = |from, to, blocked: bool| json!([{"from": day(start, from), "to": day(start, to), "blocked": blocked}]);
    let rows = async || {
        let query =
            "SELECT nights::text FROM claims WHERE kind = 'block' AND released_at IS NULL ORDER BY nights";
        system.sql(query).await.into_iter().flatten().collect::<Vec<_>>()
    };
    let range = |from, to| format!("[{},{})", day(start, from), day(start, to));

    change(&host, &property, block(0, 10, true)).await.expect(200);
    change(&host, &property, block(4, 6, false)).await.expect(200);
    assert_eq!(rows().await, [range(0, 4), range(6, 10)]);
    guest.quote(&property, dates(3, 5)).await.refused(409, "dates_unavailable");
    let booking = guest.stays(&property, dates(4, 6)).await;
    let seen = nights(&guest, &property, day(start, 3), day(start, 7)).await;
    assert_eq!(states(&seen), ["blocked", "booked", "booked", "blocked"]);

    let everything = json!([
        {"from": day(start, 0), "to": day(start, 1), "price": {"amount": 1, "currency": "USD"}},
        {"from": day(start, 0), "to": day(start, 12), "blocked": true},
    ]);
    let refused = change(&host, &property, everything).await.refused(409, "dates_unavailable");
    assert_eq!(refused.body["dates"], json!([day(start, 4), day(start, 5)]));
    assert_eq!(rows().await, [range(0, 4), range(6, 10)], "nothing is half-done");
    assert_eq!(nights(&host, &property, start, day(start, 1)).await[0]["price"]["amount"], 20000);

    let cancel = guest.call("POST", &format!("/bookings/{booking}/cancel/")).once();
    cancel.json(json!({"reason": "ill"})).send().await.expect(200);
    change(&host, &property, block(4, 6, true)).await.expect(200);
    assert_eq!(rows().await, [range(0, 10)], "neighbours become one");
    change(&host, &property, block(0, 10, false)).await.expect(200);
    assert!(rows().await.is_empty());
    guest.quote(&property, dates(0, 10)).await.expect(201);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_units_a_night_is_taken_when_all_are() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let (first, second) = (system.person("Gus Guest").await, system.person("Gil Guest").await);
    let property = host
        .lists(|body| {
            body["units"] = json!(2);
            body["preparation_nights"] = json!(1);
        })
        .await;
    let dates = Dates::in_days(&host, 30, 2);
    first.stays(&property, dates).await;
    let seen = async || nights(&host, &property, day(dates.check_in, -2), day(dates.check_out, 2)).await;
    assert!(states(&seen().await).iter().all(|state| *state == "available"));
    assert_eq!(seen().await[2]["units_free"], 1);

    second.holds(&property, dates).await;
    // A stay that ends on the day of arrival, or begins on the day of departure, would leave no night to prepare.
    assert_eq!(states(&seen().await), ["available", "blocked", "held", "held", "blocked", "available"]);
    first.quote(&property, dates).await.refused(409, "dates_unavailable");
    let next = Dates { check_in: dates.check_out, check_out: day(dates.check_out, 1) };
    first.quote(&property, next).await.refused(409, "dates_unavailable");

    end_holds(&system).await;
    let seen = nights(&host, &property, dates.check_in, dates.check_out).await;
    assert_eq!(states(&seen), ["available", "available"]);
    first.quote(&property, dates).await.expect(201);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_may_block_what_a_hold_that_is_over_still_covers() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&host, 30, 2);
    let hold = guest.holds(&property, dates).await;
    let block = json!([{"from": dates.check_in, "to": dates.check_out, "blocked": true}]);
    change(&host, &property, block.clone()).await.refused(409, "dates_unavailable");
    end_holds(&system).await;
    change(&host, &property, block).await.expect(200);
    assert_eq!(guest.booking(&hold.text("id")).await.body["state"], "expired");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_changes_are_named_and_another_host_finds_nothing() {
    let system = System::start().await;
    let (host, other) = (system.host("Hanna Host").await, system.person("Otto Other").await);
    let property = host.lists(|_| {}).await;
    let start = Dates::in_days(&host, 30, 1).check_in;
    let wrong = json!([
        {"from": start, "to": start},
        {"from": start, "to": day(start, 732)},
        {"from": start, "to": day(start, 1), "price": {"amount": 5, "currency": "EUR"}},
    ]);
    let refused = change(&host, &property, wrong).await.refused(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/changes/0/to", "/changes/1/to", "/changes/2/price/currency"]);
    let bounds = json!([{"from": start, "to": day(start, 1), "price": {"amount": 0, "currency": "USD"}, "min_nights": 366}]);
    let refused = change(&host, &property, bounds).await.refused(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/changes/0/price/amount", "/changes/0/min_nights"]);
    let good = json!([{"from": start, "to": day(start, 1), "blocked": true}]);
    change(&other, &property, good).await.refused(404, "not_found");
    let long = format!("/properties/{property}/calendar/?from={start}&to={}", day(start, 732));
    assert_eq!(host.call("GET", &long).send().await.expect(422).pointers(), ["?to"]);
    let past = nights(&host, &property, day(start, -40), day(start, -39)).await;
    assert_eq!(states(&past), ["past"]);
    system.stop().await;
}

/// Domits 2985: a host sees why a night is not for sale; guests see that it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_reads_why_a_night_cannot_be_booked() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let rules = |body: &mut Value| {
        body["advance_notice_hours"] = json!(48);
        body["booking_window_days"] = json!(60);
        body["preparation_nights"] = json!(1);
    };
    let property = host.lists(rules).await;
    let start = Dates::in_days(&host, 30, 1).check_in;
    let dates = |from, to| Dates { check_in: day(start, from), check_out: day(start, to) };
    guest.stays(&property, dates(0, 2)).await;
    guest.holds(&property, dates(4, 5)).await;
    let blocked = json!([
        {"from": day(start, 8), "to": day(start, 9), "blocked": true},
        {"from": day(start, 10), "to": day(start, 11), "closed_to_arrival": true},
    ]);
    change(&host, &property, blocked).await.expect(200);
    let seen = nights(&host, &property, day(start, -30), day(start, 40)).await;
    let why = |days: i64| seen[usize::try_from(days + 30).unwrap()]["why_not"].clone();
    assert_eq!(why(-30), json!(["advance_notice"]), "today");
    assert_eq!((why(0), why(1)), (json!(["booked"]), json!(["booked"])));
    assert_eq!(
        (why(2), why(3)),
        (json!(["preparation"]), json!(["preparation"])),
        "behind, and before the next"
    );
    assert_eq!(why(4), json!(["held"]));
    assert_eq!((why(8), why(10), why(12)), (json!(["blocked"]), json!(["closed_to_arrival"]), json!([])));
    assert_eq!(why(39), json!(["booking_window"]));
    assert!(
        nights(&guest, &property, start, day(start, 9)).await.iter().all(|night| night["why_not"].is_null())
    );

    // A refused quote says which nights, and to the host why.
    let refused = guest.quote(&property, dates(1, 4)).await.refused(409, "dates_unavailable");
    let nights = refused.body["nights"].as_array().unwrap();
    assert_eq!(nights[0], json!({ "date": day(start, 1), "state": "booked" }));
    assert_eq!(nights.len(), 3);
    let refused = host.quote(&property, dates(1, 4)).await.refused(409, "dates_unavailable");
    assert_eq!(refused.body["nights"][1]["why_not"], json!(["preparation"]));
    system.stop().await;
}
