//! Answers and their statuses.

use async_graphql::{Response as Executed, ServerError};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use web::{NotStarted, Problem};

use super::accept::Form;
use crate::errors;

/// Some of it was done, and some of it failed (GraphQL over HTTP, September 2026, "Partial success").
const PARTIAL_SUCCESS: u16 = 294;

/// What becomes of a request.
pub(crate) enum Answer {
    /// It was not executed: no `data`.
    Refused {
        /// Why.
        errors: Vec<ServerError>,
        /// The status that says so.
        status: StatusCode,
        /// The problem's own headers.
        headers: http::HeaderMap,
    },
    /// It was executed, well or not.
    Executed {
        /// `data`, `errors`, `extensions`.
        body: Box<Executed>,
        /// Whether nothing of it was done for a cause that passes.
        again: bool,
    },
    /// Several, in their order.
    Many(Vec<Self>),
}

impl Answer {
    /// A request that is understood, and whose document is not one that can be executed here.
    pub(crate) fn refused(errors: Vec<ServerError>) -> Self {
        Self::because(errors, StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// A request whose document does not parse.
    pub(crate) fn unparsed(error: ServerError) -> Self {
        Self::because(vec![error], StatusCode::BAD_REQUEST)
    }

    fn because(errors: Vec<ServerError>, status: StatusCode) -> Self {
        Self::Refused { errors, status, headers: http::HeaderMap::new() }
    }

    /// A request that is not answered at all, with the problem's status.
    pub(crate) fn problem(problem: &Problem) -> Self {
        let (errors, status) = (vec![errors::of_request(problem)], problem.status());
        Self::Refused { errors, status, headers: problem.headers() }
    }

    /// Sends it. A client that knows plain JSON only is told of what went well in that; the rest it can tell from the
    /// words of whoever stands between by the media type alone.
    pub(crate) fn send(self, form: Form) -> Response {
        let (status, kept) = (self.status(), self.is_kept());
        let form = if status.is_success() { form } else { Form::Graphql };
        let own = match &self {
            Self::Refused { headers, .. } => headers.clone(),
            _ => http::HeaderMap::new(),
        };
        let mut response = (status, self.body().to_string()).into_response();
        let headers = response.headers_mut();
        headers.extend(own);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
        headers.append(VARY, HeaderValue::from_static("accept"));
        if !kept {
            response.extensions_mut().insert(NotStarted);
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Refused { status, .. } => *status,
            _ if self.is_whole() => StatusCode::OK,
            _ => StatusCode::from_u16(PARTIAL_SUCCESS).unwrap_or(StatusCode::OK),
        }
    }

    /// Whether nothing of it failed.
    fn is_whole(&self) -> bool {
        match self {
            Self::Refused { .. } => false,
            Self::Executed { body, .. } => body.errors.is_empty(),
            Self::Many(answers) => answers.iter().all(Self::is_whole),
        }
    }

    /// Whether it is what a repetition under the same idempotency key gets.
    fn is_kept(&self) -> bool {
        match self {
            Self::Refused { .. } => false,
            Self::Executed { again, .. } => !again,
            Self::Many(answers) => answers.iter().any(Self::is_kept),
        }
    }

    fn body(self) -> Value {
        match self {
            Self::Refused { errors, .. } => json!({ "errors": errors }),
            Self::Executed { body, .. } => serde_json::to_value(*body).unwrap_or_default(),
            Self::Many(answers) => answers.into_iter().map(Self::body).collect(),
        }
    }
}
