//! What is too much is refused before any statement runs.

use serde_json::json;
use tests::System;

use super::{ask, code};

#[tokio::test]
async fn what_is_too_much_costs_no_statement() {
    let system = System::start().await;
    let host = system.host("Lia Limit").await;
    let property = host.lists(|_| {}).await;
    let cheap = format!("cheap: property(id: \"{property}\") {{ title }}");
    let aliases = (0..31).map(|at| format!("a{at}: __typename")).collect::<Vec<_>>().join(" ");
    let ids = format!("[{}]", vec!["\"x\""; 101].join(","));
    let nested = "properties(first: 100) { nodes { bookings(first: 100) { nodes { id } } } }";
    let fields: String = (0..1001).map(|_| "__typename ").collect();
    let cases = [
        ("query_too_deep", format!("{}id{}", "{ viewer ".repeat(15) + "{", "}".repeat(16))),
        ("too_many_aliases", format!("{{ {cheap} {aliases} }}")),
        ("page_too_large", format!("{{ {cheap} properties(first: 101) {{ nodes {{ id }} }} }}")),
        ("page_too_large", format!("{{ {cheap} properties(first: 0) {{ nodes {{ id }} }} }}")),
        ("list_too_long", format!("{{ {cheap} nodes(ids: {ids}) {{ id }} }}")),
        ("query_too_costly", format!("{{ {cheap} {nested} }}")),
        ("query_too_large", format!("{{ {cheap} {fields} }}")),
        ("query_too_large", format!("{{ {cheap} }} # {}", "x".repeat(20_000))),
        ("graphql_validation_failed", format!("{{ {cheap} nowhere }}")),
    ];
    for (wanted, query) in cases {
        let before = system.statements();
        let call = host.call("POST", "/graphql/").header("accept", "application/graphql-response+json");
        let answer = ask(call, &query, json!({})).await.expect(422);
        assert_eq!((code(&answer), system.statements()), (wanted, before), "{:#}", answer.body);
    }
    let before = system.statements();
    let one = json!({ "query": format!("{{ {cheap} }}") });
    let answer = host.call("POST", "/graphql/").json(json!(vec![one.clone(); 11])).send().await.expect(422);
    assert_eq!((code(&answer), system.statements()), ("batch_too_large", before));
    // A batch shares the cost of one request.
    let half =
        json!({ "query": "{ properties(first: 100) { nodes { bookings(first: 30) { nodes { id } } } } }" });
    let answer = host.call("POST", "/graphql/").json(json!([half.clone()])).send().await.expect(200);
    assert_eq!(answer.body[0]["extensions"]["cost"]["limit"], 10_000);
    let answer = host.call("POST", "/graphql/").json(json!([half.clone(), half])).send().await.expect(294);
    assert_eq!(answer.body[1]["errors"][0]["extensions"]["code"], "query_too_costly");
    let answer = host.call("POST", "/graphql/").json(json!([one.clone(), one])).send().await.expect(200);
    assert_eq!(answer.body[1]["data"]["cheap"]["title"], answer.body[0]["data"]["cheap"]["title"]);
    system.stop().await;
}
