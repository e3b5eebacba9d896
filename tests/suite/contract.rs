//! The committed description of the API says what the routers say, and every kind of problem has its page.

mod codes;
mod examples;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::{document, operations, resolved};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a parent folder").to_owned()
}

#[test]
fn openapi_json_is_what_the_routers_say() {
    let file = root().join("functions/fallback/openapi.json");
    let text = web::openapi::to_pretty_json(&document()).unwrap();
    if std::env::var_os("UPDATE_OPENAPI").is_some_and(|value| value == "1") {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = text.lines().zip(committed.lines()).enumerate().find(|(_, (new, old))| new != old);
    assert!(
        text == committed,
        "functions/fallback/openapi.json is not what the routers say; renew it with\n\n    \
         UPDATE_OPENAPI=1 cargo test --workspace openapi\n\nThe first difference: {differs:?}"
    );
}

#[test]
fn openapi_operations_are_complete() {
    let document = document();
    let mut names = BTreeSet::new();
    for operation in operations(&document) {
        let name = format!("{} {}", operation.method, operation.path);
        assert!(!operation.id.is_empty(), "{name} has no operation_id");
        assert!(names.insert(operation.id.clone()), "two operations are named {}", operation.id);
        let summary = operation.spec["summary"].as_str().unwrap_or_default();
        assert!(!summary.is_empty(), "{name} has no summary");
        assert!(operation.path == "/" || !operation.path.ends_with('/'), "{name} ends in a slash");
        let tag = operation.spec["tags"][0].as_str().unwrap_or_default();
        let known =
            document["tags"].as_array().is_some_and(|tags| tags.iter().any(|known| known["name"] == tag));
        assert!(known, "{name} has the unknown tag {tag:?}");
        // A caller's token, none at all, or either.
        let security = &operation.spec["security"];
        let either = json!([{ "bearer": [] }, {}]);
        assert!(
            security.is_null() || *security == json!([{}]) || *security == either,
            "{name} has a security of its own: {security}"
        );
        let responses = operation.spec["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name} never succeeds");
        // What reads nothing of the request has nothing to refuse.
        let reads = !operation.spec["parameters"].is_null() || !operation.spec["requestBody"].is_null();
        if reads || !operation.is_public() {
            for status in ["404", "500"] {
                let problem = document.pointer(&target(&responses[status])).unwrap_or(&Value::Null);
                assert!(
                    problem["content"]["application/problem+json"].is_object(),
                    "{name} has no problem document for {status}"
                );
            }
        }
        for braces in operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let parameters = operation.parameters("path");
            assert!(
                parameters.iter().any(|parameter| parameter["name"] == braces),
                "{name}: {braces} is not described"
            );
        }
    }
}

#[test]
fn openapi_inputs_are_closed_and_bounded() {
    let document = document();
    let mut loose = BTreeSet::new();
    for operation in operations(&document) {
        // Headers are bounded by the gateway.
        for parameter in operation.parameters("query") {
            let place = format!("{} ?{}", operation.id, parameter["name"].as_str().unwrap_or_default());
            bounded(&document, &parameter["schema"], &place, &mut loose);
        }
        if let Some(schema) = operation.body_schema(&document) {
            bounded(&document, schema, &operation.id, &mut loose);
        }
    }
    assert!(loose.is_empty(), "without bounds: {loose:#?}");
}

/// Notes every text, list or number of a schema that has no bounds, and every object that takes unknown members.
fn bounded(document: &Value, schema: &Value, place: &str, loose: &mut BTreeSet<String>) {
    let (schema, _) = resolved(document, schema);
    for some in ["oneOf", "anyOf", "allOf"].iter().filter_map(|kind| schema[*kind].as_array()).flatten() {
        bounded(document, some, place, loose);
    }
    let is = |kind: &str| {
        schema["type"] == kind
            || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    let has = |names: &[&str]| names.iter().any(|name| !schema[*name].is_null());
    if is("object") {
        // The generator does not say it of a choice by a tag; that its forms are closed is tried over HTTP.
        let tagged = schema["properties"].as_object().is_some_and(|all| all.values().any(is_tag));
        if schema["additionalProperties"] != false && !has(&["maxProperties"]) && !tagged {
            loose.insert(format!("{place}: takes unknown members"));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            bounded(document, property, &format!("{place}/{name}"), loose);
        }
    }
    if is("array") {
        if !has(&["maxItems"]) {
            loose.insert(format!("{place}: a list without maxItems"));
        }
        bounded(document, &schema["items"], &format!("{place}/-"), loose);
    }
    if is("string") && !has(&["maxLength", "enum", "format", "pattern", "const"]) {
        loose.insert(format!("{place}: a text without maxLength"));
    }
    if (is("integer") || is("number")) && !(has(&["maximum"]) && has(&["minimum", "exclusiveMinimum"])) {
        loose.insert(format!("{place}: a number without minimum and maximum"));
    }
}

/// Whether a member has one value only.
fn is_tag(member: &Value) -> bool {
    member["enum"].as_array().is_some_and(|values| values.len() == 1)
}

/// Where a reference leads, as a JSON Pointer.
fn target(schema: &Value) -> String {
    schema["$ref"].as_str().unwrap_or_default().trim_start_matches('#').to_owned()
}
