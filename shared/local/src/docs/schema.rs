//! What a value looks like, in words and as a tree of members.

use maud::{Markup, html};
use serde_json::Value;

use super::description::{Description, list, members};
use super::text;

/// How deep members of members are laid out; what refers to itself ends here too.
const DEPTH: usize = 6;

/// The members of a body: names, kinds, bounds and meanings.
pub(super) fn tree(description: &Description, schema: &Value) -> Markup {
    level(description, schema, DEPTH)
}

fn level(description: &Description, schema: &Value, depth: usize) -> Markup {
    let (schema, _) = description.resolve(schema);
    let branches: Vec<&Value> = ["oneOf", "anyOf", "allOf"]
        .iter()
        .flat_map(|kind| list(&schema[*kind]))
        .filter(|branch| !is_null(branch))
        .collect();
    html! {
        @if depth > 0 {
            @if schema["items"].is_object() { (level(description, &schema["items"], depth)) }
            @if members(&schema["properties"]).next().is_some() { (all_members(description, schema, depth)) }
            @if branches.len() == 1 { (level(description, branches[0], depth)) }
            @else if !branches.is_empty() {
                @for branch in branches {
                    @if has_members(description, branch) {
                        details { summary { "As " (kind(description, branch)) } (level(description, branch, depth - 1)) }
                    }
                }
            }
        }
    }
}

fn all_members(description: &Description, schema: &Value, depth: usize) -> Markup {
    let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
    html! {
        ul.members {
            @for (name, member) in members(&schema["properties"]) {
                li {
                    (entry(description, name, member, required.contains(&name.as_str())))
                    @if depth > 1 && has_members(description, member) {
                        details {
                            summary { "Members of " code { (name) } }
                            (level(description, member, depth - 1))
                        }
                    }
                }
            }
        }
    }
}

/// One named value.
pub(super) fn entry(description: &Description, name: &str, schema: &Value, required: bool) -> Markup {
    let about = about(description, schema);
    html! {
        span.member {
            code.name { (name) }
            span.kind { (kind(description, schema)) }
            @if required { span.required { "required" } }
        }
        @if !about.is_empty() { p { (text::line(about)) } }
    }
}

fn about<'a>(description: &'a Description, schema: &'a Value) -> &'a str {
    let own = schema["description"].as_str();
    own.or_else(|| description.resolve(schema).0["description"].as_str()).unwrap_or_default()
}

fn has_members(description: &Description, schema: &Value) -> bool {
    let (schema, _) = description.resolve(schema);
    members(&schema["properties"]).next().is_some()
        || schema["items"].is_object() && has_members(description, &schema["items"])
        || ["oneOf", "anyOf", "allOf"]
            .iter()
            .flat_map(|kind| list(&schema[*kind]))
            .any(|branch| has_members(description, branch))
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

/// `text, 1 to 120 characters`; `list of Photo, at most 20`; `one of “a”, “b”`.
pub(super) fn kind(description: &Description, schema: &Value) -> String {
    let (resolved, name) = description.resolve(schema);
    let (least, most, unit) = bounds(resolved);
    let bounds = match (least, most) {
        (Some(least), Some(most)) if least == most => format!(", {least}{unit}"),
        (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (None, None) => String::new(),
    };
    let absent = resolved.get("default").map(|default| format!(", {default} if absent")).unwrap_or_default();
    format!("{}{bounds}{absent}", base(description, resolved, name))
}

fn base(description: &Description, schema: &Value, name: Option<&str>) -> String {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| value.to_string().replace('"', "")).collect();
        return format!("one of {}", values.join(", "));
    }
    let branches: Vec<&Value> =
        ["oneOf", "anyOf", "allOf"].iter().flat_map(|kind| list(&schema[*kind])).collect();
    if !branches.is_empty() {
        let names: Vec<String> = branches.iter().map(|branch| kind(description, branch)).collect();
        return names.join(" or ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        many => list(many).filter_map(Value::as_str).collect(),
    };
    let words: Vec<String> = types.iter().map(|kind| word(description, schema, kind, name)).collect();
    if words.is_empty() { "any value".to_owned() } else { words.join(" or ") }
}

fn word(description: &Description, schema: &Value, kind: &str, name: Option<&str>) -> String {
    match (kind, schema["format"].as_str()) {
        ("array", _) => format!("list of {}", self::kind(description, &schema["items"])),
        ("object", _) => name.unwrap_or("object").to_owned(),
        ("string", Some("uuid")) => "id (UUID)".to_owned(),
        ("string", Some("date")) => "date".to_owned(),
        ("string", Some("date-time")) => "instant".to_owned(),
        ("string", Some(format)) => format.to_owned(),
        ("string", None) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// The bounds that say something: an id's length does not.
fn bounds(schema: &Value) -> (Option<String>, Option<String>, &'static str) {
    let number = |name: &str| schema.get(name).map(ToString::to_string);
    if schema["format"].is_string() && schema["type"] == "string" {
        return (None, None, "");
    }
    if schema.get("minItems").or(schema.get("maxItems")).is_some() {
        return (number("minItems").filter(|least| least != "0"), number("maxItems"), " items");
    }
    if schema.get("minLength").or(schema.get("maxLength")).is_some() && schema["enum"].is_null() {
        return (number("minLength").filter(|least| least != "0"), number("maxLength"), " characters");
    }
    (number("minimum"), number("maximum"), "")
}
