//! Lists and search.

use serde_json::Value;

use crate::support::{Bench, intent};

fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|object| object["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_are_newest_first_and_complete() {
    let bench = Bench::new().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, bench.authorised("pm_card_visa").await);
        bench.clock.advance_millis(1000);
    }
    let first = bench.caller.get("/v1/payment_intents?limit=2").await.body;
    assert_eq!((ids(&first), first["has_more"].as_bool()), (vec![made[0].as_str(), &made[1]], Some(true)));
    let rest =
        bench.caller.get(&format!("/v1/payment_intents?limit=3&starting_after={}", made[1])).await.body;
    assert_eq!(
        (ids(&rest), rest["has_more"].as_bool()),
        (vec![made[2].as_str(), &made[3], &made[4]], Some(false))
    );
    let back = bench.caller.get(&format!("/v1/payment_intents?limit=1&ending_before={}", made[2])).await.body;
    assert_eq!(ids(&back), [&made[1]]);

    let created = bench.books().intents().unwrap()[2]["created"].as_i64().unwrap();
    let window = bench
        .caller
        .get(&format!("/v1/payment_intents?created[gte]={created}&created[lt]={}", created + 2))
        .await;
    assert_eq!(ids(&window.body), [&made[1], &made[2]]);
    assert_eq!(bench.caller.get("/v1/payment_intents?limit=101").await.status, 400);
    assert_eq!(
        bench.caller.get("/v1/payment_intents?starting_after=pi_none").await.code(),
        "resource_missing"
    );
}

#[tokio::test]
async fn events_are_listed_by_kind() {
    let bench = Bench::new().await;
    bench.captured("pm_card_visa").await;
    let page =
        bench.caller.get("/v1/events?types[]=payment_intent.succeeded&types[]=charge.captured").await.body;
    let kinds: Vec<&str> =
        page["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["payment_intent.succeeded", "charge.captured"]);
}

#[tokio::test]
async fn the_search_lags_behind() {
    let bench = Bench::new().await;
    let id = bench.authorised("pm_card_visa").await;
    let mut other = intent("pm_card_visa");
    other[7].1 = "p-2";
    bench.caller.post("/v1/payment_intents", &other, None).await;
    let query = "/v1/payment_intents/search?query=metadata%5B%27payment_id%27%5D%3A%27p-1%27";
    assert!(ids(&bench.caller.get(query).await.body).is_empty());
    bench.clock.advance_millis(60_000);
    assert_eq!(ids(&bench.caller.get(query).await.body), [&id]);
    assert_eq!(bench.caller.get("/v1/payment_intents/search?query=nonsense").await.status, 400);
}
