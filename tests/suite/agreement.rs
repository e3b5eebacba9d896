//! Search, quotes and calendars are one: over random calendars a listing is found for a stay if and only if a quote for
//! the same stay succeeds, at the same price.

use futures::future::join_all;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tests::{Dates, Person, System};

/// The nights that all of it happens in.
const NIGHTS: i64 = 16;

fn cases() -> usize {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 1000 } else { 120 }
}

/// What a host says of some nights.
#[derive(Clone, Debug)]
struct Saying {
    from: i64,
    nights: i64,
    price: Option<i64>,
    min_nights: Option<i64>,
    max_nights: Option<i64>,
    closed_to_arrival: Option<bool>,
    closed_to_departure: Option<bool>,
    blocked: Option<bool>,
}

/// Something that happens to one of the listings, and a stay that is then asked for.
#[derive(Clone, Debug)]
struct Case {
    listing: usize,
    sayings: Vec<Saying>,
    /// Whether somebody takes the stay that was asked for before.
    book: bool,
    arrival: i64,
    nights: i64,
    adults: u8,
}

fn saying() -> impl Strategy<Value = Saying> {
    let few = || proptest::option::weighted(0.3, 1..5_i64);
    let flag = |weight| proptest::option::weighted(weight, any::<bool>());
    (
        0..NIGHTS,
        1..5_i64,
        proptest::option::weighted(0.4, 5_000..90_000_i64),
        few(),
        few(),
        flag(0.2),
        flag(0.2),
        flag(0.3),
    )
        .prop_map(
            |(
                from,
                nights,
                price,
                min_nights,
                max_nights,
                closed_to_arrival,
                closed_to_departure,
                blocked,
            )| Saying {
                from,
                nights,
                price,
                min_nights,
                max_nights,
                closed_to_arrival,
                closed_to_departure,
                blocked,
            },
        )
}

fn case(listings: usize) -> impl Strategy<Value = Case> {
    let sayings = proptest::collection::vec(saying(), 0..3);
    (0..listings, sayings, proptest::bool::weighted(0.15), 0..NIGHTS, 1..6_i64, 1..6_u8).prop_map(
        |(listing, sayings, book, arrival, nights, adults)| Case {
            listing,
            sayings,
            book,
            arrival,
            nights,
            adults,
        },
    )
}

impl Saying {
    fn change(&self, first: Date) -> Value {
        let from = first.checked_add(self.from.days()).unwrap();
        let mut change = json!({ "from": from, "to": from.checked_add(self.nights.days()).unwrap() });
        let members = change.as_object_mut().unwrap();
        let mut say =
            |name: &str, value: Option<Value>| _ = value.map(|value| members.insert(name.to_owned(), value));
        say("price", self.price.map(|amount| json!({ "amount": amount, "currency": "USD" })));
        say("min_nights", self.min_nights.map(Into::into));
        say("max_nights", self.max_nights.map(Into::into));
        say("closed_to_arrival", self.closed_to_arrival.map(Into::into));
        say("closed_to_departure", self.closed_to_departure.map(Into::into));
        say("blocked", self.blocked.map(Into::into));
        change
    }
}

async fn quote(guest: &Person<'_>, listing: &str, dates: Dates, adults: u8) -> (u16, Value) {
    let body =
        json!({ "check_in": dates.check_in, "check_out": dates.check_out, "guests": { "adults": adults } });
    let answer = guest.call("POST", &format!("/properties/{listing}/quotes/")).json(body).send().await;
    (answer.status, answer.body)
}

/// The host's own word for all nights: what a refused change must leave as it was.
async fn calendar(host: &Person<'_>, listing: &str, first: Date) -> Value {
    let to = first.checked_add((NIGHTS + 5).days()).unwrap();
    host.call("GET", &format!("/properties/{listing}/calendar/?from={first}&to={to}"))
        .send()
        .await
        .expect(200)
        .body
}

#[tokio::test(flavor = "multi_thread")]
async fn over_random_calendars_search_and_quotes_agree() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let first = Dates::in_days(&guest, 30, 1).check_in;
    let mut listings = Vec::new();
    for change in [
        json!({}),
        json!({ "capacity": 2, "weekend_percent": 25, "min_nights": 2 }),
        json!({ "units": 2, "max_nights": 4, "preparation_nights": 1, "booking_mode": "request",
                "discounts": { "length_of_stay": [{ "from_nights": 3, "percent": 10 }] } }),
    ] {
        listings.push(
            host.lists(|body| body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone()))
                .await,
        );
    }
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let cases_of = case(listings.len());
    let (mut offered, mut refused, mut undone) = (0, 0, 0);
    for number in 0..cases() {
        let case = cases_of.new_tree(&mut runner).unwrap().current();
        let listing = &listings[case.listing];
        if !case.sayings.is_empty() {
            let before = calendar(&host, listing, first).await;
            let changes: Vec<Value> = case.sayings.iter().map(|saying| saying.change(first)).collect();
            let path = format!("/properties/{listing}/calendar/");
            let answer = host.call("PATCH", &path).json(json!({ "changes": changes })).send().await;
            if answer.status != 200 {
                assert!([409, 422].contains(&answer.status), "{number}: {case:?}: {:#}", answer.body);
                assert_eq!(
                    calendar(&host, listing, first).await,
                    before,
                    "{number}: half a change: {case:?}"
                );
                undone += 1;
            }
        }
        let check_in = first.checked_add(case.arrival.days()).unwrap();
        let dates = Dates { check_in, check_out: check_in.checked_add(case.nights.days()).unwrap() };
        let query =
            format!("check_in={}&check_out={}&guests={}", dates.check_in, dates.check_out, case.adults);
        let path = format!("/properties/?{query}");
        let found = system.call("GET", &path).send();
        let quotes = join_all(listings.iter().map(|listing| quote(&guest, listing, dates, case.adults)));
        let (found, quotes) = tokio::join!(found, quotes);
        let found = found.expect(200);
        for (listing, (status, quote)) in listings.iter().zip(&quotes) {
            let item =
                found.body["items"].as_array().unwrap().iter().find(|item| item["id"] == listing.as_str());
            let said = format!("{number}: {query}: {quote:#}");
            assert_eq!(item.is_some(), *status == 201, "{said}");
            if let Some(item) = item {
                assert_eq!(item["total"], quote["total"], "{said}");
                offered += 1;
            } else {
                assert!([409, 422].contains(status), "{said}");
                refused += 1;
            }
        }
        if let (true, (201, quote)) = (case.book, &quotes[case.listing]) {
            guest.book(quote["id"].as_str().unwrap()).await.expect(201);
        }
    }
    assert!(
        offered > 50 && refused > 50 && undone > 0,
        "one-sided: {offered} offered, {refused} refused, {undone} undone"
    );
    assert_eq!(crate::prices::replay(&system).await, offered, "each quote can be reckoned again");
    system.stop().await;
}
