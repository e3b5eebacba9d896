//! Answers and their statuses.

use async_graphql::{Response as Executed, ServerError};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use web::{NotStarted, Problem};

use super::accept::Form;
use crate::errors;

/// What becomes of a request.
pub(crate) enum Answer {
    /// It was not executed: no `data`.
    Refused {
        /// Why.
        errors: Vec<ServerError>,
        /// The status that says so.
        status: StatusCode,
        /// Whether the status stands in plain JSON too, for what was no well-formed request or not permitted.
        firm: bool,
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
    /// A well-formed request whose document is refused.
    pub(crate) fn refused(errors: Vec<ServerError>) -> Self {
        Self::Refused {
            errors,
            status: StatusCode::BAD_REQUEST,
            firm: false,
            headers: http::HeaderMap::new(),
        }
    }

    /// A request that is not well-formed here.
    pub(crate) fn malformed(error: ServerError) -> Self {
        Self::Refused {
            errors: vec![error],
            status: StatusCode::BAD_REQUEST,
            firm: true,
            headers: http::HeaderMap::new(),
        }
    }

    /// A request that is not answered at all, with the problem's status.
    pub(crate) fn problem(problem: &Problem) -> Self {
        let headers = problem.headers();
        Self::Refused {
            errors: vec![errors::of_request(problem)],
            status: problem.status(),
            firm: true,
            headers,
        }
    }

    /// Sends it.
    pub(crate) fn send(self, form: Form) -> Response {
        let (status, kept) = (self.status(form), self.is_kept());
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

    fn status(&self, form: Form) -> StatusCode {
        match self {
            Self::Refused { status, firm, .. } if *firm || form == Form::Graphql => *status,
            _ => StatusCode::OK,
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
