//! Every operation of the description has examples, recorded from a running system.
//!
//! `UPDATE_EXAMPLES=1 cargo test --workspace examples` records them anew. That they obey their schemas is what the
//! linters of the description check.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tests::{Operation, System, document, operations};

use super::root;
use crate::world::{World, sample};

fn file() -> std::path::PathBuf {
    root().join("functions/fallback/examples.json")
}

#[test]
fn openapi_operations_have_examples() {
    let document = document();
    let mut missing = Vec::new();
    for operation in operations(&document) {
        if operation.body_schema(&document).is_some()
            && media(&operation.spec["requestBody"])["example"].is_null()
        {
            missing.push(format!("{}: the body", operation.id));
        }
        for (status, response) in successes(&operation) {
            if response["content"].is_object() && media(response)["example"].is_null() {
                missing.push(format!("{}: {status}", operation.id));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "without an example: {missing:#?}\nrecord them with\n\n    UPDATE_EXAMPLES=1 cargo test --workspace examples \
         && UPDATE_OPENAPI=1 cargo test --workspace openapi"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_recorded_when_asked_for() {
    if std::env::var_os("UPDATE_EXAMPLES").is_none_or(|value| value != "1") {
        return;
    }
    let system = System::start().await;
    let world = World::make(&system).await;
    let document = document();
    let mut all = operations(&document);
    // What is read first is not yet changed, and whoever is suspended last has said everything.
    all.sort_by_key(|operation| (operation.is_unsafe(), operation.id == "suspend_user"));
    let mut said = BTreeMap::new();
    let mut by_schema = BTreeMap::new();
    for operation in &all {
        let body = world.body(operation);
        let query = match operation.id.as_str() {
            "get_calendar" => {
                let day = |days| tests::Dates::in_days(&world.guest, days, 1).check_in;
                format!("?from={}&to={}", day(1), day(3))
            }
            "list_clusters" => "?bbox=-78,38,-76,40&zoom=9".to_owned(),
            "export_calendar" => format!("?token={}", world.calendar_token),
            "list_reviews" => format!("?property_id={}", world.property),
            _ => String::new(),
        };
        let call =
            world.call(operation, &(world.path(operation) + &query)).bearer(&world.owner(operation).token);
        let answer = match body.clone() {
            Some(body) => call.json(body),
            None if operation.is_unsafe() => call.json(json!({})),
            None => call,
        };
        let answer = answer.send().await;
        let documented = &operation.spec["responses"][answer.status.to_string()];
        if answer.status < 300 && documented["content"].is_object() && answer.body.is_object() {
            by_schema.entry(schema_of(documented)).or_insert_with(|| answer.body.clone());
        }
        if let Some(body) = body {
            said.insert(operation.id.clone(), body);
        }
    }
    let mut recorded = Map::new();
    for operation in &all {
        let mut example = Map::new();
        if let Some(body) = said.get(&operation.id) {
            example.insert("request".to_owned(), body.clone());
        }
        let mut answers = Map::new();
        for (status, response) in successes(operation).filter(|(_, response)| response["content"].is_object())
        {
            let schema = media(response)["schema"].clone();
            let (target, _) = tests::resolved(&document, &schema);
            let body = match (&target["example"], by_schema.get(&schema_of(response))) {
                (Value::Null, Some(body)) => body.clone(),
                (Value::Null, None) => sample(&document, &schema),
                (example, _) => example.clone(),
            };
            answers.insert(status.clone(), body);
        }
        if !answers.is_empty() {
            example.insert("answers".to_owned(), Value::Object(answers));
        }
        if !example.is_empty() {
            recorded.insert(operation.id.clone(), Value::Object(example));
        }
    }
    let mut names = Names { system: system.url().to_owned(), ids: BTreeMap::new() };
    let recorded = names.tidy(Value::Object(recorded));
    std::fs::write(file(), serde_json::to_string_pretty(&recorded).unwrap() + "\n").unwrap();
    system.stop().await;
}

fn successes(operation: &Operation) -> impl Iterator<Item = (&String, &Value)> {
    let responses = operation.spec["responses"].as_object().expect("responses");
    responses.iter().filter(|(status, _)| status.starts_with('2'))
}

fn media(holder: &Value) -> &Value {
    holder["content"].as_object().and_then(|all| all.values().next()).unwrap_or(&Value::Null)
}

fn schema_of(response: &Value) -> String {
    media(response)["schema"].to_string()
}

/// What differs from one recording to the next, made the same.
struct Names {
    system: String,
    ids: BTreeMap<String, String>,
}

impl Names {
    fn tidy(&mut self, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (name, self.tidy(value))).collect())
            }
            // One page's first items tell enough.
            Value::Array(items) => items.into_iter().take(3).map(|item| self.tidy(item)).collect(),
            Value::String(text) => Value::String(self.text(&text)),
            other => other,
        }
    }

    fn text(&mut self, text: &str) -> String {
        if uuid::Uuid::parse_str(text).is_ok() {
            let next = format!("0199c1a0-7c00-7000-8000-{:012}", self.ids.len() + 1);
            return self.ids.entry(text.to_owned()).or_insert(next).clone();
        }
        if text.starts_with("http://127.0.0.1") && !text.starts_with(&self.system) {
            // What was presigned has a signature, and a host that nobody reaches.
            return format!(
                "https://uploads.example.com/{}",
                text.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default()
            );
        }
        if text.ends_with("@example.test") {
            return "ada@example.com".to_owned();
        }
        text.replace(&self.system, "https://api.example.com")
    }
}
