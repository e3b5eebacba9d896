//! What can go wrong: at start, and in a call.

use std::path::PathBuf;

use http::StatusCode;

/// Why a stand-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder or the loopback socket cannot be had.
    #[error("cannot open {what}: {source}")]
    Io {
        /// The file, folder or socket.
        what: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The database file is no database, or of another kind.
    #[error("cannot open the database {file}: {reason}")]
    Database {
        /// The file.
        file: PathBuf,
        /// The engine's answer.
        reason: String,
    },
    /// The object store refuses its folder.
    #[error("cannot open the object store: {0}")]
    Objects(String),
    /// A queue or a notification in the options makes no sense.
    #[error(transparent)]
    Refused(#[from] AwsError),
}

impl StartError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// A refusal in the words of the service that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    pub(crate) status: StatusCode,
    /// The name of the error's shape in the service model: `QueueDoesNotExist`.
    pub(crate) shape: &'static str,
    /// The name that SDKs match on; it differs from the shape only in SQS, which keeps the codes of its older protocol.
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl AwsError {
    /// An error that is the caller's fault (HTTP 400) and has one name.
    pub(crate) fn sender(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, shape: code, code, message: message.into() }
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_shape(mut self, shape: &'static str) -> Self {
        self.shape = shape;
        self
    }

    /// The body is not the JSON that the operation takes.
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::sender("SerializationException", message)
    }

    fn internal(message: impl Into<String>) -> Self {
        Self::sender("InternalFailure", message).with_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The name that SDKs match on, such as `ReceiptHandleIsInvalid`.
    pub fn code(&self) -> &str {
        self.code
    }

    /// What a person is told.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<rusqlite::Error> for AwsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(format!("the database refused: {error}"))
    }
}

impl From<serde_json::Error> for AwsError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("a stored document is damaged: {error}"))
    }
}

impl From<tokio::task::JoinError> for AwsError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal(format!("the call was cut short: {error}"))
    }
}
