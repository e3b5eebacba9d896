//! Errors as the service shapes them: a status, a name in `x-amzn-errortype`, and `{"message": …}`.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

use crate::sql::SqlError;

/// An error of the service's model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) name: &'static str,
    pub(crate) message: String,
}

/// Builds the constructors: name in the model, status, function.
macro_rules! failures {
    ($($function:ident: $name:literal, $status:ident;)*) => {
        impl Failure {
            $(pub(crate) fn $function(message: impl Into<String>) -> Self {
                Self { status: StatusCode::$status, name: $name, message: message.into() }
            })*
        }
    };
}

failures! {
    bad_request: "BadRequestException", BAD_REQUEST;
    database_error: "DatabaseErrorException", BAD_REQUEST;
    statement_timeout: "StatementTimeoutException", BAD_REQUEST;
    resuming: "DatabaseResumingException", BAD_REQUEST;
    unsupported_result: "UnsupportedResultException", BAD_REQUEST;
    invalid_secret: "InvalidSecretException", BAD_REQUEST;
    secrets_error: "SecretsErrorException", BAD_REQUEST;
    throttled: "ThrottlingException", BAD_REQUEST;
    endpoint_not_enabled: "HttpEndpointNotEnabledException", BAD_REQUEST;
    forbidden: "ForbiddenException", FORBIDDEN;
    access_denied: "AccessDeniedException", FORBIDDEN;
    database_not_found: "DatabaseNotFoundException", NOT_FOUND;
    transaction_not_found: "TransactionNotFoundException", NOT_FOUND;
    unknown_operation: "UnknownOperationException", NOT_FOUND;
    internal: "InternalServerErrorException", INTERNAL_SERVER_ERROR;
    service_unavailable: "ServiceUnavailableError", SERVICE_UNAVAILABLE;
    database_unavailable: "DatabaseUnavailableException", GATEWAY_TIMEOUT;
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<tokio_postgres::Error> for Failure {
    /// What the server said is the caller's to handle; a lost connection leaves the outcome unknown.
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(db) if *db.code() == SqlState::ADMIN_SHUTDOWN || *db.code() == SqlState::CRASH_SHUTDOWN => {
                Self::database_unavailable("The database isn't available")
            }
            Some(db) => Self::database_error(message(db)),
            None => {
                tracing::debug!(%error, "lost the connection to PostgreSQL");
                Self::internal("The connection to the database was lost")
            }
        }
    }
}

impl Failure {
    /// Whether a transaction in which it happened can only be rolled back.
    pub(crate) fn aborts_transaction(&self) -> bool {
        matches!(
            self.name,
            "DatabaseErrorException" | "StatementTimeoutException" | "InternalServerErrorException"
        )
    }

    /// Why no connection could be had: nothing was done.
    pub(crate) fn connecting(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(db) if *db.code() == SqlState::INVALID_PASSWORD => Self::invalid_secret(message(db)),
            Some(db) if *db.code() == SqlState::TOO_MANY_CONNECTIONS => {
                Self::service_unavailable(message(db))
            }
            Some(db) if *db.code() == SqlState::CANNOT_CONNECT_NOW => Self::database_unavailable(message(db)),
            Some(db) => Self::database_error(message(db)),
            None => Self::database_unavailable("The database isn't available"),
        }
    }
}

/// The driver's text, one part a line, and the `SQLState` at the very end.
fn message(error: &DbError) -> String {
    let mut text = format!("{}: {}", error.severity(), error.message());
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            text.push_str("\n  ");
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
        }
    };
    add("Detail", error.detail());
    add("Hint", error.hint());
    let position = match error.position() {
        Some(ErrorPosition::Original(position)) => Some(position.to_string()),
        _ => None,
    };
    add("Position", position.as_deref());
    add("Where", error.where_());
    text.push_str("; SQLState: ");
    text.push_str(error.code().code());
    text
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "message": self.message }).to_string();
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(self.name)),
        ];
        (self.status, headers, body).into_response()
    }
}
