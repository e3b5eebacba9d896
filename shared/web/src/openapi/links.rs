//! Links between operations: what an answer names can be asked for next.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A path parameter and the JSON pointer of its value in an answer.
type Named = BTreeMap<String, String>;

/// One operation that may come next.
struct Target {
    id: String,
    /// The parameters of its path.
    takes: BTreeSet<String>,
    /// Those members of its body that are names.
    body: BTreeSet<String>,
    /// What it shows, where it shows one thing.
    shows: Option<String>,
}

/// Adds to every answer that names something new the operations that take this name.
///
/// `id` is the name of what a collection holds: the parameter that follows the collection's path. A member such as
/// `booking_id` names something else: it leads to where that is shown and to bodies that take it. What the request named
/// already leads nowhere new; nor does what an action answers, which was known before.
pub(super) fn complete(document: &mut Value) {
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let targets = targets(&paths, document);
    let mut found = Vec::new();
    for (path, method, operation) in operations(&paths) {
        let known = parameters(path);
        for status in if method == "get" { vec!["200"] } else { vec!["201", "202"] } {
            let answer = &operation["responses"][status]["content"]["application/json"]["schema"];
            let own = holds(&paths, path);
            let named = named(document, answer, own.as_deref());
            let links = links(&named, &known, own.as_deref(), &targets);
            if !links.is_empty() {
                found.push((path.to_owned(), method.to_owned(), status, links));
            }
        }
    }
    for (path, method, status, links) in found {
        document["paths"][path][method]["responses"][status]["links"] = Value::Object(links);
    }
}

fn operations(paths: &Map<String, Value>) -> impl Iterator<Item = (&str, &str, &Value)> {
    paths.iter().flat_map(|(path, item)| {
        let all = item.as_object().into_iter().flatten();
        all.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn parameters(path: &str) -> BTreeSet<String> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned).collect()
}

fn targets(paths: &Map<String, Value>, document: &Value) -> Vec<Target> {
    let targets = operations(paths).filter_map(|(path, method, operation)| {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let members = members(document, schema).into_iter().map(|(name, _)| name);
        Some(Target {
            id: operation["operationId"].as_str()?.to_owned(),
            takes: parameters(path),
            body: members.filter(|name| name.ends_with("_id")).collect(),
            shows: path
                .rsplit_once("/{")
                .filter(|_| method == "get")
                .and_then(|(_, last)| last.strip_suffix('}'))
                .map(str::to_owned),
        })
    });
    targets.collect()
}

/// The parameter that follows a collection's path.
fn holds(paths: &Map<String, Value>, collection: &str) -> Option<String> {
    paths.keys().find_map(|path| {
        let next = path.strip_prefix(collection)?.strip_prefix("/{")?;
        next.split_once('}').map(|(name, _)| name.to_owned())
    })
}

/// What an answer, or the first item of its list, names.
fn named(document: &Value, answer: &Value, id: Option<&str>) -> Named {
    let mut named = Named::new();
    for (name, schema) in members(document, answer) {
        if name == "items" {
            let first = members(document, &schema["items"]);
            note(&mut named, "/items/0", first.into_iter().map(|(name, _)| name), id);
        } else {
            note(&mut named, "", [name], id);
        }
    }
    named
}

fn note(named: &mut Named, at: &str, members: impl IntoIterator<Item = String>, id: Option<&str>) {
    for member in members {
        let name = if member == "id" { id.unwrap_or("id") } else { &member };
        if name.ends_with("_id") {
            named.insert(name.to_owned(), format!("{at}/{member}"));
        }
    }
}

/// The members of a schema, through references and compositions.
fn members(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    if let Some(reference) = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#')) {
        return document.pointer(reference).map(|schema| members(document, schema)).unwrap_or_default();
    }
    let own = schema["properties"].as_object().into_iter().flatten();
    let own = own.map(|(name, schema)| (name.clone(), schema.clone()));
    let parts = schema["allOf"].as_array().into_iter().flatten();
    own.chain(parts.flat_map(|part| members(document, part))).collect()
}

fn links(
    named: &Named,
    known: &BTreeSet<String>,
    own: Option<&str>,
    targets: &[Target],
) -> Map<String, Value> {
    let new = |name: &&String| named.contains_key(*name) && !known.contains(*name);
    let leads = |target: &Target, name: &String| own == Some(name) || target.shows.as_ref() == Some(name);
    let mut links = Map::new();
    for target in targets {
        let reachable = target.takes.iter().all(|name| named.contains_key(name) || known.contains(name));
        let body: Vec<_> = target.body.iter().filter(new).collect();
        let mut path = target.takes.iter().filter(new);
        if !reachable || (body.is_empty() && !path.any(|name| leads(target, name))) {
            continue;
        }
        let mut link = json!({"operationId": target.id});
        for name in &target.takes {
            link["parameters"][name] = match named.get(name).filter(|_| !known.contains(name)) {
                Some(pointer) => json!(format!("$response.body#{pointer}")),
                None => json!(format!("$request.path.{name}")),
            };
        }
        for name in body {
            link["requestBody"][name] = json!(format!("$response.body#{}", named[name]));
        }
        links.insert(target.id.clone(), link);
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: &str, schema: &Value) -> Value {
        json!({status: {"content": {"application/json": {"schema": schema}}}})
    }

    #[test]
    fn what_an_answer_names_can_be_asked_for() {
        let thing = json!({"$ref": "#/components/schemas/Thing"});
        let page = json!({"properties": {"items": {"items": thing}}});
        let order = json!({"content": {"application/json": {"schema": {"properties": {"thing_id": {}, "count": {}}}}}});
        let mut document = json!({
            "paths": {
                "/things": {"get": {"operationId": "list_things", "responses": answer("200", &page)}},
                "/things/{thing_id}": {"get": {"operationId": "get_thing", "responses": answer("200", &thing)}},
                "/things/{thing_id}/parts": {"post": {"operationId": "add_part", "responses": answer("201", &json!({"properties": {"id": {}}}))}},
                "/things/{thing_id}/parts/{part_id}": {"delete": {"operationId": "remove_part", "responses": {}}},
                "/orders": {"post": {"operationId": "order", "requestBody": order, "responses": {}}},
            },
            "components": {"schemas": {"Thing": {"properties": {"id": {}, "name": {}}}}},
        });
        complete(&mut document);
        let links = |path: &str, method: &str, status: &str| {
            document["paths"][path][method]["responses"][status]["links"].clone()
        };
        let listed = links("/things", "get", "200");
        assert_eq!(listed["get_thing"]["parameters"]["thing_id"], "$response.body#/items/0/id");
        assert!(listed["add_part"].is_object() && listed["remove_part"].is_null(), "{listed}");
        assert_eq!(listed["order"]["requestBody"], json!({"thing_id": "$response.body#/items/0/id"}));
        assert_eq!(
            links("/things/{thing_id}/parts", "post", "201")["remove_part"]["parameters"],
            json!({"thing_id": "$request.path.thing_id", "part_id": "$response.body#/id"}),
        );
        // The request named it already.
        assert!(links("/things/{thing_id}", "get", "200").is_null());
    }
}
