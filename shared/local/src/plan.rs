//! What a deployment consists of, beside its code: the queues and tables. `template.yaml` says the same, and a test
//! compares the two.

use domain::messages::Topic;

/// A queue with the worker behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueuePlan {
    pub(crate) topic: Topic,
    /// Six times the worker's time-out, in seconds.
    pub(crate) visibility_seconds: u32,
    /// The most records in one event.
    pub(crate) batch_size: u8,
    /// The most events worked on at a time.
    pub(crate) concurrency: usize,
}

/// After so many receives a message is a dead letter.
pub(crate) const MAX_RECEIVE_COUNT: u32 = 5;

pub(crate) const QUEUES: [QueuePlan; 3] = [
    QueuePlan { topic: Topic::Payments, visibility_seconds: 180, batch_size: 5, concurrency: 10 },
    QueuePlan { topic: Topic::Notifications, visibility_seconds: 180, batch_size: 10, concurrency: 5 },
    QueuePlan { topic: Topic::Media, visibility_seconds: 360, batch_size: 2, concurrency: 5 },
];

/// The prefix of uploads that the media worker is told about.
pub(crate) const UPLOAD_PREFIX: &str = "uploads/";

/// A queue's name, as the template makes it.
pub(crate) fn queue_name(topic: Topic) -> String {
    format!("innkeep-local-{}", topic.code())
}

/// The name of its dead letters' queue.
pub(crate) fn dead_letters_name(topic: Topic) -> String {
    format!("{}-dead-letters", queue_name(topic))
}
