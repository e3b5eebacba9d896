//! JSON bodies: media type, size, encoding, shape, rules, in this order.

use axum::extract::{FromRequest, Request};
use garde::Validate;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::body::read;
use super::objects::Objects;
use super::wrong;
use crate::problem::Problem;

/// What a JSON body may have at most, unless a handler says otherwise, in bytes.
pub const DEFAULT_JSON_LIMIT: usize = 256 * 1024;

/// A JSON body that was read into `T` and obeys its rules; at most `LIMIT` bytes.
///
/// `T` derives `Deserialize` with `#[serde(deny_unknown_fields)]` and `garde::Validate`.
#[derive(Clone, Copy, Debug)]
pub struct ValidJson<T, const LIMIT: usize = DEFAULT_JSON_LIMIT>(pub T);

impl<T, S, const LIMIT: usize> FromRequest<S> for ValidJson<T, LIMIT>
where
    T: DeserializeOwned + Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON in UTF-8 with Content-Type: application/json.",
            )
            .not_started());
        }
        let bytes = read(request.into_body(), LIMIT).await?;
        read_into(&bytes).map(Self)
    }
}

/// What an input says that came in another way than as a body: read and refused as a body of the same shape.
pub fn valid<T: DeserializeOwned + Validate<Context = ()>>(input: &impl Serialize) -> Result<T, Problem> {
    let bytes = serde_json::to_vec(input).map_err(|error| Problem::internal(&error))?;
    read_into(&bytes)
}

fn read_into<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    let value: T = parse(bytes)?;
    value.validate().map_err(|report| Problem::validation(wrong::rules(&report, wrong::Place::Body)))?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media = parts.next().unwrap_or_default();
    let json = media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"));
    json && parts.all(|parameter| {
        parameter.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(malformed("The body is not UTF-8.")) };
    if has_escaped_nul(text) {
        return Err(Problem::invalid("", "nul_character", "Texts must not have the character U+0000."));
    }
    // The decoder would take an array for an object, member by member.
    if !text.trim_start().starts_with('{') {
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Problem::invalid("", "wrong_type", "Expected an object."),
            Err(error) => syntax(&error),
        });
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(Objects(&mut deserializer)).map_err(|error| {
        if error.inner().classify() == Category::Data {
            return Problem::validation(vec![wrong::shape(
                error.path(),
                &error.inner().to_string(),
                wrong::Place::Body,
            )]);
        }
        syntax(error.inner())
    })?;
    deserializer.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

fn syntax(error: &serde_json::Error) -> Problem {
    malformed(format!("The body is not JSON: see line {}, column {}.", error.line(), error.column()))
}

fn malformed(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail).not_started()
}

/// PostgreSQL's texts cannot hold U+0000; JSON can write it only escaped.
fn has_escaped_nul(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with("u0000") {
            return true;
        }
        // What follows the backslash belongs to it, even another backslash.
        let mut following = escape.chars();
        following.next();
        rest = following.as_str();
    }
    false
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Stay {
        #[garde(length(chars, min = 1, max = 6))]
        title: String,
        #[garde(range(min = 1, max = 16))]
        guests: u8,
        #[serde(default)]
        #[garde(dive, length(max = 3))]
        changes: Vec<Change>,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Change {
        #[garde(range(min = 1))]
        nights: u32,
    }

    fn body(content_type: Option<&str>, body: impl Into<axum::body::Body>) -> Request {
        let mut request = http::Request::post("/");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        request.body(body.into()).unwrap()
    }

    async fn refused(
        content_type: Option<&str>,
        text: impl Into<axum::body::Body>,
    ) -> (u16, String, Vec<String>) {
        let rejected = ValidJson::<Stay, 300>::from_request(body(content_type, text), &()).await;
        let problem = rejected.unwrap_err();
        let places =
            problem.errors().iter().map(|error| format!("{} {}", error.pointer, error.code)).collect();
        (problem.status().as_u16(), problem.code().to_owned(), places)
    }

    async fn places(text: &str) -> Vec<String> {
        let (status, code, places) = refused(Some("application/json"), text.to_owned()).await;
        assert_eq!((status, code.as_str()), (422, "validation_failed"), "{text}");
        places
    }

    #[tokio::test]
    async fn a_good_body_is_taken() {
        let text = r#"{"title": "\\u0000", "guests": 2, "changes": [{"nights": 1}]}"#;
        let taken =
            ValidJson::<Stay>::from_request(body(Some("application/json; charset=UTF-8"), text), &()).await;
        let stay = taken.unwrap().0;
        assert_eq!((stay.title.len(), stay.guests, stay.changes[0].nights), (6, 2, 1));
    }

    #[tokio::test]
    async fn media_type_size_and_encoding_come_first() {
        for content_type in [None, Some("text/plain"), Some("application/json; charset=latin1")] {
            assert_eq!(refused(content_type, "{}").await.0, 415, "{content_type:?}");
        }
        let json = Some("application/json");
        assert_eq!(refused(json, " ".repeat(301)).await.1, "payload_too_large");
        assert_eq!(refused(json, vec![b'"', 0xff, b'"']).await.1, "malformed_json");
        for text in ["", "{", "{\"title\": \"a\", \"guests\": 2}{", "[1,]", "{,}", "{\"title\": \"\\ud800\"}"]
        {
            let (status, code, _) = refused(json, text).await;
            assert_eq!((status, code.as_str()), (400, "malformed_json"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_wrong_shape_is_pointed_at() {
        assert_eq!(places(r#"{"title": "a", "guests": "2"}"#).await, ["/guests wrong_type"]);
        assert_eq!(places(r#"{"title": "a", "guests": 2, "extra": 1}"#).await, ["/extra unknown_field"]);
        assert_eq!(places(r#"{"title": "a"}"#).await, ["/guests missing_field"]);
        assert_eq!(places(r#"{"title": "a", "guests": 2, "guests": 3}"#).await, ["/guests duplicate_field"]);
        assert_eq!(places(r#"["a", 2]"#).await, [" wrong_type"]);
        assert_eq!(
            places(r#"{"title": "a", "guests": 2, "changes": [{"nights": 1}, {"nights": -1}]}"#).await,
            ["/changes/1/nights wrong_type"]
        );
        assert_eq!(
            places(r#"{"title": "a", "guests": 2, "changes": [{"nights": 1, "x~y/z": 1}]}"#).await,
            ["/changes/0/x~0y~1z unknown_field"]
        );
        assert_eq!(places(r#"{"title": "\u0000", "guests": 2}"#).await, [" nul_character"]);
    }

    #[tokio::test]
    async fn all_broken_rules_are_named() {
        let text = r#"{"title": "too long", "guests": 0, "changes": [{"nights": 1}, {"nights": 0}]}"#;
        assert_eq!(
            places(text).await,
            ["/changes/1/nights invalid_value", "/guests invalid_value", "/title invalid_value"]
        );
    }
}
