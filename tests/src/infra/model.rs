//! The one form: a resource is its kind, what tells it apart, and the flat list of what it is given.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::snake;

/// What a resource is given, by the path of each value.
pub type Leaves = BTreeMap<String, String>;

/// All resources of a deployment, by kind and name.
pub type Resources = BTreeMap<String, Leaves>;

/// A value as a flat list: names in snake case, one element as good as a list of it, lists of texts as sets, texts that
/// hold JSON as what they hold.
pub(crate) fn flatten(value: &Value) -> Leaves {
    let mut leaves = Leaves::new();
    walk(value, "", &mut leaves);
    leaves
}

fn walk(value: &Value, path: &str, leaves: &mut Leaves) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, &below(&snake(name)), leaves);
            }
        }
        Value::Array(elements) if elements.len() == 1 => walk(&elements[0], path, leaves),
        Value::Array(elements) if elements.iter().any(Value::is_object) => {
            let mut keyed: Vec<(String, &Value)> = elements.iter().map(|each| (key(each), each)).collect();
            keyed.sort_by(|a, b| a.0.cmp(&b.0));
            for (key, element) in keyed {
                walk(element, &below(&format!("<{key}>")), leaves);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let sorted: BTreeSet<String> = elements.iter().map(scalar).collect();
            leaves.insert(path.to_owned(), sorted.into_iter().collect::<Vec<_>>().join(" | "));
        }
        Value::Array(_) | Value::Null => {}
        Value::String(text) => match held(text) {
            Some(inner) => walk(&inner, path, leaves),
            None => drop(leaves.insert(path.to_owned(), text.clone())),
        },
        other => drop(leaves.insert(path.to_owned(), scalar(other))),
    }
}

/// What tells an element from its neighbours.
fn key(element: &Value) -> String {
    let named = ["Id", "id", "Sid", "name", "Name"].iter().find_map(|name| element[*name].as_str());
    named.map_or_else(|| canonical(element), ToOwned::to_owned)
}

/// The value's text with all names in order.
fn canonical(value: &Value) -> String {
    let leaves = flatten(value).into_iter().map(|(path, leaf)| format!("{path}={leaf}"));
    leaves.collect::<Vec<_>>().join(";")
}

fn held(text: &str) -> Option<Value> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // Terraform has one kind of number, YAML two.
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        other => other.to_string(),
    }
}

/// Renames what begins with a path; `*` stands for one step.
pub(crate) fn rename(leaves: &mut Leaves, from: &str, to: &str) {
    let moved: Vec<String> = leaves.keys().filter(|path| rest(path, from).is_some()).cloned().collect();
    for path in moved {
        let Some((steps, rest)) = rest(&path, from) else { continue };
        let mut steps = steps.into_iter();
        let to: Vec<&str> =
            to.split('.').map(|step| if step == "*" { steps.next().unwrap_or(step) } else { step }).collect();
        let renamed = to.join(".") + rest;
        if let Some(leaf) = leaves.remove(&path) {
            leaves.insert(renamed, leaf);
        }
    }
}

/// The steps that the stars stand for, and what follows.
fn rest<'p>(path: &'p str, pattern: &str) -> Option<(Vec<&'p str>, &'p str)> {
    let mut rest = path;
    let mut stars = Vec::new();
    for (index, step) in pattern.split('.').enumerate() {
        if index > 0 {
            rest = rest.strip_prefix('.')?;
        }
        if step == "*" && rest.starts_with('<') {
            let end = rest.find('>')? + 1;
            stars.push(&rest[..end]);
            rest = &rest[end..];
        } else {
            rest = rest.strip_prefix(step)?;
        }
    }
    (rest.is_empty() || rest.starts_with('.')).then_some((stars, rest))
}

/// A list of names and values as an object.
pub(crate) fn named_values(list: &Value) -> Value {
    let pairs = list.as_array().into_iter().flatten();
    let pair = |pair: &Value| Some((pair["Name"].as_str()?.to_owned(), pair["Value"].clone()));
    Value::Object(pairs.filter_map(pair).collect::<Map<_, _>>())
}

/// Where two deployments differ, one line for each; nothing where they are equal.
pub fn differences(left: (&str, &Resources), right: (&str, &Resources)) -> Vec<String> {
    let names: BTreeSet<&String> = left.1.keys().chain(right.1.keys()).collect();
    let mut lines = Vec::new();
    for name in names {
        match (left.1.get(name), right.1.get(name)) {
            (Some(one), Some(other)) => {
                let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
                lines.extend(paths.into_iter().filter(|path| one.get(*path) != other.get(*path)).map(
                    |path| {
                        let say =
                            |leaves: &Leaves| leaves.get(path).map_or("nothing", String::as_str).to_owned();
                        format!("{name}: {path}: {} has {}, {} has {}", left.0, say(one), right.0, say(other))
                    },
                ));
            }
            (Some(_), None) => lines.push(format!("{name}: only {} has it", left.0)),
            _ => lines.push(format!("{name}: only {} has it", right.0)),
        }
    }
    lines
}
