//! Works off the messages to people: each becomes one mail for each recipient.

mod record;
mod ses;

use std::sync::Arc;

use domain::messages::{Message, MessageBody, Topic};
use platform::config::{ConfigError, MailConfig, PublicUrlConfig, TokenTableConfig, load};
use platform::{Aws, Env, WorkError};
use services::Ctx;
use services::notifications::{Channel, Notifier, Unsubscriber, Webhooks, take_report};
use store::keys::KeyTable;
use tracing::Span;
use tracing::field::display;

use record::Task;
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
        let (mail, public, keys) = load::<(MailConfig, PublicUrlConfig, TokenTableConfig)>(env)?;
        let mailer = Arc::new(SesMailer::new(aws, mail.from, mail.configuration_set));
        let unsubscriber = Unsubscriber::new(KeyTable::new(aws.dynamodb(), keys.keys_table));
        Ok(Self::new(ctx, Notifier::new(mailer, unsubscriber, public.url)))
    }

    /// A worker over these parts.
    pub fn new(ctx: Ctx, notifier: Notifier) -> Self {
        Self { ctx, channels: vec![Arc::new(Webhooks), Arc::new(notifier)] }
    }

    /// Works off the body of one record: a message of ours, or a report of the mail service. An error leaves it in the
    /// queue; the same record again does nothing twice.
    pub async fn handle(&self, body: String) -> Result<(), WorkError> {
        match record::read(&body)? {
            Task::Message(message) => self.deliver(message).await,
            Task::Report(report) => Ok(take_report(&self.ctx, &report).await?),
            Task::Nothing => Ok(()),
        }
    }

    /// Tells of one message by every channel. An error leaves it in the queue, after all had their turn.
    async fn deliver(&self, message: Message) -> Result<(), WorkError> {
        Span::current()
            .record("outbox_id", display(message.id))
            .record("topic", display(message.body.topic()));
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
