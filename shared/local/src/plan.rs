//! What a deployment consists of, beside its code: the routes, queues and tables. `template.yaml` says the same, and
//! a test compares the two.

use domain::messages::Topic;

/// The functions behind the first segments of paths: `/users`, `/users/` and `/users/{proxy+}` go to one function.
pub const ROUTES: [(&str, &str); 10] = [
    ("users", "users"),
    (".well-known", "users"),
    ("properties", "properties"),
    ("bookings", "bookings"),
    ("payments", "payments"),
    ("reviews", "reviews"),
    ("webhooks", "webhooks"),
    ("graphql", "graphql"),
    ("messages", "messages"),
    ("wishlists", "wishlists"),
];

/// The function of every other path.
pub const DEFAULT_ROUTE: &str = "fallback";

/// A queue with the worker behind it.
#[derive(Clone, Copy, Debug)]
pub struct QueuePlan {
    /// The messages that it carries.
    pub topic: Topic,
    /// Six times the worker's time-out, in seconds.
    pub visibility_seconds: u32,
    /// The most records in one event.
    pub batch_size: u8,
    /// The most events worked on at a time.
    pub concurrency: usize,
}

/// After so many receives a message is a dead letter.
pub const MAX_RECEIVE_COUNT: u32 = 5;

/// The queues.
pub const QUEUES: [QueuePlan; 5] = [
    QueuePlan { topic: Topic::Payments, visibility_seconds: 180, batch_size: 5, concurrency: 10 },
    QueuePlan { topic: Topic::Notifications, visibility_seconds: 180, batch_size: 10, concurrency: 5 },
    QueuePlan { topic: Topic::Webhooks, visibility_seconds: 180, batch_size: 1, concurrency: 10 },
    QueuePlan { topic: Topic::Feeds, visibility_seconds: 180, batch_size: 1, concurrency: 5 },
    QueuePlan { topic: Topic::Media, visibility_seconds: 360, batch_size: 2, concurrency: 5 },
];

/// The seconds that a poll of an empty queue lasts.
pub const RECEIVE_WAIT_SECONDS: u8 = 20;

/// The prefix of uploads that the media worker is told about.
pub const UPLOAD_PREFIX: &str = "uploads/";

/// The tables, by the variable that names them. Each has the text `pk` as its key.
pub const TABLES: [(&str, &str); 5] = [
    ("SESSIONS_TABLE", "innkeep-local-sessions"),
    ("IDEMPOTENCY_TABLE", "innkeep-local-idempotency"),
    ("KEYS_TABLE", "innkeep-local-keys"),
    ("ANCHORS_TABLE", "innkeep-local-anchors"),
    ("CACHE_TABLE", "innkeep-local-cache"),
];

/// A queue's name, as the template makes it.
pub fn queue_name(topic: Topic) -> String {
    format!("innkeep-local-{}", topic.code())
}

/// The name of its dead letters' queue.
pub fn dead_letters_name(topic: Topic) -> String {
    format!("{}-dead-letters", queue_name(topic))
}
