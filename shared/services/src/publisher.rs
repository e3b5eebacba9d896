//! Sending messages to the queues.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::messages::Message;

/// A way to the queues. It may deliver a message twice and must not answer before the queue has taken it.
#[async_trait]
pub trait Publisher: Debug + Send + Sync {
    /// Hands over the messages, each to the queue of its topic.
    async fn publish(&self, messages: &[Message]) -> Result<(), PublishError>;
}

/// Some of the messages were not taken.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {total} messages were not taken: {message}")]
pub struct PublishError {
    /// How many were not taken.
    pub failed: usize,
    /// How many were handed over.
    pub total: usize,
    /// The service's own words, for the log.
    pub message: String,
}
