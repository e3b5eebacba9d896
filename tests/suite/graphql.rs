//! The domain by GraphQL.

mod earnings;
pub(crate) mod hosting;
mod http;
mod limits;
mod persisted;
mod schema;
mod statements;
mod sweep;
pub(crate) mod talk;
pub(crate) mod writes;

use serde_json::{Value, json};
use tests::{Answer, Call};

/// Asks by `POST`.
async fn ask(call: Call, query: &str, variables: Value) -> Answer {
    call.json(json!({ "query": query, "variables": variables })).send().await
}

/// The code of the answer's first error, or an empty text.
fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}
