//! The header `Idempotency-Key`.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::problem::Problem;

/// The header's name.
pub(crate) const HEADER: &str = "idempotency-key";
/// Longer keys are refused, in characters.
const MAX_CHARACTERS: usize = 255;

/// The key of a request that must be done once. As an extractor it answers 400 where the key is missing; the layer
/// around the router does the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key, without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the header, quoted (RFC 8941, a string) or bare.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(HEADER).iter();
        let Some(value) = values.next() else { return Ok(None) };
        let text = value.to_str().ok().filter(|_| values.next().is_none()).ok_or_else(invalid)?;
        let text = text.trim();
        let key = match text.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').ok_or_else(invalid)?,
            None => text,
        };
        let printable = key.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
        if key.is_empty() || key.len() > MAX_CHARACTERS || !printable {
            return Err(invalid());
        }
        Ok(Some(Self(key.to_owned())))
    }
}

fn invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "idempotency_key_invalid",
        "An Idempotency-Key has 1 to 255 printable ASCII characters, quoted or bare.",
    )
    .not_started()
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::from_headers(&parts.headers)?.ok_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "idempotency_key_missing",
                "This operation needs an Idempotency-Key.",
            )
            .not_started()
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(value: &str) -> Result<Option<IdempotencyKey>, Problem> {
        let value = HeaderValue::from_str(value).unwrap();
        IdempotencyKey::from_headers(&HeaderMap::from_iter([(HEADER.parse().unwrap(), value)]))
    }

    #[test]
    fn quoted_and_bare_are_the_same_key() {
        assert_eq!(read("\"abc-1\"").unwrap(), read("abc-1").unwrap());
        assert_eq!(read("abc-1").unwrap().unwrap().as_str(), "abc-1");
        assert!(read(&"k".repeat(255)).unwrap().is_some());
    }

    #[test]
    fn anything_else_is_refused() {
        for value in ["", "\"\"", "\"open", "a\"b", "k\u{e9}", "a\tb", &"k".repeat(256)] {
            assert_eq!(read(value).unwrap_err().code(), "idempotency_key_invalid", "{value}");
        }
        assert_eq!(IdempotencyKey::from_headers(&HeaderMap::new()).unwrap(), None);
    }
}
