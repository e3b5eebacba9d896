//! The world as a deployed function sees it.

use std::sync::Arc;

use domain::clock::SharedClock;
use domain::messages::Topic;
use domain::random::SharedEntropy;
use services::Ctx;
use store::Db;

use crate::aws::{Aws, AwsError};
use crate::clock::{OsEntropy, SystemClock};
use crate::config::{ConfigError, DatabaseConfig, Env, Group, QueuesConfig, load_with};
use crate::publisher::SqsPublisher;

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Variables are missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There are no AWS clients.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// The world, from the environment. `topics` are those that the function sends to.
pub fn context(env: &Env, aws: &Aws, topics: &[Topic]) -> Result<Ctx, ConfigError> {
    let (database, queues) =
        load_with(env, |reader| (DatabaseConfig::read(reader), QueuesConfig::read(reader, topics)))?;
    Ok(assemble(env, aws, &database, queues))
}

/// The world, from groups that have been read.
pub fn assemble(env: &Env, aws: &Aws, database: &DatabaseConfig, queues: QueuesConfig) -> Ctx {
    let entropy: SharedEntropy = Arc::new(OsEntropy);
    let clock: SharedClock = Arc::new(SystemClock::from_env(env));
    let db = Db::new(
        aws.rdsdata(),
        &database.cluster_arn,
        &database.secret_arn,
        &database.name,
        Arc::clone(&entropy),
    );
    Ctx { db, clock, entropy, publisher: Arc::new(SqsPublisher::new(aws.sqs(), queues)) }
}
