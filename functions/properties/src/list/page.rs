//! A page whose items are JSON already.

use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;
use web::Problem;
use web::cursor::next_link;

/// The object of the text `object` with one member more.
pub(super) fn with_member(mut object: String, name: &str, value: &RawValue) -> String {
    object.truncate(object.trim_end().len().saturating_sub(1));
    object.push_str(",\"");
    object.push_str(name);
    object.push_str("\":");
    object.push_str(value.get());
    object.push('}');
    object
}

/// The page as an answer, with the header `Link` where there is a next one.
pub(super) fn respond(items: &[String], next_cursor: Option<&str>, uri: &Uri) -> Result<Response, Problem> {
    let next = serde_json::to_string(&next_cursor).map_err(|error| Problem::internal(&error))?;
    let size: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut body = String::with_capacity(size + next.len() + 30);
    body.push_str("{\"items\":[");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(item);
    }
    body.push_str("],\"next_cursor\":");
    body.push_str(&next);
    body.push('}');
    let mut response = ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response();
    if let Some(link) = next_cursor.and_then(|cursor| next_link(uri, cursor)) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    async fn body(response: Response) -> Value {
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_member_is_added_at_the_end() {
        let value = serde_json::value::to_raw_value(&json!({"b": [1, "}"]})).unwrap();
        let text = with_member(r#"{"a": "}"}"#.to_owned(), "c", &value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({"a": "}", "c": {"b": [1, "}"]}}));
    }

    #[tokio::test]
    async fn a_page_is_json_with_a_link_to_the_next() {
        let uri: Uri = "/properties?limit=2".parse().unwrap();
        let items = [r#"{"id": 1}"#.to_owned(), r#"{"id": 2}"#.to_owned()];
        let response = respond(&items, Some("abc"), &uri).unwrap();
        assert_eq!(response.headers()[LINK], "</properties?limit=2&cursor=abc>; rel=\"next\"");
        assert_eq!(body(response).await, json!({"items": [{"id": 1}, {"id": 2}], "next_cursor": "abc"}));

        let response = respond(&[], None, &uri).unwrap();
        assert!(!response.headers().contains_key(LINK));
        assert_eq!(body(response).await, json!({"items": [], "next_cursor": null}));
    }
}
