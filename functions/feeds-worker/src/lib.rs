//! Reads calendars of other platforms that are due.

mod reader;

use std::sync::Arc;

use domain::messages::{FeedMessage, Message, MessageBody, Topic};
use outbound::Fetcher;
use platform::config::ConfigError;
use platform::{Aws, Env, WorkError};
use services::Ctx;
use services::feeds::{FeedReader, poll};

pub use reader::HttpReader;

/// The queues that this worker sends to: hosts are told of conflicts, and of calendars that cannot be read.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

/// The worker of the feeds queue.
#[derive(Debug)]
pub struct Worker {
    ctx: Ctx,
    reader: Arc<dyn FeedReader>,
}

impl Worker {
    /// The deployed worker: it calls public addresses alone. Calls nothing now.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, platform::worker::Error> {
        Ok(Self::over(env, aws, Fetcher::public()?)?)
    }

    /// A worker that calls by `fetcher`.
    pub fn over(env: &Env, aws: &Aws, fetcher: Fetcher) -> Result<Self, ConfigError> {
        let ctx = platform::context::context(env, aws, TOPICS)?;
        Ok(Self { ctx, reader: Arc::new(HttpReader::new(fetcher)) })
    }

    /// Reads the calendar that a message names, if it is due. An error leaves the message in the queue; that a calendar
    /// cannot be read is none.
    pub async fn handle(&self, message: Message) -> Result<(), WorkError> {
        let MessageBody::Feeds(FeedMessage::Poll { feed_id }) = message.body else {
            return Err(WorkError::message(format!(
                "a message about {} is in the wrong queue",
                message.body.topic()
            )));
        };
        // On the heap: nested by value, the future of a worker is deeper than the compiler's limit.
        Ok(Box::pin(poll(&self.ctx, self.reader.as_ref(), feed_id)).await?)
    }
}
