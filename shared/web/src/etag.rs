//! Entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1).

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::problem::Problem;

/// The entity tag of one version of a thing: `"v7"`.
///
/// In an answer it is a header: `Ok((ETag::version(7), Json(body)))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag {
    version: i64,
}

impl ETag {
    /// The tag of a thing's version, a counter that each change raises by one.
    pub const fn version(version: i64) -> Self {
        Self { version }
    }

    fn value(self) -> HeaderValue {
        HeaderValue::from_str(&format!("\"v{}\"", self.version)).unwrap_or(HeaderValue::from_static("\"\""))
    }

    /// Reads one of our strong tags, with or without the digest of what was shown.
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix("\"v")?.strip_suffix('"')?;
        let (digits, digest) = inner.split_once('-').unwrap_or((inner, ""));
        if !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let version = digits.parse().ok().filter(|version: &i64| version.to_string() == digits)?;
        Some(Self { version })
    }
}

impl IntoResponseParts for ETag {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Self::Error> {
        response.headers_mut().insert(ETAG, self.value());
        Ok(response)
    }
}

/// The header `If-Match`: which version the caller means to change.
///
/// As an extractor it answers 428 where the header is missing; as `Option<IfMatch>` it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is there.
    Any,
    /// This version.
    Version(i64),
    /// A tag that is not ours, or a weak one: no version matches it.
    Never,
}

impl IfMatch {
    /// Answers 412 unless the condition holds for the present version.
    pub fn check(self, current: i64) -> Result<(), Problem> {
        match self {
            Self::Any => Ok(()),
            Self::Version(version) if version == current => Ok(()),
            _ => Err(precondition_failed()),
        }
    }

    /// The version that a change must find, for `UPDATE … WHERE version = …`; none where any will do.
    /// Answers 412 where no version can match.
    pub fn expected(self) -> Result<Option<i64>, Problem> {
        match self {
            Self::Any => Ok(None),
            Self::Version(version) => Ok(Some(version)),
            Self::Never => Err(precondition_failed()),
        }
    }
}

fn precondition_failed() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "precondition_failed",
        "It was changed since you read it. Read it again and send its new ETag.",
    )
}

fn parse_if_match(headers: &HeaderMap) -> Result<Option<IfMatch>, Problem> {
    let Some(text) = single(headers, &IF_MATCH)? else { return Ok(None) };
    if text == "*" {
        return Ok(Some(IfMatch::Any));
    }
    if text.contains(',') {
        return Err(if_match_invalid());
    }
    Ok(Some(ETag::parse(text).map_or(IfMatch::Never, |tag| IfMatch::Version(tag.version))))
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text.trim())),
        _ => Err(if_match_invalid()),
    }
}

fn if_match_invalid() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "if_match_invalid", "If-Match takes one ETag or *.").not_started()
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse_if_match(&parts.headers)?.ok_or_else(|| {
            Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                "Send If-Match with the ETag that you read.",
            )
            .not_started()
        })
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        parse_if_match(&parts.headers)
    }
}

/// The header `If-None-Match`: which versions the caller already has. Absent, nothing matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IfNoneMatch {
    any: bool,
    versions: Vec<i64>,
}

impl IfNoneMatch {
    /// The answer 304 if the caller has the present version already.
    pub fn not_modified(&self, current: ETag) -> Option<Response> {
        let has = self.any || self.versions.contains(&current.version);
        has.then(|| (StatusCode::NOT_MODIFIED, current, ()).into_response())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let mut found = Self::default();
        let texts = parts.headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        for tag in texts.flat_map(|text| text.split(',')).map(str::trim) {
            found.any |= tag == "*";
            // The comparison is weak: a proxy may have weakened our tag.
            found.versions.extend(ETag::parse(tag.trim_start_matches("W/")).map(|tag| tag.version));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(value: &'static str) -> Result<Option<IfMatch>, Problem> {
        parse_if_match(&HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static(value))]))
    }

    #[test]
    fn only_our_own_strong_tags_match() {
        assert_eq!(if_match("\"v7\"").unwrap(), Some(IfMatch::Version(7)));
        assert_eq!(if_match("\"v7-0123456789ab\"").unwrap(), Some(IfMatch::Version(7)));
        assert_eq!(if_match("\"v7-x\"").unwrap(), Some(IfMatch::Never));
        assert_eq!(if_match("*").unwrap(), Some(IfMatch::Any));
        for other in ["W/\"v7\"", "\"v07\"", "\"v+7\"", "v7", "\"7\"", ""] {
            assert_eq!(if_match(other).unwrap(), Some(IfMatch::Never), "{other}");
        }
        assert_eq!(if_match("\"v7\", \"v8\"").unwrap_err().code(), "if_match_invalid");
        assert_eq!(parse_if_match(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn a_condition_holds_or_is_412() {
        assert!(IfMatch::Version(7).check(7).is_ok());
        assert!(IfMatch::Any.check(7).is_ok());
        assert_eq!(IfMatch::Version(6).check(7).unwrap_err().status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(IfMatch::Never.expected().unwrap_err().status(), StatusCode::PRECONDITION_FAILED);
    }

    #[tokio::test]
    async fn what_the_caller_has_is_304() {
        let request = http::Request::builder().header(IF_NONE_MATCH, "\"v1\", W/\"v2\"").body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        let Ok(found) = IfNoneMatch::from_request_parts(&mut parts, &()).await;
        assert!(found.not_modified(ETag::version(3)).is_none());
        let response = found.not_modified(ETag::version(2)).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[ETAG], "\"v2\"");
    }
}
