//! What a well-formed request asks for.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use web::Problem;

/// How many operations one body may hold.
const MAX_BATCH: usize = 10;

/// One operation that is asked for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Asked {
    /// The document; absent where it is meant by its digest.
    pub(crate) query: Option<String>,
    /// Which of its operations.
    pub(crate) operation_name: Option<String>,
    /// The variables' values.
    pub(crate) variables: Map<String, Value>,
    /// What else was said.
    pub(crate) extensions: Map<String, Value>,
}

/// A body.
#[derive(Debug, PartialEq)]
pub(crate) enum Body {
    /// An object.
    One(Asked),
    /// A list of them.
    Many(Vec<Asked>),
}

/// Refuses bodies that are not JSON in UTF-8, by their header.
pub(crate) fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_json && is_utf8 {
        return Ok(());
    }
    let detail = "Send the body as Content-Type: application/json, in UTF-8.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail).not_started())
}

/// The operation in a query string. An empty parameter is none; unknown ones are passed over.
pub(crate) fn of_query(query: &str) -> Result<Asked, Problem> {
    let mut object = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() || object.contains_key(&*name) {
            continue;
        }
        let value = match &*name {
            "query" | "operationName" => Value::String(value.into_owned()),
            "variables" | "extensions" => serde_json::from_str(&value)
                .map_err(|_| malformed(&format!("The parameter {name} is no JSON.")))?,
            _ => continue,
        };
        object.insert(name.into_owned(), value);
    }
    asked(object)
}

/// The operations in a body of JSON.
pub(crate) fn of_json(bytes: &[u8]) -> Result<Body, Problem> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| no_json())?;
    match value {
        Value::Object(object) => asked(object).map(Body::One),
        Value::Array(list) if (1..=MAX_BATCH).contains(&list.len()) => {
            let one = |value| match value {
                Value::Object(object) => asked(object),
                _ => Err(malformed("Each operation of a list is an object.")),
            };
            list.into_iter().map(one).collect::<Result<_, _>>().map(Body::Many)
        }
        Value::Array(_) => Err(too_many()),
        _ => Err(malformed("The body is an object, or a list of objects.")),
    }
}

/// Reads the four members; `null` is none, unknown ones are passed over.
fn asked(mut object: Map<String, Value>) -> Result<Asked, Problem> {
    let mut take = |name: &str| object.remove(name).filter(|value| !value.is_null());
    let text = |name: &str, value: Option<Value>| match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(malformed(&format!("The parameter {name} is a text."))),
    };
    let map = |name: &str, value: Option<Value>| match value {
        None => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(malformed(&format!("The parameter {name} is an object."))),
    };
    let asked = Asked {
        query: text("query", take("query"))?,
        operation_name: text("operationName", take("operationName"))?.filter(|name| !name.is_empty()),
        variables: map("variables", take("variables"))?,
        extensions: map("extensions", take("extensions"))?,
    };
    if asked.query.is_none() && !asked.extensions.contains_key("persistedQuery") {
        return Err(malformed("Give a document as query."));
    }
    Ok(asked)
}

fn no_json() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "The body is no JSON in UTF-8.").not_started()
}

fn malformed(detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "graphql_request_malformed", detail.to_owned())
        .not_started()
}

fn too_many() -> Problem {
    let detail = format!("Send 1 to {MAX_BATCH} operations at once.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "batch_too_large", detail).not_started()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(query: &str) -> Asked {
        Asked { query: Some(query.to_owned()), ..Asked::default() }
    }

    #[test]
    fn what_is_empty_null_or_unknown_counts_for_nothing() {
        assert_eq!(of_query("query=%7Ba%7D&operationName=&variables=&extensions=&x=1").unwrap(), one("{a}"));
        let body =
            br#"{"query": "{a}", "operationName": null, "variables": null, "extensions": null, "x": 1}"#;
        assert_eq!(of_json(body).unwrap(), Body::One(one("{a}")));
    }

    #[test]
    fn null_is_a_name_in_a_query_string() {
        assert_eq!(of_query("query=a&operationName=null").unwrap().operation_name.as_deref(), Some("null"));
    }

    #[test]
    fn a_list_has_one_to_ten_operations() {
        let list = |length: usize| format!("[{}]", vec![r#"{"query": "{a}"}"#; length].join(","));
        assert!(matches!(of_json(list(10).as_bytes()), Ok(Body::Many(batch)) if batch.len() == 10));
        for wrong in [list(0), list(11)] {
            assert_eq!(of_json(wrong.as_bytes()).unwrap_err().code(), "batch_too_large");
        }
    }

    #[test]
    fn a_charset_may_be_named() {
        let typed = |text: &'static str| {
            is_json(&HeaderMap::from_iter([(CONTENT_TYPE, http::HeaderValue::from_static(text))])).is_ok()
        };
        assert!(typed("application/json") && typed("Application/JSON; charset=\"UTF-8\""));
        assert!(!typed("text/plain") && !typed("application/json; charset=iso-8859-1"));
        assert!(is_json(&HeaderMap::new()).is_err());
    }
}
