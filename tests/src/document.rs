//! The description of the API, as the routers give it.

use serde_json::Value;

/// One operation of the API.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name in the description.
    pub id: String,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// What the description says of it.
    pub spec: Value,
}

impl Operation {
    /// Whether it may be called without a caller.
    pub fn is_public(&self) -> bool {
        self.spec["security"].as_array().is_some_and(|ways| ways.contains(&serde_json::json!({})))
    }

    /// Whether it changes anything.
    pub fn is_unsafe(&self) -> bool {
        self.method != "GET"
    }

    /// The schema of the JSON body, without references at its top. `None` for what takes none, or anything.
    pub fn body_schema<'d>(&'d self, document: &'d Value) -> Option<&'d Value> {
        let schema = &self.spec["requestBody"]["content"]["application/json"]["schema"];
        let schema = resolved(document, schema).0;
        schema["properties"].is_object().then_some(schema)
    }

    /// Whether a body must be sent.
    pub fn requires_body(&self) -> bool {
        self.spec["requestBody"]["required"] == true
    }

    /// The parameters in the path, the query or the headers, by name.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.spec["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|parameter| parameter["in"] == place).collect()
    }

    /// Whether it refuses to work without the header.
    pub fn requires_header(&self, name: &str) -> bool {
        let named =
            |header: &&Value| header["name"].as_str().is_some_and(|text| text.eq_ignore_ascii_case(name));
        self.parameters("header").iter().any(|header| named(header) && header["required"] == true)
    }
}

/// Examples of requests and answers, as a test recorded them.
const EXAMPLES: &str = include_str!("../../functions/fallback/examples.json");

/// The description of all functions together.
///
/// # Panics
/// When it is no JSON.
pub fn document() -> Value {
    let parts = [
        users::openapi(),
        properties::openapi(),
        bookings::openapi(),
        payments::openapi(),
        reviews::openapi(),
        webhooks::openapi(),
        messages::openapi(),
        wishlists::openapi(),
        fallback::openapi(),
    ];
    let recorded = serde_json::from_str(EXAMPLES).expect("the recorded examples");
    web::openapi::document(parts, &recorded).expect("a description")
}

/// All operations of a description, in its order.
///
/// # Panics
/// When it has none.
pub fn operations(document: &Value) -> Vec<Operation> {
    const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    let paths = document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, spec) in item.as_object().expect("a path's operations") {
            assert!(METHODS.contains(&method.as_str()), "{path} has {method}");
            all.push(Operation {
                id: spec["operationId"].as_str().unwrap_or_default().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                spec: spec.clone(),
            });
        }
    }
    assert!(!all.is_empty());
    all
}

/// The schema behind references and behind a choice between it and `null`; whether `null` is allowed.
///
/// # Panics
/// When a reference leads nowhere.
pub fn resolved<'d>(document: &'d Value, schema: &'d Value) -> (&'d Value, bool) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return resolved(document, target.unwrap_or_else(|| panic!("{reference} leads nowhere")));
    }
    let is_null = |one: &&Value| one["type"] == "null";
    match schema["oneOf"].as_array() {
        Some(choice) if choice.iter().any(|one| is_null(&one)) => {
            let other = choice.iter().find(|one| !is_null(one)).expect("something beside null");
            (resolved(document, other).0, true)
        }
        _ => {
            let kinds = schema["type"].as_array();
            (schema, kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "null")))
        }
    }
}
