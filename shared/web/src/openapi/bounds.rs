//! Bounds of texts, numbers and lists where an annotation says none.
//!
//! Inputs say their own (a test asks for it). What is answered comes from columns and types whose bounds are known here.

use serde_json::{Map, Value, json};

/// Texts without U+0000, which no input may have and PostgreSQL does not keep.
const TEXT: &str = "^[^\\u0000]*$";
/// Stable codes.
const CODE: &str = "^[a-z][a-z0-9_]*$";
/// Minutes of a day.
const TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
/// The most characters of a text that nothing else bounds: a listing's description has as many.
const LONGEST_TEXT: u64 = 10_000;
/// The most items of a list that nothing else bounds: no page and no stay has more.
const LONGEST_LIST: u64 = 1_000;
/// Whole numbers that every JSON reader keeps exactly (RFC 8259, section 6).
const LARGEST_EXACT: i64 = 9_007_199_254_740_991;

/// Longest text and form by format.
const FORMATS: &[(&str, u64)] = &[
    ("uuid", 36),
    ("date", 10),
    ("date-time", 35),
    ("email", 254),
    ("uri", 4_096),
    ("uri-reference", 2_048),
    ("password", 256),
    ("binary", 10_000),
];

/// Longest text and form by the name of the member, parameter or header.
const NAMES: &[(&str, u64, &str)] = &[
    ("access-control-allow-origin", 2_048, TEXT),
    ("action", 64, CODE),
    ("actor", 64, CODE),
    ("allowed_actions", 64, CODE),
    ("amenities", 1_000, "^[a-z0-9_,]*$"),
    ("arrival_time", 5, TIME),
    ("booking_mode", 64, CODE),
    ("caption", 200, TEXT),
    ("check_in_time", 5, TIME),
    ("check_out_time", 5, TIME),
    ("city", 200, TEXT),
    ("code", 64, TEXT),
    ("country", 2, "^[A-Z]{2}$"),
    ("currency", 3, "^[A-Z]{3}$"),
    ("cursor", 1_024, TEXT),
    ("detail", 1_000, TEXT),
    ("etag", 66, "^\"[^\"]*\"$"),
    ("event", 64, CODE),
    ("from_state", 64, CODE),
    ("guest_names", 100, TEXT),
    ("idempotency-key", 255, "^[ -~]+$"),
    ("if-match", 66, TEXT),
    ("if-none-match", 1_024, TEXT),
    ("instance", 64, TEXT),
    ("kind", 64, CODE),
    ("label", 200, TEXT),
    ("link", 4_096, TEXT),
    ("location", 2_048, TEXT),
    ("message", 2_000, TEXT),
    ("method", 10, "^[A-Z]+$"),
    ("next_cursor", 1_024, TEXT),
    ("notes", 2_000, TEXT),
    ("pointer", 500, TEXT),
    ("policy", 64, CODE),
    ("problem", 64, CODE),
    ("property_title", 200, TEXT),
    ("reason", 1_000, TEXT),
    ("region", 200, TEXT),
    ("rule", 64, TEXT),
    ("source_ref", 100, TEXT),
    ("state", 64, CODE),
    ("stripe-signature", 4_096, TEXT),
    ("text/html", 200_000, TEXT),
    ("time_zone", 64, TEXT),
    ("title", 200, TEXT),
    ("to_state", 64, CODE),
];

/// Adds the bounds that are missing, everywhere in the document.
pub(super) fn complete(document: &mut Value) {
    walk(document, "");
}

fn walk(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            bound(members, name);
            // A parameter's or header's schema has its name.
            let own = members.get("name").and_then(Value::as_str).map(str::to_owned);
            for (member, child) in members.iter_mut() {
                match member.as_str() {
                    "example" | "examples" | "enum" | "default" | "const" | "required" => {}
                    "schema" => walk(child, own.as_deref().unwrap_or(name)),
                    "items" | "oneOf" | "anyOf" | "allOf" if !child.is_null() => walk(child, name),
                    "properties" | "headers" | "content" => each_named(child),
                    _ => walk(child, member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, name)),
        _ => {}
    }
}

fn each_named(children: &mut Value) {
    if let Value::Object(children) = children {
        children.iter_mut().for_each(|(name, child)| walk(child, name));
    }
}

fn bound(schema: &mut Map<String, Value>, name: &str) {
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let (text, integer, list) =
        (kinds.contains(&"string"), kinds.contains(&"integer"), kinds.contains(&"array"));
    if text {
        bound_text(schema, name);
    }
    if integer {
        bound_integer(schema);
    }
    if list {
        schema.entry("maxItems").or_insert(json!(LONGEST_LIST));
    }
}

fn bound_text(schema: &mut Map<String, Value>, name: &str) {
    if schema.contains_key("enum") || schema.contains_key("const") {
        return;
    }
    let format = schema.get("format").and_then(Value::as_str);
    let of_format = FORMATS.iter().find(|(known, _)| Some(*known) == format).map(|(_, most)| *most);
    let formatted = format.is_some();
    let of_name = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    let most = of_format.or(of_name.map(|(_, most, _)| *most)).unwrap_or(LONGEST_TEXT);
    schema.entry("maxLength").or_insert(json!(most));
    if !formatted {
        schema.entry("pattern").or_insert(json!(of_name.map_or(TEXT, |(.., form)| *form)));
    }
}

fn bound_integer(schema: &mut Map<String, Value>) {
    let narrow = schema.get("format").and_then(Value::as_str) == Some("int32");
    let most = if narrow { i64::from(i32::MAX) } else { LARGEST_EXACT };
    if !schema.contains_key("exclusiveMinimum") {
        schema.entry("minimum").or_insert(json!(-most));
    }
    if !schema.contains_key("exclusiveMaximum") {
        schema.entry("maximum").or_insert(json!(most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bounded_stays_and_what_is_not_gets_its_bound() {
        let mut document = json!({"properties": {
            "state": {"type": ["string", "null"]},
            "type": {"type": "string", "maxLength": 7, "pattern": "^x$"},
            "id": {"type": "string", "format": "uuid"},
            "kind": {"type": "string", "enum": ["a"]},
            "amenities": {"type": "array", "items": {"type": "string"}},
            "beds": {"type": "integer", "format": "int32", "minimum": 0},
        }});
        complete(&mut document);
        let seen = &document["properties"];
        assert_eq!(seen["state"], json!({"type": ["string", "null"], "maxLength": 64, "pattern": CODE}));
        assert_eq!(seen["type"], json!({"type": "string", "maxLength": 7, "pattern": "^x$"}));
        assert_eq!(seen["id"], json!({"type": "string", "format": "uuid", "maxLength": 36}));
        assert_eq!(seen["kind"], json!({"type": "string", "enum": ["a"]}));
        assert_eq!(seen["amenities"]["maxItems"], 1000);
        assert_eq!(seen["amenities"]["items"]["maxLength"], 1_000);
        assert_eq!(seen["beds"]["maximum"], i32::MAX);
        assert_eq!(seen["beds"]["minimum"], 0);
    }

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted_by_key(|(name, ..)| *name));
    }
}
