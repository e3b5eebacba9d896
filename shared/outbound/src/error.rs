//! Why a call came to nothing.

use std::error::Error;

use crate::target::Refused;

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address may not be called. It was not.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody knows the name.
    #[error("the name could not be resolved")]
    Unresolved(#[source] std::io::Error),
    /// No connection stood.
    #[error("the connection could not be made")]
    Connect(#[source] std::io::Error),
    /// The other side could not prove who it is, or spoke no TLS.
    #[error("the TLS handshake failed")]
    Tls(#[source] std::io::Error),
    /// The connection broke off, or what came was not HTTP.
    #[error("the exchange failed")]
    Http(#[source] Box<dyn Error + Send + Sync>),
    /// It took longer than it may.
    #[error("no complete answer came in time")]
    TimedOut,
    /// The body is larger than it may be.
    #[error("the answer is too large")]
    TooLarge,
    /// More redirects than may be followed, or one that leads nowhere.
    #[error("too many redirects, or one without a good address")]
    Redirects,
    /// The request itself cannot be made.
    #[error("the request cannot be made")]
    Request(#[source] http::Error),
}

impl FetchError {
    /// A stable code of the error, for logs and for whoever named the address: it says nothing of what is inside.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Unresolved(_) => "unresolved",
            Self::Connect(_) => "connect_failed",
            Self::Tls(_) => "tls_failed",
            Self::Http(_) => "exchange_failed",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::Redirects => "redirects",
            Self::Request(_) => "invalid_request",
        }
    }
}
