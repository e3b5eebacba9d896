//! Works off the messages to integrators: calls their endpoints, one event of a booking after another.

mod sender;

use std::sync::Arc;

use domain::messages::{Message, MessageBody, Topic};
use outbound::Fetcher;
use platform::config::ConfigError;
use platform::{Aws, Env, WorkError};
use services::Ctx;
use services::webhooks::{WebhookSender, deliver};

pub use sender::HttpSender;

/// The queues that this worker sends to: owners are told of an endpoint that was switched off.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

/// The worker of the webhooks queue.
#[derive(Debug)]
pub struct Worker {
    ctx: Ctx,
    sender: Arc<dyn WebhookSender>,
}

impl Worker {
    /// The deployed worker: it calls public addresses alone. Calls nothing now.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, platform::worker::Error> {
        Ok(Self::over(env, aws, Fetcher::public()?)?)
    }

    /// A worker that calls by `fetcher`.
    pub fn over(env: &Env, aws: &Aws, fetcher: Fetcher) -> Result<Self, ConfigError> {
        let ctx = platform::context::context(env, aws, TOPICS)?;
        Ok(Self { ctx, sender: Arc::new(HttpSender::new(fetcher)) })
    }

    /// Makes the attempts that a message asks for. An error leaves it in the queue; that an endpoint fails is none.
    pub async fn handle(&self, message: Message) -> Result<(), WorkError> {
        let MessageBody::Webhooks(webhook) = &message.body else {
            return Err(WorkError::message(format!(
                "a message about {} is in the wrong queue",
                message.body.topic()
            )));
        };
        // On the heap: nested by value, the future of a worker is deeper than the compiler's limit.
        Ok(Box::pin(deliver(&self.ctx, self.sender.as_ref(), webhook)).await?)
    }
}
