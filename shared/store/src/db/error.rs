//! What can go wrong between a statement and its rows, by what may be done about it.

use aws_sdk_rdsdata::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// A failed statement, classed by the remedy.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The cluster is resuming, throttled or gone for the moment; nothing happened.
    #[error("the database is unavailable for the moment: {message}")]
    Unavailable {
        /// The service's own words, for the log.
        message: String,
    },
    /// The call broke off; the statement may or may not have taken effect.
    #[error("the outcome of a statement is unknown: {message}")]
    OutcomeUnknown {
        /// The service's own words, for the log.
        message: String,
    },
    /// A deadlock or a serialization failure (SQLSTATE 40P01, 40001): the whole unit may run again.
    #[error("the statement lost against a concurrent one ({state})")]
    Conflict {
        /// The SQLSTATE.
        state: String,
    },
    /// Any other error of the SQL itself: a constraint, a syntax error. Running it again changes nothing.
    #[error("the statement failed ({state}): {message}")]
    Sql {
        /// The SQLSTATE, or an empty string where the service did not say.
        state: String,
        /// The database's own words. They may carry data of others: for the log only.
        message: String,
    },
    /// The service refused the call: permissions, parameters, sizes.
    #[error("the Data API refused the call ({code}): {message}")]
    Refused {
        /// The service's error code.
        code: String,
        /// The service's own words, for the log.
        message: String,
    },
    /// A row did not have the shape that the code expects.
    #[error("a row has an unexpected shape")]
    Decode {
        /// What the decoder said.
        #[source]
        source: serde_json::Error,
    },
    /// A parameter could not be written as JSON.
    #[error("a parameter could not be encoded")]
    Encode(#[from] serde_json::Error),
    /// A row was read but its values contradict the domain's rules.
    #[error("an inconsistent row in {table}: {message}")]
    Inconsistent {
        /// The table it came from.
        table: &'static str,
        /// What is wrong with it; without personal data.
        message: String,
    },
    /// A statement that always answers a row answered none.
    #[error("a statement that always answers a row answered none")]
    NoRow,
}

impl DbError {
    /// A row whose values contradict the domain's rules.
    pub fn inconsistent(table: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Inconsistent { table, message: cause.to_string() }
    }

    /// True for an integrity violation of this SQLSTATE, such as `23505`.
    pub fn is_state(&self, wanted: &str) -> bool {
        matches!(self, Self::Sql { state, .. } if state == wanted)
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is the argument of map_err")]
    pub(super) fn from_sdk<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                let code = context.err().code().unwrap_or_default();
                let message = context.err().message().unwrap_or_default();
                Self::from_service(status, code, message)
            }
            // The request never left in full: nothing can have happened.
            SdkError::ConstructionFailure(_) => {
                Self::Refused { code: "ConstructionFailure".to_owned(), message: chain(&error) }
            }
            SdkError::DispatchFailure(failure) if failure.is_user() => {
                Self::Refused { code: "DispatchFailure".to_owned(), message: chain(&error) }
            }
            _ => Self::OutcomeUnknown { message: chain(&error) },
        }
    }

    fn from_service(status: u16, code: &str, message: &str) -> Self {
        match (code, status) {
            ("DatabaseErrorException", _) => Self::from_sql(message),
            (
                "DatabaseResumingException"
                | "DatabaseUnavailableException"
                | "ThrottlingException"
                | "TooManyRequestsException",
                _,
            )
            | (_, 429 | 503) => Self::Unavailable { message: message.to_owned() },
            ("StatementTimeoutException", _) | (_, 500 | 502 | 504) => {
                Self::OutcomeUnknown { message: format!("{code}: {message}") }
            }
            _ => Self::Refused { code: code.to_owned(), message: message.to_owned() },
        }
    }

    fn from_sql(message: &str) -> Self {
        let state = sql_state(message).unwrap_or_default();
        match state {
            "40001" | "40P01" => Self::Conflict { state: state.to_owned() },
            // The server is starting, stopping or out of connections: it took nothing up.
            "57P03" | "53300" => Self::Unavailable { message: without_values(message) },
            _ => Self::Sql { state: state.to_owned(), message: without_values(message) },
        }
    }
}

/// The service appends `; SQLState: 23505` to the database's message.
fn sql_state(message: &str) -> Option<&str> {
    let (_, rest) = message.rsplit_once("SQLState: ")?;
    rest.get(..5).filter(|state| state.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The database's first words. What follows as its detail are the values of the row: whole addresses, names and words of
/// people, that no log is to have.
fn without_values(message: &str) -> String {
    match message.split_once("Detail:") {
        Some((words, _)) => words.trim_end().trim_end_matches(';').to_owned(),
        None => message.to_owned(),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_read_from_the_end_of_the_message() {
        let message = "ERROR: duplicate key value SQLState: 00000; SQLState: 23505";
        assert_eq!(sql_state(message), Some("23505"));
        assert_eq!(sql_state("ERROR: no state"), None);
        assert_eq!(sql_state("SQLState: 23"), None);
    }

    #[test]
    fn a_rows_values_are_nobodys_business() {
        let message = "ERROR: new row violates check constraint \"users_name_check\"\n  Detail: Failing row contains \
                       (1, ada@example.com, Ada).\n  Where: a function; SQLState: 23514";
        let error = DbError::from_service(400, "DatabaseErrorException", message);
        assert!(error.is_state("23514"));
        let said = format!("{error} {error:?}");
        assert!(said.contains("users_name_check") && !said.contains("ada@example.com"), "{said}");
    }

    #[test]
    fn each_class_has_its_remedy() {
        let class = |status, code, message| DbError::from_service(status, code, message);
        assert!(matches!(class(400, "DatabaseResumingException", ""), DbError::Unavailable { .. }));
        assert!(matches!(class(504, "DatabaseUnavailableException", ""), DbError::Unavailable { .. }));
        assert!(matches!(class(400, "StatementTimeoutException", ""), DbError::OutcomeUnknown { .. }));
        assert!(matches!(class(500, "InternalServerErrorException", ""), DbError::OutcomeUnknown { .. }));
        assert!(matches!(class(400, "BadRequestException", ""), DbError::Refused { .. }));
        assert!(matches!(
            class(400, "DatabaseErrorException", "ERROR: deadlock detected; SQLState: 40P01"),
            DbError::Conflict { .. }
        ));
        assert!(class(400, "DatabaseErrorException", "ERROR: no; SQLState: 23514").is_state("23514"));
    }
}
