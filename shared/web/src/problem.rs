//! Problem documents (RFC 9457): the one form in which a client is told that something did not happen.

mod documentation;
mod table;

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use domain::refusal::{FieldError, Refusal, RefusalClass};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use services::Failure;
use store::{DbError, DynamoError};

pub(crate) use documentation::RESPONSES;
pub use documentation::{FieldProblem, ProblemDocument, Problems};
pub use table::{PROBLEMS, ProblemType, find};

use crate::request::request_id;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// The member of a [`Failure::RefusedWith`] that says when to come again, in seconds; it also becomes `Retry-After`.
pub const RETRY_AFTER_MEMBER: &str = "retry_after_seconds";
/// What a caller who did too much is told to wait where the rule does not say, in seconds.
const DEFAULT_RETRY_AFTER: u32 = 60;
/// A client that sends thousands of wrong fields is told of the first ones.
const MAX_ERRORS: usize = 50;

/// Why a request was not done, ready to be answered.
///
/// Handlers answer `Result<_, Problem>` and use `?` on [`Failure`], [`Refusal`] and [`DbError`].
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    started: bool,
}

/// Marks an answer that was given before the operation began: nothing is kept under its idempotency key.
///
/// A handler puts it among its response's extensions where the answer is not made of a [`Problem`].
#[derive(Clone, Copy, Debug)]
pub struct NotStarted;

impl Problem {
    /// A problem of this status and code. `detail` says what to do next and nothing internal.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Parts {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            started: true,
        }))
    }

    /// There is no such thing for this caller.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here for you.")
    }

    /// The input is wrong in these places.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation_failed",
            "Some of the input is wrong; errors names each place.",
        )
        .not_started();
        problem.0.errors = errors;
        problem.0.errors.truncate(MAX_ERRORS);
        problem
    }

    /// One place of the input is wrong. `pointer` is a JSON Pointer, or `?name` for a query parameter.
    pub fn invalid(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::validation(vec![FieldError { pointer: pointer.into(), code, detail: detail.into() }])
    }

    /// A defect or a broken surrounding; the cause goes to the log and nowhere else.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %Chain(cause), "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side. Please report the instance.",
        )
    }

    /// Who is calling is not proved; `challenge` is the value of `WWW-Authenticate` (RFC 6750).
    pub fn unauthenticated(code: &'static str, detail: &'static str, challenge: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
            .not_started()
    }

    /// Something is away for the moment, or the caller did too much: come again in so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Adds a member of its own (RFC 9457, section 3.2).
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Says that the operation had not begun, so that its idempotency key may be used again.
    #[must_use]
    pub fn not_started(mut self) -> Self {
        self.0.started = false;
        self
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The places of the input that are at fault.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// What it says, to people.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The headers that go with it.
    pub fn headers(&self) -> HeaderMap {
        self.0.headers.iter().cloned().collect()
    }

    /// The problem document.
    pub fn document(&self) -> Value {
        let Parts { status, code, detail, errors, members, .. } = &*self.0;
        let mut document = members.clone();
        document.insert("type".to_owned(), json!(format!("/problems/{code}")));
        document.insert("title".to_owned(), json!(title(*status, code)));
        document.insert("status".to_owned(), json!(status.as_u16()));
        document.insert("code".to_owned(), json!(code));
        document.insert("detail".to_owned(), json!(detail));
        if let Some(id) = request_id() {
            document.insert("instance".to_owned(), json!(id));
        }
        if !errors.is_empty() {
            let errors: Vec<_> = errors
                .iter()
                .map(|error| json!({"pointer": error.pointer, "code": error.code, "detail": error.detail}))
                .collect();
            document.insert("errors".to_owned(), Value::Array(errors));
        }
        Value::Object(document)
    }
}

/// The table's title, or the status's name for a code that the table does not know.
fn title(status: StatusCode, code: &str) -> &'static str {
    match find(code) {
        Some(kind) => kind.title,
        None => status.canonical_reason().unwrap_or("Error"),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, self.document().to_string()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        for (name, value) in self.0.headers {
            response.headers_mut().append(name, value);
        }
        if !self.0.started {
            response.extensions_mut().insert(NotStarted);
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let Refusal { class, code, detail, errors } = refusal;
        let mut problem = Self::new(status_of(class), code, detail);
        problem.0.errors = errors;
        problem.0.errors.truncate(MAX_ERRORS);
        match class {
            RefusalClass::Unauthenticated => {
                problem.with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            RefusalClass::TooMany => problem.retry_after(DEFAULT_RETRY_AFTER),
            _ => problem,
        }
    }
}

const fn status_of(class: RefusalClass) -> StatusCode {
    match class {
        RefusalClass::Conflict => StatusCode::CONFLICT,
        RefusalClass::Rule => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalClass::Forbidden => StatusCode::FORBIDDEN,
        RefusalClass::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalClass::TooMany => StatusCode::TOO_MANY_REQUESTS,
        RefusalClass::Precondition => StatusCode::PRECONDITION_FAILED,
        RefusalClass::Gone => StatusCode::GONE,
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Self::not_found(),
            Failure::Refused(refusal) => refusal.into(),
            Failure::RefusedWith { refusal, member, value } => {
                let seconds = value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
                let mut problem = Self::from(refusal);
                if let (RETRY_AFTER_MEMBER, Some(seconds)) = (member, seconds) {
                    problem.0.headers.retain(|(name, _)| name != RETRY_AFTER);
                    problem = problem.retry_after(seconds);
                }
                problem.with_member(member, value)
            }
            Failure::Unavailable { retry_after_seconds, source } => {
                tracing::warn!(error = %Chain(source.as_ref()), "unavailable");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "Something that this needs is away for the moment. Please try again.",
                )
                .retry_after(retry_after_seconds)
            }
            Failure::Internal(source) => Self::internal(source.as_ref()),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        Failure::from(error).into()
    }
}

impl From<DynamoError> for Problem {
    fn from(error: DynamoError) -> Self {
        Failure::from(error).into()
    }
}

/// An error and its causes in one line.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(formatter, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(problem: Problem) -> (http::response::Parts, Value) {
        let (parts, body) = problem.into_response().into_parts();
        let bytes = axum::body::to_bytes(body, 10_000).await.unwrap();
        (parts, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn a_rules_no_names_its_field() {
        let refusal = Refusal::rule("too_many_guests", "/guests/adults", "At most 4 guests.");
        let (parts, body) = answered(refusal.into()).await;
        assert_eq!(parts.status, 422);
        assert_eq!(parts.headers[CONTENT_TYPE], MEDIA_TYPE);
        let error =
            json!({"pointer": "/guests/adults", "code": "too_many_guests", "detail": "At most 4 guests."});
        assert_eq!(
            body,
            json!({
                "type": "/problems/too_many_guests", "title": "Unprocessable Entity", "status": 422,
                "code": "too_many_guests", "detail": "At most 4 guests.", "errors": [error],
            })
        );
    }

    #[tokio::test]
    async fn a_refusal_may_carry_what_helps() {
        let with = |member, value| Failure::RefusedWith {
            refusal: Refusal::new(RefusalClass::TooMany, "too_many_logins", "Wait."),
            member,
            value,
        };
        let (parts, body) = answered(with(RETRY_AFTER_MEMBER, json!(7)).into()).await;
        assert_eq!((parts.status.as_u16(), &parts.headers[RETRY_AFTER]), (429, &HeaderValue::from(7)));
        assert_eq!(parts.headers.get_all(RETRY_AFTER).iter().count(), 1);
        assert_eq!(body[RETRY_AFTER_MEMBER], 7);
        let (parts, body) = answered(with("quote", json!({"id": 1, "status": 200})).into()).await;
        assert_eq!(parts.headers[RETRY_AFTER], "60");
        assert_eq!((&body["quote"]["id"], &body["status"]), (&json!(1), &json!(429)));
    }

    #[test]
    fn the_table_is_in_order_and_knows_each_code_once() {
        assert!(PROBLEMS.is_sorted_by_key(|kind| kind.status));
        for kind in PROBLEMS {
            assert_eq!(PROBLEMS.iter().filter(|other| other.code == kind.code).count(), 1, "{}", kind.code);
            assert!(
                StatusCode::from_u16(kind.status).is_ok_and(|s| s.is_client_error() || s.is_server_error())
            );
        }
    }
}
