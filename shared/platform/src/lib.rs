//! Process plumbing without HTTP: configuration, AWS clients, telemetry, queues.

pub mod aws;
pub mod clock;
pub mod config;
pub mod context;
pub mod figures;
mod http;
pub mod publisher;
pub mod telemetry;
pub mod trace;
pub mod worker;
pub mod xray;

pub use aws::Aws;
pub use clock::{OsEntropy, SystemClock};
pub use config::{ConfigError, Env};
pub use publisher::SqsPublisher;
pub use store::LazyClient;
pub use worker::{WorkError, run_batch, run_records, serve_event, serve_records, serve_worker};
