//! The versions of one secret.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;

use crate::RotateError;

pub(crate) const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

/// One secret.
#[derive(Debug)]
pub(crate) struct Versions<'s> {
    pub(crate) secrets: &'s Client,
    pub(crate) arn: &'s str,
}

impl Versions<'_> {
    /// The current version's text.
    pub(crate) async fn current(&self) -> Result<Option<String>, RotateError> {
        self.read(CURRENT, None).await
    }

    /// The text of the version that is being made.
    pub(crate) async fn pending(&self, token: &str) -> Result<Option<String>, RotateError> {
        self.read(PENDING, Some(token)).await
    }

    /// Writes the version that is being made.
    pub(crate) async fn put_pending(&self, token: &str, text: String) -> Result<(), RotateError> {
        self.secrets
            .put_secret_value()
            .secret_id(self.arn)
            .client_request_token(token)
            .secret_string(text)
            .version_stages(PENDING)
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Makes the new version the current one; what was current is the previous one from now on.
    pub(crate) async fn finish(&self, token: &str) -> Result<(), RotateError> {
        let described = self.secrets.describe_secret().secret_id(self.arn).send().await;
        let described = described.map_err(|error| refused(&error))?;
        let current = described
            .version_ids_to_stages()
            .and_then(|versions| {
                versions.iter().find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT))
            })
            .map(|(version, _)| version.clone());
        if current.as_deref() == Some(token) {
            return Ok(());
        }
        self.secrets
            .update_secret_version_stage()
            .secret_id(self.arn)
            .version_stage(CURRENT)
            .move_to_version_id(token)
            .set_remove_from_version_id(current)
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(())
    }

    async fn read(&self, stage: &str, version: Option<&str>) -> Result<Option<String>, RotateError> {
        let output = self
            .secrets
            .get_secret_value()
            .secret_id(self.arn)
            .version_stage(stage)
            .set_version_id(version.map(ToOwned::to_owned))
            .send()
            .await;
        match output {
            Ok(output) => output.secret_string.map(Some).ok_or(RotateError::Unreadable),
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
