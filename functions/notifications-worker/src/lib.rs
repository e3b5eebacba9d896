//! Works off the messages to people: each becomes one mail for each recipient.

mod ses;

use std::sync::Arc;

use domain::messages::{Message, MessageBody, Topic};
use platform::config::{ConfigError, MailConfig, PublicUrlConfig, load};
use platform::{Aws, Env, WorkError};
use services::Ctx;
use services::notifications::{Channel, Notifier, Webhooks};

pub use ses::SesMailer;

/// The queues that this worker sends to: integrators are told when people are.
pub const TOPICS: &[Topic] = &[Topic::Webhooks];

/// The worker of the notifications queue.
#[derive(Debug)]
pub struct Worker {
    ctx: Ctx,
    channels: Vec<Arc<dyn Channel>>,
}

impl Worker {
    /// The deployed worker: mails go out by SES. Calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let ctx = platform::context::context(env, aws, TOPICS)?;
        let (mail, public) = load::<(MailConfig, PublicUrlConfig)>(env)?;
        let mailer = Arc::new(SesMailer::new(aws, mail.from));
        Ok(Self::new(ctx, Notifier::new(mailer, public.url)))
    }

    /// A worker over these parts.
    pub fn new(ctx: Ctx, notifier: Notifier) -> Self {
        Self { ctx, channels: vec![Arc::new(Webhooks), Arc::new(notifier)] }
    }

    /// Tells of one message by every channel. An error leaves it in the queue, after all had their turn.
    pub async fn handle(&self, message: Message) -> Result<(), WorkError> {
        let MessageBody::Notifications(notification) = &message.body else {
            return Err(WorkError::message(format!(
                "a message about {} is in the wrong queue",
                message.body.topic()
            )));
        };
        let mut outcome = Ok(());
        for channel in &self.channels {
            outcome = outcome.and(channel.tell(&self.ctx, message.id, notification).await);
        }
        Ok(outcome?)
    }
}
