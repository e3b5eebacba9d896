//! The description of the API as the reference needs it.

use serde_json::Value;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The description, read.
pub(super) struct Description {
    document: Value,
    /// The groups, each with what it is about, in the document's order.
    pub(super) tags: Vec<(String, String)>,
    /// All operations, by path.
    pub(super) operations: Vec<Operation>,
}

/// One operation.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) tag: String,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) said: Value,
}

impl Description {
    /// Reads the document that the functions serve.
    pub(super) fn read() -> Self {
        // The committed file; a broken one shows as an empty reference, which a test would see.
        let document: Value = serde_json::from_str(fallback::OPENAPI).unwrap_or_default();
        let tags =
            list(&document["tags"]).map(|tag| (text(&tag["name"]), text(&tag["description"]))).collect();
        let mut operations = Vec::new();
        for (path, item) in members(&document["paths"]) {
            for method in METHODS {
                let said = &item[method];
                if said.is_object() {
                    operations.push(Operation {
                        id: text(&said["operationId"]),
                        tag: text(&said["tags"][0]),
                        method,
                        path: path.clone(),
                        said: said.clone(),
                    });
                }
            }
        }
        Self { document, tags, operations }
    }

    /// What the API is.
    pub(super) fn about(&self) -> &str {
        self.document["info"]["description"].as_str().unwrap_or_default()
    }

    /// The operations of a group.
    pub(super) fn of(&self, tag: &str) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(move |operation| operation.tag == tag)
    }

    /// What `value` is, or what it refers to, with the name it was referred to by.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> (&'a Value, Option<&'a str>) {
        let Some(reference) = value["$ref"].as_str() else { return (value, None) };
        let found = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
        (found.unwrap_or(&Value::Null), reference.rsplit('/').next())
    }
}

impl Operation {
    /// What it does, in one line.
    pub(super) fn title(&self) -> &str {
        self.said["summary"].as_str().unwrap_or(&self.id).trim_end_matches('.')
    }

    /// Whether anybody may call it.
    pub(super) fn is_public(&self) -> bool {
        list(&self.said["security"]).any(|scheme| scheme.as_object().is_some_and(serde_json::Map::is_empty))
    }

    /// Whether all words stand somewhere in its method, path, name or texts.
    pub(super) fn holds(&self, words: &str) -> bool {
        let description = self.said["description"].as_str().unwrap_or_default();
        let all = format!("{} {} {} {} {description}", self.method, self.path, self.id, self.title())
            .to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

/// The elements of a list; none of anything else.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The members of an object; none of anything else.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A text; nothing of anything else.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
