//! What a deployment does before traffic moves: the schema, the application's role, the keys.
//!
//! Running it again changes nothing, and two of it at once wait for each other.

mod custom_resource;
mod keys;
mod role;

use platform::config::{DatabaseConfig, Env, Group, MigrateConfig, SigningConfig, TokenTableConfig, load};
use platform::{Aws, ConfigError, OsEntropy, SystemClock};
use serde::Serialize;
use std::sync::Arc;
use store::Db;
use store::keys::KeyTable;
use store::migrations::{self, MigrateError};
use store::{DbError, DynamoError};

/// What a run changed.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The migrations that were applied now, in order.
    pub applied: Vec<&'static str>,
    /// Whether the signing key was made now.
    pub signing_key_made: bool,
}

/// Why a run ended early. What was done before stays, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Variables are missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The application's role could not be made.
    #[error("the application's role: {0}")]
    Role(#[from] DbError),
    /// The keys could not be made known.
    #[error("the table of keys: {0}")]
    Keys(#[from] DynamoError),
    /// A secret could not be read or written.
    #[error("the secret of {what}: {message}")]
    Secret {
        /// What the secret is for.
        what: &'static str,
        /// The service's own words; never the secret.
        message: String,
    },
    /// The stack that asked for the run could not be told how it ended.
    #[error("the answer to CloudFormation: {0}")]
    Answer(String),
}

/// The variables that a run reads.
pub fn variables() -> Vec<&'static str> {
    <(DatabaseConfig, MigrateConfig, SigningConfig, TokenTableConfig)>::variables()
}

/// Does what the event asks for: a run; where CloudFormation asks for it as a custom resource, its answer too.
pub async fn handle(env: &Env, aws: &Aws, event: serde_json::Value) -> Result<Report, RunError> {
    let Some(request) = custom_resource::Request::of(&event) else { return run(env, aws).await };
    let outcome = if request.asks_for_a_run() { run(env, aws).await } else { Ok(Report::default()) };
    request.answer(&outcome).await?;
    outcome
}

/// Brings schema, role and keys up to date.
pub async fn run(env: &Env, aws: &Aws) -> Result<Report, RunError> {
    let (database, migrate, signing, tokens) =
        load::<(DatabaseConfig, MigrateConfig, SigningConfig, TokenTableConfig)>(env)?;
    let clock = SystemClock::from_env(env);
    let secrets = aws.client(aws_sdk_secretsmanager::Client::new);
    let owner = Db::new(
        aws.rdsdata(),
        &database.cluster_arn,
        &database.secret_arn,
        &database.name,
        Arc::new(OsEntropy),
    );
    let applied = migrations::migrate(&owner, &clock).await?;
    role::ensure(&owner, &secrets, &migrate.app_secret_arn, &OsEntropy).await?;
    let table = KeyTable::new(aws.dynamodb(), tokens.keys_table);
    let signing_key_made = keys::ensure(&secrets, &signing.secret_arn, &table, &OsEntropy).await?;
    Ok(Report { applied, signing_key_made })
}
