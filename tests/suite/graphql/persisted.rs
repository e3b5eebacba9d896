//! Documents that are named by their digest.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{Answer, System};

use super::code;

const QUERY: &str = "query Places($first: Int) { properties(first: $first) { nodes { title } } }";

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

async fn send(system: &System, query: Option<&str>, named: Value) -> Answer {
    let mut body = json!({ "variables": { "first": 3 }, "extensions": { "persistedQuery": named } });
    if let Some(query) = query {
        body["query"] = json!(query);
    }
    system.call("POST", "/graphql/").json(body).send().await
}

#[tokio::test]
async fn a_document_is_sent_once() {
    let system = System::start().await;
    let named = json!({ "version": 1, "sha256Hash": digest(QUERY) });
    let unknown = send(&system, None, named.clone()).await;
    assert_eq!(code(&unknown), "persisted_query_not_found");
    // What clients of this protocol look for.
    assert_eq!(unknown.body["errors"][0]["message"], "PersistedQueryNotFound");
    let whole = send(&system, Some(QUERY), named.clone()).await;
    assert!(whole.body["data"]["properties"]["nodes"].is_array(), "{:#}", whole.body);
    let short = send(&system, None, named.clone()).await;
    assert_eq!(short.body["data"], whole.body["data"]);
    // By GET as well, where an answer may be kept on its way.
    let extensions = json!({ "persistedQuery": named }).to_string();
    let encoded = extensions.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let got = system.call("GET", &format!("/graphql/?extensions={encoded}")).send().await.expect(200);
    assert!(got.body["data"]["properties"]["nodes"].is_array(), "{:#}", got.body);
    system.stop().await;
}

#[tokio::test]
async fn a_wrong_digest_is_refused_and_a_bad_document_is_not_kept() {
    let system = System::start().await;
    let other = json!({ "version": 1, "sha256Hash": digest("{ viewer { email } }") });
    assert_eq!(code(&send(&system, Some(QUERY), other).await), "persisted_query_mismatch");
    for unsupported in
        [json!({ "version": 2, "sha256Hash": digest(QUERY) }), json!({ "version": 1, "sha256Hash": "x" })]
    {
        assert_eq!(code(&send(&system, Some(QUERY), unsupported).await), "persisted_query_not_supported");
    }
    let bad = "{ nowhere }";
    let named = json!({ "version": 1, "sha256Hash": digest(bad) });
    for query in [Some(bad), Some(bad), None] {
        let wanted = if query.is_some() { "graphql_validation_failed" } else { "persisted_query_not_found" };
        let body = match query {
            Some(query) => json!({ "query": query, "extensions": { "persistedQuery": named } }),
            None => json!({ "extensions": { "persistedQuery": named } }),
        };
        let answer = system.call("POST", "/graphql/").json(body).send().await.expect(422);
        assert_eq!(code(&answer), wanted, "{:#}", answer.body);
    }
    system.stop().await;
}
