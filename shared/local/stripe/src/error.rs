//! The provider's error object.

use serde_json::{Map, Value, json};

/// A refusal as the provider words it.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    /// Whether an idempotency key keeps it: only what was refused after the endpoint began its work is kept.
    pub(crate) kept: bool,
}

impl ApiError {
    fn request(status: u16, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code,
            message: message.into(),
            param: None,
            kept: false,
        }
    }

    /// A parameter that is missing or malformed; found before the work begins.
    pub(crate) fn parameter(param: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { param: Some(param.to_owned()), ..Self::request(400, Some(code), message) }
    }

    /// The state of an object forbids it; found while working.
    pub(crate) fn state(code: &'static str, message: impl Into<String>) -> Self {
        Self { kept: true, ..Self::request(400, Some(code), message) }
    }

    /// Names the parameter at fault.
    pub(crate) fn about(self, param: &str) -> Self {
        Self { param: Some(param.to_owned()), ..self }
    }

    /// No object of that id: 404 if the path names it, 400 if a parameter does.
    pub(crate) fn missing(noun: &str, id: &str, param: &str) -> Self {
        let status = if param == "id" { 404 } else { 400 };
        let message = format!("No such {noun}: '{id}'");
        Self {
            param: Some(param.to_owned()),
            kept: true,
            ..Self::request(status, Some("resource_missing"), message)
        }
    }

    /// No such route.
    pub(crate) fn unrecognised(method: &str, path: &str) -> Self {
        Self::request(404, None, format!("Unrecognized request URL ({method}: {path})."))
    }

    /// The key is absent or wrong.
    pub(crate) fn unauthenticated() -> Self {
        Self::request(401, None, "Invalid API Key provided.")
    }

    /// The request as a whole is not understood.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::request(400, None, message)
    }

    /// Too many requests in too short a time.
    pub(crate) fn rate_limited() -> Self {
        Self::request(429, Some("rate_limit"), "Too many requests hit the API too quickly.")
    }

    /// A failure on the provider's side.
    pub(crate) fn internal() -> Self {
        Self {
            kind: "api_error",
            ..Self::request(500, None, "An unknown error occurred with our processing of your request.")
        }
    }

    /// The key was used with other parameters.
    pub(crate) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self { kind: "idempotency_error", ..Self::request(400, None, message) }
    }

    /// Another request with the key is being worked on.
    pub(crate) fn key_in_use(key: &str) -> Self {
        let message =
            format!("There is currently another in-progress request using the idempotency key '{key}'.");
        Self { kind: "idempotency_error", ..Self::request(409, Some("idempotency_key_in_use"), message) }
    }

    /// The answer's body.
    pub(crate) fn body(&self) -> Value {
        let mut error = Map::new();
        error.insert("type".into(), json!(self.kind));
        error.insert("message".into(), json!(self.message));
        if let Some(code) = self.code {
            error.insert("code".into(), json!(code));
        }
        if let Some(param) = &self.param {
            error.insert("param".into(), json!(param));
        }
        json!({ "error": error })
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the provider's books failed");
        Self::internal()
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        tracing::error!(%error, "a document in the provider's books is unreadable");
        Self::internal()
    }
}
