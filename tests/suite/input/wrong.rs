//! Wrong bodies, made from the schemas: what the description says of an input is what is tried against it.

use serde_json::{Map, Value, json};
use tests::resolved;

use crate::world::sample;

/// A body with one thing wrong.
#[derive(Debug)]
pub(super) struct Wrong {
    /// What is wrong, in words.
    pub(super) what: String,
    /// Where, as a JSON Pointer; empty for the whole.
    pub(super) pointer: String,
    /// Whether a place around or below it may be named too: what a tag chooses is read as a whole.
    pub(super) about: bool,
    pub(super) body: Value,
}

/// Walks a schema along a good body.
pub(super) struct Walk<'d> {
    pub(super) document: &'d Value,
    pub(super) good: Value,
    pub(super) found: Vec<Wrong>,
}

/// Where the walk is.
#[derive(Clone, Debug)]
struct Place {
    pointer: String,
    about: bool,
    required: bool,
}

impl<'d> Walk<'d> {
    /// All wrong bodies of a schema, one thing wrong in each.
    pub(super) fn of(document: &'d Value, schema: &Value, good: Value) -> Vec<Wrong> {
        let mut walk = Self { document, good, found: Vec::new() };
        walk.object(schema, &Place { pointer: String::new(), about: false, required: true });
        walk.found
    }

    fn wrong(&mut self, place: &Place, what: &str, value: Value) {
        let mut body = self.good.clone();
        *body.pointer_mut(&place.pointer).expect("a place in the body") = value;
        let Place { pointer, about, .. } = place.clone();
        self.found.push(Wrong { what: what.to_owned(), pointer, about, body });
    }

    fn object(&mut self, schema: &Value, place: &Place) {
        let present = self.good.pointer(&place.pointer).cloned().unwrap_or_default();
        let members = present.as_object().cloned().unwrap_or_default();
        self.wrong(place, "an array for an object", members.values().cloned().collect());
        let stray = Place { pointer: format!("{}/surprise", place.pointer), ..place.clone() };
        let mut body = self.good.clone();
        body.pointer_mut(&place.pointer).expect("an object")["surprise"] = json!(1);
        let Place { pointer, about, .. } = stray;
        self.found.push(Wrong { what: "an unknown member".to_owned(), pointer, about, body });
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties: Map<String, Value> = schema["properties"].as_object().cloned().unwrap_or_default();
        for (name, property) in &properties {
            // An amount is wrong as a whole.
            let about = place.about || properties.keys().eq(["amount", "currency"]);
            let place = Place {
                pointer: format!("{}/{name}", place.pointer),
                about,
                required: required.contains(&name.as_str()),
            };
            if place.required {
                let mut body = self.good.clone();
                body.pointer_mut(&place.pointer[..place.pointer.len() - name.len() - 1])
                    .and_then(Value::as_object_mut)
                    .expect("an object")
                    .remove(name);
                let Place { pointer, about, .. } = place.clone();
                self.found.push(Wrong { what: "absent".to_owned(), pointer, about, body });
            }
            self.value(property, &place);
        }
    }

    /// One value. Where the good body has none, it has one while the walk is there.
    fn value(&mut self, schema: &Value, place: &Place) {
        let before = self.good.clone();
        let (inner, nullable) = resolved(self.document, schema);
        let inner = inner.clone();
        let absent = self.good.pointer(&place.pointer).is_none_or(Value::is_null);
        if absent {
            let (parent, name) = place.pointer.rsplit_once('/').expect("a member");
            let value = sample(self.document, schema);
            self.good.pointer_mut(parent).expect("a parent")[name] = value;
        }
        self.types(&inner, nullable, place);
        if let Some(forms) = inner["oneOf"].as_array() {
            let place = Place { about: true, ..place.clone() };
            for form in forms.clone() {
                let form = resolved(self.document, &form).0.clone();
                *self.good.pointer_mut(&place.pointer).expect("a place") = sample(self.document, &form);
                self.object(&form, &place);
            }
        } else if inner["properties"].is_object() {
            self.object(&inner, place);
        } else {
            self.bounds(&inner, place);
        }
        self.good = before;
    }

    /// Values of every other type.
    fn types(&mut self, schema: &Value, nullable: bool, place: &Place) {
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => vec!["object"],
        };
        let others = [
            ("boolean", json!(true)),
            ("number", json!(7.5)),
            ("string", json!("\u{1f3e0}")),
            ("array", json!([true])),
            ("object", json!({ "surprise": 1 })),
        ];
        for (kind, value) in others {
            // A list for an object is tried with fitting members elsewhere; this one is of no use to anybody.
            if !kinds.contains(&kind) {
                self.wrong(place, &format!("{kind} for {kinds:?}"), value);
            }
        }
        if !nullable && place.required {
            self.wrong(place, "null", Value::Null);
        }
    }

    /// Values beyond the bounds.
    fn bounds(&mut self, schema: &Value, place: &Place) {
        let count = |name: &str| schema[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let is = |kind: &str| {
            schema["type"] == kind
                || schema["type"].as_array().is_some_and(|all| all.iter().any(|one| one == kind))
        };
        if is("string") {
            if let Some(most) = count("maxLength") {
                self.wrong(place, "too long", json!("x".repeat(most + 1)));
            }
            if count("minLength").is_some_and(|least| least > 0) {
                self.wrong(place, "empty", json!(""));
            }
            if !schema["enum"].is_null() || crate::world::chooses(schema) {
                self.wrong(place, "an unknown code", json!("no such thing"));
                self.wrong(place, "far too long", json!("x".repeat(100_000)));
            }
            match schema["format"].as_str() {
                Some("date") => {
                    for text in ["2026-02-30", "2026-13-01", "yesterday", "2026-06-01T00:00:00Z"] {
                        self.wrong(place, "no date", json!(text));
                    }
                    // A date, but not of this world: with another one it makes a range that is refused.
                    let place = Place { about: true, ..place.clone() };
                    for text in ["-000001-01-01", "+012026-06-01", "9999-12-31"] {
                        self.wrong(&place, "a far date", json!(text));
                    }
                }
                Some("uuid") => {
                    for text in ["", "1", "0199c1a0-7c00-7000-8000-00000000000g", "' OR 1=1 --"] {
                        self.wrong(place, "no id", json!(text));
                    }
                }
                _ => {}
            }
            let nul = Place { pointer: place.pointer.clone(), about: true, required: true };
            self.wrong(&nul, "U+0000", json!("a\u{0}b"));
        }
        if is("integer") || is("number") {
            if let Some(least) = schema["minimum"].as_i64() {
                self.wrong(place, "below the least", json!(least - 1));
            }
            if let Some(most) = schema["maximum"].as_i64() {
                self.wrong(place, "above the most", json!(most + 1));
            }
            for (what, number) in [("huge", i64::MAX), ("hugely negative", i64::MIN)] {
                self.wrong(place, what, json!(number));
            }
            self.wrong(place, "beyond 64 bits", json!(1e300));
        }
        if is("array") {
            let one = self.good.pointer(&format!("{}/0", place.pointer)).cloned();
            let one = one.unwrap_or_else(|| sample(self.document, &schema["items"]));
            if let Some(most) = count("maxItems") {
                self.wrong(place, "too many", Value::Array(vec![one.clone(); most + 1]));
            }
            if count("minItems").is_some_and(|least| least > 0) {
                self.wrong(place, "none", json!([]));
            }
            *self.good.pointer_mut(&place.pointer).expect("a list") = json!([one]);
            let item = Place { pointer: format!("{}/0", place.pointer), about: place.about, required: true };
            let items = schema["items"].clone();
            self.item(&items, &item);
        }
    }

    fn item(&mut self, schema: &Value, place: &Place) {
        let (inner, nullable) = resolved(self.document, schema);
        let inner = inner.clone();
        self.types(&inner, nullable, place);
        if inner["properties"].is_object() {
            self.object(&inner, place);
        } else if inner["oneOf"].is_null() {
            self.bounds(&inner, place);
        }
    }
}
