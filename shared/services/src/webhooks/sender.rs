//! The way out to integrators' endpoints.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::SignedDuration;

/// One call of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// What an endpoint answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status. A redirect is an answer, and not followed.
    pub status: u16,
    /// `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<SignedDuration>,
}

/// Why there was no answer; a stable code of 1 to 100 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer: {0}")]
pub struct NoAnswer(pub &'static str);

/// Calls addresses that users name, and none that lead inside.
#[async_trait]
pub trait WebhookSender: Debug + Send + Sync {
    /// Makes one call, within some seconds.
    async fn send(&self, call: &Call) -> Result<Reply, NoAnswer>;
}
