//! Problems as GraphQL errors: `extensions` says what the problem document of REST says.

use async_graphql::{Error, ErrorExtensionValues, PathSegment, Response, ServerError, Value};
use serde_json::json;
use web::Problem;

/// Members of a problem document that an error has no use for: the message is the detail.
const NOT_TOLD: [&str; 4] = ["type", "title", "detail", "instance"];

/// The error of a field. Pointers that REST takes from its query string name the field's arguments.
pub(crate) fn told(problem: impl Into<Problem>) -> Error {
    told_at("", problem)
}

/// The error of a mutation, whose pointers begin at its `input`.
pub(crate) fn told_of_input(problem: impl Into<Problem>) -> Error {
    told_at("/input", problem)
}

/// The error of a field, whose pointers begin at one of its arguments.
pub(crate) fn told_at(base: &str, problem: impl Into<Problem>) -> Error {
    let problem = problem.into();
    Error { message: problem.detail().to_owned(), source: None, extensions: Some(extensions(base, &problem)) }
}

/// The error of a request that is not executed.
pub(crate) fn of_request(problem: &Problem) -> ServerError {
    let mut error = ServerError::new(problem.detail(), None);
    error.extensions = Some(extensions("", problem));
    error
}

/// A limit that a document does not keep.
pub(crate) fn limit(code: &'static str, detail: impl Into<String>) -> ServerError {
    coded(ServerError::new(detail, None), code)
}

/// A document that does not fit the schema.
pub(crate) fn invalid_document(errors: Vec<ServerError>) -> Vec<ServerError> {
    errors.into_iter().map(|error| coded(error, "graphql_validation_failed")).collect()
}

/// The same error with a code.
pub(crate) fn coded(mut error: ServerError, code: &'static str) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    error
}

/// Whether no root field of a mutation was done, each for a cause that passes: such an answer is not kept under its key.
pub(crate) fn nothing_done(response: &Response) -> bool {
    let status = |error: &ServerError| match error.extensions.as_ref().and_then(|values| values.get("status"))
    {
        Some(Value::Number(status)) => status.as_u64().unwrap_or_default(),
        _ => 0,
    };
    let passes = |error: &ServerError| matches!(status(error), 401 | 408 | 429 | 500..);
    let is_root = |error: &ServerError| matches!(error.path.as_slice(), [PathSegment::Field(_)]);
    let none = match &response.data {
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        data => *data == Value::Null,
    };
    none && response.errors.iter().any(|error| is_root(error) && passes(error))
        && response.errors.iter().all(|error| !is_root(error) || passes(error))
}

fn extensions(base: &str, problem: &Problem) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    let document = problem.document();
    for (name, value) in document.as_object().into_iter().flatten() {
        if NOT_TOLD.contains(&&**name) || name == "errors" {
            continue;
        }
        values.set(camel(name), Value::from_json(value.clone()).unwrap_or_default());
    }
    if !problem.errors().is_empty() {
        let fields = problem.errors().iter().map(|error| {
            json!({ "pointer": pointer(base, &error.pointer), "code": error.code, "detail": error.detail })
        });
        values.set("errors", Value::from_json(fields.collect()).unwrap_or_default());
    }
    values
}

/// A pointer of REST in this schema's names: `/check_in` is `/input/checkIn`, `?cursor` is `/after`.
fn pointer(base: &str, pointer: &str) -> String {
    match pointer {
        "?cursor" => return "/after".to_owned(),
        "?limit" => return "/first".to_owned(),
        _ => {}
    }
    let path = pointer.strip_prefix('?').or_else(|| pointer.strip_prefix('/')).unwrap_or(pointer);
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.fold(base.to_owned(), |whole, part| whole + "/" + &camel(part))
}

/// `snake_case` as `camelCase`.
pub(crate) fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut whole, part| {
        let mut characters = part.chars();
        whole.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        whole + characters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_have_the_names_of_this_schema() {
        assert_eq!(pointer("/input", "/guests/adults"), "/input/guests/adults");
        assert_eq!(pointer("/input", "/changes/0/min_nights"), "/input/changes/0/minNights");
        assert_eq!(pointer("/filter", "?check_in"), "/filter/checkIn");
        assert_eq!(pointer("/filter", "?cursor"), "/after");
    }

    #[test]
    fn an_error_says_what_the_problem_says_and_nothing_internal() {
        let problem = Problem::invalid("/quote_id", "quote_expired", "Ask for a new quote.");
        let error = told_of_input(problem);
        let values = serde_json::to_value(error.extensions.unwrap()).unwrap();
        let field =
            json!({ "pointer": "/input/quoteId", "code": "quote_expired", "detail": "Ask for a new quote." });
        assert_eq!(values, json!({ "code": "validation_failed", "status": 422, "errors": [field] }));
        let error = told(Problem::internal(&std::io::Error::other("secret")));
        assert!(!format!("{error:?}").contains("secret"));
    }
}
