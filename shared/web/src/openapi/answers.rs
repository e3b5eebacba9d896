//! What every operation and every answer of the document has.

use serde_json::{Map, Value, json};

use crate::problem::{MEDIA_TYPE, PROBLEMS, RESPONSES};

/// Headers of every answer, by their names in the document's components.
const OF_ALL: [&str; 5] =
    ["Access-Control-Allow-Origin", "Api-Version", "RateLimit", "RateLimit-Policy", "X-Request-Id"];

/// Adds what every operation may answer, the headers of answers, and who may call.
pub(super) fn complete(document: &mut Value) {
    document["components"]["headers"] = headers();
    document["servers"][0]["x-internal"] = json!(false);
    if let Some(Value::Object(responses)) = document.pointer_mut("/components/responses") {
        for (status, name, _) in RESPONSES {
            if let Some(response) = responses.get_mut(*name) {
                add_headers(response, matches!(*status, "429" | "503"));
                add_example(response, status);
            }
        }
    }
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for operation in item.values_mut().filter_map(Value::as_object_mut) {
            say_who_may(operation);
            say_conditions(operation);
            complete_responses(operation);
        }
    }
}

fn headers() -> Value {
    let text = |description: &str, example: &str, most: u64| {
        json!({"description": description,
               "schema": {"type": "string", "maxLength": most, "pattern": "^[ -~]*$", "example": example}})
    };
    json!({
        "Access-Control-Allow-Origin": text("Who else's pages may read the answer; for cross-origin requests.", "*", 2_048),
        "Api-Version": text("The dated version of the API that answered.", crate::version::CURRENT, 10),
        "RateLimit": text(
            "What is left of the policies that were used, and in how many seconds there is more \
             (draft-ietf-httpapi-ratelimit-headers).",
            "\"caller\";r=118;t=1", 200),
        "RateLimit-Policy": text("The policies: how many in how many seconds.", "\"caller\";q=120;w=60", 200),
        "X-Request-Id": text("Names this request in our logs.", "0199c1a0-7c00-7000-8000-000000000001", 64),
        "ETag": text("The version that is shown, for If-Match and If-None-Match.", "\"v3-5d41402abc4b\"", 66),
        "Retry-After": {"description": "When to come again, in seconds.",
            "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400, "example": 2}},
    })
}

fn add_headers(response: &mut Value, again: bool) {
    let Value::Object(response) = response else { return };
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    for name in OF_ALL.into_iter().chain(again.then_some("Retry-After")) {
        if headers.get(name).is_none() {
            headers[name] = json!({"$ref": format!("#/components/headers/{name}")});
        }
    }
}

/// The first problem of a status, as it is answered.
fn add_example(response: &mut Value, status: &str) {
    let Some(kind) = PROBLEMS.iter().find(|kind| kind.status.to_string() == status) else { return };
    response["content"][MEDIA_TYPE]["example"] = json!({
        "type": format!("/problems/{}", kind.code),
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": kind.explanation,
        "instance": "0199c1a0-7c00-7000-8000-000000000001",
    });
}

fn say_who_may(operation: &mut Map<String, Value>) {
    let ways = operation.get("security").and_then(Value::as_array).cloned();
    let access = match ways {
        None => "Needs an access token.",
        Some(ways) if ways.len() > 1 => "Takes an access token and works without one, too.",
        Some(_) => "Open to everybody; an access token is not looked at.",
    };
    let said = operation.get("description").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let said = if said.is_empty() { access.to_owned() } else { format!("{said}\n\n{access}") };
    operation.insert("description".to_owned(), json!(said));
}

/// What is read with a tag may be asked for on a condition; which tags there are is said in one place.
fn say_conditions(operation: &mut Map<String, Value>) {
    let text = |description: &str, form: &str, example: &str| {
        json!({"description": description,
               "schema": {"type": "string", "maxLength": 66, "pattern": form, "example": example}})
    };
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    for parameter in parameters.as_array_mut().into_iter().flatten() {
        if parameter["name"] == "If-Match" {
            let said = text("", "^(\\*|\"[!#-+\\--~]*\")$", "\"v3-5d41402abc4b\"");
            parameter["schema"] = said["schema"].clone();
        }
    }
    let tagged = !operation["responses"]["200"]["headers"]["ETag"].is_null();
    if tagged
        && operation.get("requestBody").is_none()
        && operation["operationId"].as_str().is_some_and(reads)
    {
        let known = operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "If-None-Match"));
        if !known {
            let mut parameter = text("ETags that the client has", "^[^\\u0000]*$", "\"v3-5d41402abc4b\"");
            parameter["schema"]["maxLength"] = json!(1_024);
            parameter["name"] = json!("If-None-Match");
            parameter["in"] = json!("header");
            parameter["required"] = json!(false);
            if let Some(Value::Array(all)) = operation.get_mut("parameters") {
                all.push(parameter);
            }
        }
        let tag = json!({"ETag": {"$ref": "#/components/headers/ETag"}});
        operation["responses"].as_object_mut().map(|all| {
            all.entry("304")
                .or_insert_with(|| json!({"description": "The client has it already", "headers": tag}))
        });
    }
    if operation["parameters"] == json!([]) {
        operation.remove("parameters");
    }
}

/// Operations are named by what they do.
fn reads(id: &str) -> bool {
    id.starts_with("get_") || id.starts_with("list_")
}

fn complete_responses(operation: &mut Map<String, Value>) {
    let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
    for (status, name, _) in RESPONSES {
        responses
            .entry((*status).to_owned())
            .or_insert_with(|| json!({"$ref": format!("#/components/responses/{name}")}));
    }
    for response in responses.values_mut().filter(|response| response.get("$ref").is_none()) {
        add_headers(response, false);
    }
}
