//! What every use case is handed.

use std::sync::Arc;

use domain::clock::SharedClock;
use domain::messages::{Message, MessageBody};
use domain::random::{SharedEntropy, uuid_v7};
use jiff::Timestamp;
use store::Db;
use uuid::Uuid;

use crate::publisher::Publisher;

/// The world as a use case sees it: the record of truth, the time, chance, and a way to send messages.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The record of truth.
    pub db: Db,
    /// What time it is.
    pub clock: SharedClock,
    /// Where ids and secrets come from.
    pub entropy: SharedEntropy,
    /// Where messages go after the statement that wrote them to the outbox.
    pub publisher: Arc<dyn Publisher>,
}

impl Ctx {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id of any kind; ids made later sort later.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        uuid_v7(self.clock.now(), self.entropy.as_ref()).into()
    }

    /// A message with an outbox id of its own, ready to be stored and sent.
    pub fn message(&self, body: MessageBody) -> Message {
        Message { id: self.new_id(), body }
    }

    /// Sends messages whose outbox rows are committed.
    ///
    /// A failure is logged and swallowed on purpose: the rows are there and the sweeper sends them again, while the
    /// caller's change stands and must not be reported as failed.
    pub async fn publish(&self, messages: &[Message]) {
        if messages.is_empty() {
            return;
        }
        if let Err(error) = self.publisher.publish(messages).await {
            tracing::warn!(error = %error, count = messages.len(), "messages wait for the sweeper");
        }
    }
}
