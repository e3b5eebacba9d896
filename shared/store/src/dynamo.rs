//! What the DynamoDB tables have in common.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;

/// A failed call to DynamoDB, after the SDK's own retries.
#[derive(Debug, thiserror::Error)]
pub enum DynamoError {
    /// The service is throttling, away, or could not be reached.
    #[error("DynamoDB is unavailable for the moment: {0}")]
    Unavailable(String),
    /// The service refused the call: permissions, parameters, sizes, a missing table.
    #[error("DynamoDB refused the call ({code}): {message}")]
    Refused {
        /// The service's error code.
        code: String,
        /// The service's own words, for the log.
        message: String,
    },
    /// An item lacks an attribute or carries one of another type.
    #[error("an item of {table} has no usable attribute {attribute}")]
    Inconsistent {
        /// What the table is for.
        table: &'static str,
        /// The attribute at fault.
        attribute: &'static str,
    },
}

impl DynamoError {
    /// Classes an error of the SDK.
    pub fn from_sdk<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let Some(service) = error.as_service_error() else {
            return Self::Unavailable(DisplayErrorContext(error).to_string());
        };
        let code = service.code().unwrap_or_default();
        let message = service.message().unwrap_or_default().to_owned();
        match code {
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException"
            | "InternalServerError"
            | "LimitExceededException"
            | "TransactionConflictException"
            | "TransactionInProgressException" => Self::Unavailable(format!("{code}: {message}")),
            _ => Self::Refused { code: code.to_owned(), message },
        }
    }
}

/// Whether a conditional write took place: its condition may have failed, which is no error.
pub(crate) fn took_place<T, E, R>(result: Result<T, SdkError<E, R>>) -> Result<bool, DynamoError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let failed = |error: &SdkError<E, R>| {
        error.as_service_error().and_then(ProvideErrorMetadata::code)
            == Some("ConditionalCheckFailedException")
    };
    match result {
        Ok(_) => Ok(true),
        Err(error) if failed(&error) => Ok(false),
        Err(error) => Err(DynamoError::from_sdk(&error)),
    }
}

/// A string attribute's value.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute's value.
pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
