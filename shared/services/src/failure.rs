//! Why a use case did not do what was asked. It knows no HTTP.

use domain::refusal::{Refusal, RefusalClass};
use store::{DbError, DynamoError};

/// What a use case answers instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no such thing for this caller. Another's object is not there either.
    #[error("not found")]
    NotFound,
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A rule says no, and the answer carries something the caller can go on with, such as a fresh quote.
    #[error("{refusal}")]
    RefusedWith {
        /// The rule's answer.
        refusal: Refusal,
        /// The name of the member that is added to the problem document.
        member: &'static str,
        /// Its value.
        value: serde_json::Value,
    },
    /// Something that the use case needs is away for the moment. Nothing happened, or repeating is safe.
    #[error("unavailable for the moment")]
    Unavailable {
        /// When another attempt makes sense, in seconds.
        retry_after_seconds: u32,
        /// The cause, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A defect or a broken surrounding; for the log only.
    #[error("internal failure")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    /// A defect or a broken surrounding.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Something that is needed is away for the moment.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable { retry_after_seconds: 2, source: source.into() }
    }

    /// Who is calling is not proved.
    pub fn unauthenticated(code: &'static str, detail: &str) -> Self {
        Self::Refused(Refusal::new(RefusalClass::Unauthenticated, code, detail))
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable { .. } | DbError::Conflict { .. } | DbError::OutcomeUnknown { .. } => {
                Self::unavailable(error)
            }
            _ => Self::internal(error),
        }
    }
}

impl From<DynamoError> for Failure {
    fn from(error: DynamoError) -> Self {
        match error {
            DynamoError::Unavailable(_) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
