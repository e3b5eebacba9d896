//! Gives the functions another database user and password, in the four steps of Secrets Manager
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>).
//!
//! Two users take turns: the one that is in use keeps its password until the next rotation, so that no call is refused
//! while the secret changes hands. Each step may come again and then changes nothing.

mod credentials;

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use credentials::Credentials;
use domain::random::SharedEntropy;
use platform::config::{ConfigError, DatabaseConfig, Env, Group, MigrateConfig, load};
use platform::{Aws, OsEntropy};
use serde::Deserialize;
use store::{Db, DbError};

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

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
    /// Write the other user and a new password as the pending version.
    CreateSecret,
    /// Give the database the pending user and password.
    SetSecret,
    /// See that the database has taken them.
    TestSecret,
    /// Make the pending version the current one.
    FinishSecret,
}

/// Why a step ended early; Secrets Manager tries the rotation again.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The event is for a secret that is not this function's.
    #[error("another secret than the one that this function rotates")]
    OtherSecret,
    /// The secret is not what `migrate` reads.
    #[error("the secret is no JSON object with username and password")]
    Unreadable,
    /// The version to be set or finished is not there.
    #[error("there is no pending version")]
    NoPending,
    /// The database does not know the pending user.
    #[error("the database does not know the pending user")]
    UnknownUser,
    /// The database refused.
    #[error("the database: {0}")]
    Database(#[from] DbError),
    /// Secrets Manager refused; its own words, never the secret.
    #[error("the secret: {0}")]
    Secret(String),
}

/// The function, ready to be called.
#[derive(Debug)]
pub struct Rotation {
    secrets: Client,
    owner: Db,
    secret_arn: String,
    entropy: SharedEntropy,
}

impl Rotation {
    /// Reads whose secret is rotated, and who may change the database's users.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let (database, app) = load::<(DatabaseConfig, MigrateConfig)>(env)?;
        let entropy: SharedEntropy = Arc::new(OsEntropy);
        let owner = Db::new(
            aws.rdsdata(),
            &database.cluster_arn,
            &database.secret_arn,
            &database.name,
            Arc::clone(&entropy),
        );
        let secrets = Client::new(aws.sdk_config());
        Ok(Self { secrets, owner, secret_arn: app.app_secret_arn, entropy })
    }

    /// The variables that it reads.
    pub fn variables() -> Vec<&'static str> {
        <(DatabaseConfig, MigrateConfig)>::variables()
    }

    /// Does one step.
    pub async fn handle(&self, event: RotationEvent) -> Result<(), RotateError> {
        if event.secret_id != self.secret_arn {
            return Err(RotateError::OtherSecret);
        }
        let token = &event.client_request_token;
        match event.step {
            Step::CreateSecret => self.create(token).await?,
            Step::SetSecret => self.set(token).await?,
            Step::TestSecret => self.test(token).await?,
            Step::FinishSecret => self.finish(token).await?,
        }
        tracing::info!(step = ?event.step, "a step of the rotation is done");
        Ok(())
    }

    async fn create(&self, token: &str) -> Result<(), RotateError> {
        if self.read(PENDING, Some(token)).await?.is_some() {
            return Ok(());
        }
        let current = self.read(CURRENT, None).await?.ok_or(RotateError::Unreadable)?;
        self.secrets
            .put_secret_value()
            .secret_id(&self.secret_arn)
            .client_request_token(token)
            .secret_string(current.successor(self.entropy.as_ref()).to_json())
            .version_stages(PENDING)
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(())
    }

    async fn set(&self, token: &str) -> Result<(), RotateError> {
        let pending = self.read(PENDING, Some(token)).await?.ok_or(RotateError::NoPending)?;
        store::roles::ensure_application_role(&self.owner, &pending.username, &pending.password).await?;
        Ok(())
    }

    /// The Data API connects with a secret's current version only, so the catalogue is asked whether the user is there.
    async fn test(&self, token: &str) -> Result<(), RotateError> {
        let pending = self.read(PENDING, Some(token)).await?.ok_or(RotateError::NoPending)?;
        if store::roles::can_log_in(&self.owner, &pending.username).await? {
            return Ok(());
        }
        Err(RotateError::UnknownUser)
    }

    async fn finish(&self, token: &str) -> Result<(), RotateError> {
        let described = self.secrets.describe_secret().secret_id(&self.secret_arn).send().await;
        let described = described.map_err(|error| refused(&error))?;
        let current = described
            .version_ids_to_stages()
            .and_then(|versions| versions.iter().find(|(_, stages)| stages.iter().any(|s| s == CURRENT)))
            .map(|(version, _)| version.clone());
        if current.as_deref() == Some(token) {
            return Ok(());
        }
        self.secrets
            .update_secret_version_stage()
            .secret_id(&self.secret_arn)
            .version_stage(CURRENT)
            .move_to_version_id(token)
            .set_remove_from_version_id(current)
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(())
    }

    async fn read(&self, stage: &str, version: Option<&str>) -> Result<Option<Credentials>, RotateError> {
        let output = self
            .secrets
            .get_secret_value()
            .secret_id(&self.secret_arn)
            .version_stage(stage)
            .set_version_id(version.map(ToOwned::to_owned))
            .send()
            .await;
        match output {
            Ok(output) => {
                let text = output.secret_string().ok_or(RotateError::Unreadable)?;
                Credentials::parse(text).map(Some).ok_or(RotateError::Unreadable)
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(refused(&error)),
        }
    }
}

fn refused(error: &(impl std::error::Error + 'static)) -> RotateError {
    RotateError::Secret(DisplayErrorContext(error).to_string())
}
