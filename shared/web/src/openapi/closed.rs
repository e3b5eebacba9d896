//! Every object that a client sends is closed: an unknown member is refused. The generator says so of structs and is
//! silent of the forms of a choice.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Closes what the bodies of requests lead to.
pub(super) fn complete(document: &mut Value) {
    let mut open = Vec::new();
    for item in document["paths"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        for operation in item.as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
            if let Some(body) = operation.pointer_mut("/requestBody/content/application~1json/schema") {
                close(body, &mut open);
            }
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let schema = document.pointer_mut(&format!("/components/schemas/{name}"));
        if let Some(schema) = schema.filter(|_| seen.insert(name)) {
            close(schema, &mut open);
        }
    }
}

/// Closes a schema and what stands in it; what it refers to is noted.
fn close(schema: &mut Value, open: &mut Vec<String>) {
    let Value::Object(members) = schema else { return };
    let reference = members.get("$ref").and_then(Value::as_str);
    open.extend(reference.and_then(|text| text.rsplit('/').next()).map(str::to_owned));
    if members.contains_key("properties") && !members.contains_key("allOf") {
        members.entry("additionalProperties").or_insert(json!(false));
    }
    for (name, member) in members.iter_mut() {
        match (name.as_str(), member) {
            ("properties", Value::Object(all)) => all.values_mut().for_each(|one| close(one, open)),
            ("oneOf" | "anyOf", Value::Array(all)) => all.iter_mut().for_each(|one| close(one, open)),
            ("items", one) => close(one, open),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_choice_are_closed_wherever_a_body_leads_to_them() {
        let form = json!({"type": "object", "properties": {"basis": {"type": "string"}}});
        let body = json!({"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}});
        let mut document = json!({
            "paths": {"/a": {"post": body, "get": {}}},
            "components": {"schemas": {
                "A": {"properties": {"charges": {"items": {"$ref": "#/components/schemas/B"}}}, "additionalProperties": false},
                "B": {"oneOf": [form]}, "Answer": form,
            }},
        });
        complete(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["B"]["oneOf"][0]["additionalProperties"], false);
        assert!(schemas["Answer"].get("additionalProperties").is_none());
        assert!(document["paths"]["/a"]["get"].get("requestBody").is_none());
    }
}
