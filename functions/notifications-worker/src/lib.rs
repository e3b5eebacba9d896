//! Works off the messages to people: each becomes one mail for each recipient.

mod ses;

use std::sync::Arc;

use domain::messages::{Message, MessageBody, Topic};
use platform::config::{ConfigError, MailConfig, PublicUrlConfig, load};
use platform::{Aws, Env, WorkError};
use services::Ctx;
use services::notifications::{Notifier, deliver};

pub use ses::SesMailer;

/// The queues that this worker sends to: none.
pub const TOPICS: &[Topic] = &[];

/// The worker of the notifications queue.
#[derive(Debug)]
pub struct Worker {
    ctx: Ctx,
    notifier: Notifier,
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
    pub const fn new(ctx: Ctx, notifier: Notifier) -> Self {
        Self { ctx, notifier }
    }

    /// Sends the mails of one message. An error leaves it in the queue.
    pub async fn handle(&self, message: Message) -> Result<(), WorkError> {
        let MessageBody::Notifications(notification) = &message.body else {
            return Err(WorkError::message(format!(
                "a message about {} is in the wrong queue",
                message.body.topic()
            )));
        };
        // On the heap: nested by value, the future of a worker is deeper than the compiler's limit.
        Ok(Box::pin(deliver(&self.ctx, &self.notifier, message.id, notification)).await?)
    }
}
