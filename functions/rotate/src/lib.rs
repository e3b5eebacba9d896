//! Exchanges the secrets that this system has made itself, in the four steps of Secrets Manager
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>): the functions'
//! database user and the key that signs access tokens. Each step may come again and then changes nothing.

mod credentials;
mod database_user;
mod signing_key;
mod versions;

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use platform::config::{
    ConfigError, DatabaseConfig, Env, Group as _, MigrateConfig, SigningConfig, TokenTableConfig, load,
};
use platform::{Aws, OsEntropy, SystemClock};
use serde::Deserialize;
use store::keys::KeyTable;
use store::{Db, DbError, DynamoError};
use versions::Versions;

type Settings = (DatabaseConfig, MigrateConfig, SigningConfig, TokenTableConfig);

/// What Secrets Manager asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RotationEvent {
    /// Which of the four steps.
    pub step: Step,
    /// The secret's ARN.
    pub secret_id: String,
    /// The new version's id.
    pub client_request_token: String,
}

/// The four steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Write the successor as the pending version.
    CreateSecret,
    /// Make the successor known to those who are to believe it.
    SetSecret,
    /// See that they know it.
    TestSecret,
    /// Make the pending version the current one.
    FinishSecret,
}

/// Why a step ended early; Secrets Manager tries the rotation again.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The event is for a secret that is not this function's.
    #[error("another secret than those that this function rotates")]
    OtherSecret,
    /// The secret is not what its readers read.
    #[error("the secret cannot be read")]
    Unreadable,
    /// The version to be set or finished is not there.
    #[error("there is no pending version")]
    NoPending,
    /// The successor is not known where it was to be made known.
    #[error("the successor is not known")]
    NotTaken,
    /// The database refused.
    #[error("the database: {0}")]
    Database(#[from] DbError),
    /// The table of keys refused.
    #[error("the table of keys: {0}")]
    Keys(#[from] DynamoError),
    /// Secrets Manager refused; its own words, never the secret.
    #[error("the secret: {0}")]
    Secret(String),
}

/// The function, ready to be called.
#[derive(Debug)]
pub struct Rotation {
    secrets: Client,
    owner: Db,
    keys: KeyTable,
    user_secret_arn: String,
    key_secret_arn: String,
    entropy: SharedEntropy,
    clock: SharedClock,
}

impl Rotation {
    /// Reads which secrets are rotated, and who may change the database's users.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let (database, app, signing, table) = load::<Settings>(env)?;
        let entropy: SharedEntropy = Arc::new(OsEntropy);
        let owner = Db::new(
            aws.rdsdata(),
            &database.cluster_arn,
            &database.secret_arn,
            &database.name,
            Arc::clone(&entropy),
        );
        Ok(Self {
            secrets: Client::new(aws.sdk_config()),
            owner,
            keys: KeyTable::new(aws.dynamodb(), table.keys_table),
            user_secret_arn: app.app_secret_arn,
            key_secret_arn: signing.secret_arn,
            entropy,
            clock: Arc::new(SystemClock::from_env(env)),
        })
    }

    /// The variables that it reads.
    pub fn variables() -> Vec<&'static str> {
        Settings::variables()
    }

    /// Does one step.
    pub async fn handle(&self, event: RotationEvent) -> Result<(), RotateError> {
        let versions = Versions { secrets: &self.secrets, arn: &event.secret_id };
        let (step, token, entropy) = (event.step, &event.client_request_token, self.entropy.as_ref());
        if event.secret_id == self.user_secret_arn {
            database_user::step(step, token, &versions, &self.owner, entropy).await?;
        } else if event.secret_id == self.key_secret_arn {
            signing_key::step(step, token, &versions, &self.keys, entropy, self.clock.now()).await?;
        } else {
            return Err(RotateError::OtherSecret);
        }
        tracing::info!(?step, "a step of a rotation is done");
        Ok(())
    }
}
