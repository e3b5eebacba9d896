//! Standard queues over the JSON protocol.
//!
//! Sends are on disk before they are acknowledged. Visibility, delay and time stamps follow the clock that is handed in;
//! only a long poll's patience is real time. Kinder than AWS in one point: the retention period is recorded and not
//! enforced, because the local clock jumps over weeks while the workers had no time to run.
//! Stricter: a receipt handle is refused once its message was received again (AWS answers 200 and keeps the message),
//! messages and batches end at 262,144 bytes, unknown members of a request are refused, and there are no FIFO queues.

mod admin;
mod attributes;
mod batch;
mod bells;
mod engine;
mod error;
mod message;
mod move_task;
mod operations;
mod queues;
mod receive;
mod send;
mod settle;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use domain::clock::SharedClock;
use domain::random::SharedEntropy;

pub use admin::{MessageState, PeekedMessage, QueueStatus};
use engine::Engine;

use crate::REGION;
use crate::database::Database;
use crate::error::StartError;
use crate::server::{Bound, HttpServer};
use crate::wire::{self, Dialect};

const DIALECT: Dialect = Dialect {
    content_type: "application/x-amz-json-1.0",
    target_prefix: "AmazonSQS.",
    error_namespace: "com.amazonaws.sqs#",
    query_compatible: true,
    // A full batch of 256 KiB, each character of it escaped.
    max_body: 2 * 1024 * 1024,
};

/// How the queues are kept.
#[derive(Clone, Debug)]
pub struct SqsOptions {
    /// Where `sqs.sqlite` lies; `None` keeps the queues in memory.
    pub data_dir: Option<PathBuf>,
    /// Decides on visibility and delay.
    pub clock: SharedClock,
    /// Makes message ids and receipt handles.
    pub entropy: SharedEntropy,
    /// The region in ARNs.
    pub region: String,
}

impl SqsOptions {
    /// Queues in memory, in the default region.
    pub fn in_memory(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { data_dir: None, clock, entropy, region: REGION.to_owned() }
    }
}

/// The running service.
#[derive(Debug)]
pub struct Sqs {
    server: HttpServer,
    engine: Arc<Engine>,
}

impl Sqs {
    /// Opens the queues and serves them.
    ///
    /// # Errors
    /// When the database or a loopback port cannot be had.
    pub async fn start(options: SqsOptions) -> Result<Self, StartError> {
        let database = Database::open(options.data_dir.as_deref(), "sqs.sqlite", store::SCHEMA)?;
        let bound = Bound::loopback().await?;
        let engine = Arc::new(Engine::new(database, &options, bound.url(), bound.stopping()));
        let served = Arc::clone(&engine);
        let router = wire::router(DIALECT, move |operation, body| {
            operations::dispatch(Arc::clone(&served), operation, body)
        });
        Ok(Self { server: bound.serve(router), engine })
    }

    /// The endpoint for an SDK client.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Lets waiting receivers look again; call it after the clock was moved.
    ///
    /// Without the call they notice within 200 ms.
    pub fn poke(&self) {
        self.engine.bells.ring_all();
    }

    /// How often receivers have looked into a queue since the start; a waiting receiver must not drive it up.
    pub fn poll_checks(&self) -> u64 {
        self.engine.poll_checks()
    }

    /// Ends long polls with an empty answer, lets other calls finish, and closes the port. What needs no port, such as
    /// [`peek`](Self::peek), goes on working.
    pub async fn stop(&self) {
        self.server.stop().await;
    }
}
