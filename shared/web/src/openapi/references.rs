//! References of the document: one place for each schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The generator writes the items of a generic page out in full: puts the reference back where they are a component's.
pub(super) fn restore(document: &mut Value) {
    let Some(Value::Object(schemas)) = document.pointer("/components/schemas").cloned() else { return };
    let Some(Value::Object(own)) = document.pointer_mut("/components/schemas") else { return };
    for schema in own.values_mut() {
        each_child(schema, &mut |child| refer(child, &schemas));
    }
}

fn refer(schema: &mut Value, components: &Map<String, Value>) {
    let known =
        components.iter().find(|(_, component)| schema["properties"].is_object() && *component == schema);
    match known {
        Some((name, _)) => *schema = json!({ "$ref": format!("#/components/schemas/{name}") }),
        None => each_child(schema, &mut |child| refer(child, components)),
    }
}

fn each_child(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Object(members) => members.values_mut().for_each(visit),
        Value::Array(items) => items.iter_mut().for_each(visit),
        _ => {}
    }
}

/// Removes the schemas that nothing leads to any more.
pub(super) fn forget_unused(document: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        collect(document, &mut used);
        let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return };
        let before = schemas.len();
        schemas.retain(|name, _| used.contains(name));
        if schemas.len() == before {
            return;
        }
    }
}

fn collect(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            used.extend(
                target.and_then(|text| text.strip_prefix("#/components/schemas/")).map(str::to_owned),
            );
            members.values().for_each(|member| collect(member, used));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, used)),
        _ => {}
    }
}
