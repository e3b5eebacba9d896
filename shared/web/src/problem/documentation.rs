//! Problem documents in `openapi.json`.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::{Ref, RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// A page that explains this kind of problem, relative to the API's base.
    #[schema(format = "uri-reference", example = "/problems/validation_failed")]
    r#type: String,
    /// What kind of problem it is.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Stable machine-readable code.
    #[schema(pattern = "^[a-z][a-z0-9_]*$", example = "validation_failed")]
    code: String,
    /// What to do next.
    detail: String,
    /// The id of the request, as in `x-request-id`.
    instance: Option<String>,
    /// The places of the input that are at fault.
    #[schema(max_items = 50)]
    errors: Option<Vec<FieldProblem>>,
}

/// One place of the input that is at fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON Pointer (RFC 6901) into the body, or `?name` for a query parameter.
    #[schema(example = "/check_in")]
    pointer: String,
    /// Stable machine-readable code.
    code: String,
    /// What to do next.
    detail: String,
}

/// The problems that any operation may answer, for `responses(…)` of a handler's annotation.
#[derive(Clone, Copy, Debug)]
pub struct Problems;

/// Statuses of [`Problems`] with the names of their components in the base document.
pub(crate) const RESPONSES: &[(&str, &str, &str)] = &[
    ("400", "BadRequest", "The request is malformed."),
    ("401", "Unauthenticated", "Who is calling is not proved."),
    ("403", "Forbidden", "The caller may see this but not do that."),
    ("404", "NotFound", "There is no such thing for this caller."),
    ("405", "MethodNotAllowed", "The path has other methods."),
    ("406", "NotAcceptable", "The client accepts nothing that there is."),
    ("409", "Conflict", "The state of things is against it."),
    ("410", "Gone", "It existed and is gone for good."),
    ("412", "PreconditionFailed", "It was changed meanwhile."),
    ("413", "PayloadTooLarge", "The body is too large."),
    ("415", "UnsupportedMediaType", "The body is not JSON."),
    ("422", "UnprocessableContent", "Some of the input breaks a rule."),
    ("428", "PreconditionRequired", "If-Match is required."),
    ("429", "TooManyRequests", "Too much in too short a time."),
    ("500", "InternalError", "Something went wrong on our side."),
    ("503", "Unavailable", "Something is away for the moment."),
];

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        RESPONSES
            .iter()
            .map(|(status, name, _)| ((*status).to_owned(), RefOr::Ref(Ref::from_response_name(*name))))
            .collect()
    }
}
