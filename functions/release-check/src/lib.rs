//! The hook that CodeDeploy calls before it moves traffic to a new version.
//!
//! It invokes the new version of every function once and reports to CodeDeploy, which goes on or rolls back. All
//! versions are published before the first traffic moves, so each call looks at the whole release: one bad function
//! stops all of them.

mod checks;

use aws_sdk_codedeploy::types::LifecycleEventStatus;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::primitives::Blob;
pub use checks::{CHECKS, Check, Probe};
use platform::config::{ConfigError, Env, load_with};
use platform::{Aws, WorkError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What CodeDeploy sends to a hook.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleEvent {
    /// The deployment that waits.
    pub deployment_id: String,
    /// The answer is given for this execution of the hook.
    pub lifecycle_event_hook_execution_id: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is wrong, one line for each function; empty where traffic may move.
    pub wrong: Vec<String>,
}

/// The hook, ready to be called.
#[derive(Debug)]
pub struct ReleaseCheck {
    lambda: aws_sdk_lambda::Client,
    codedeploy: aws_sdk_codedeploy::Client,
    versions: Vec<(&'static Check, String)>,
}

impl ReleaseCheck {
    /// Reads the versions of all functions; calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let versions = load_with(env, |reader| {
            CHECKS.iter().map(|check| (check, reader.required(check.variable))).collect()
        })?;
        Ok(Self {
            lambda: aws_sdk_lambda::Client::new(aws.sdk_config()),
            codedeploy: aws_sdk_codedeploy::Client::new(aws.sdk_config()),
            versions,
        })
    }

    /// Looks at every version, then tells CodeDeploy whether traffic may move.
    pub async fn handle(&self, event: LifecycleEvent) -> Result<Report, WorkError> {
        let report = self.look().await;
        let status = if report.wrong.is_empty() {
            LifecycleEventStatus::Succeeded
        } else {
            LifecycleEventStatus::Failed
        };
        tracing::info!(deployment_id = event.deployment_id, status = status.as_str(), wrong = ?report.wrong, "looked");
        self.codedeploy
            .put_lifecycle_event_hook_execution_status()
            .deployment_id(event.deployment_id)
            .lifecycle_event_hook_execution_id(event.lifecycle_event_hook_execution_id)
            .status(status)
            .send()
            .await
            .map_err(|error| WorkError::message(DisplayErrorContext(&error).to_string()))?;
        Ok(report)
    }

    async fn look(&self) -> Report {
        let mut wrong = Vec::new();
        for (check, version) in &self.versions {
            if let Err(reason) = self.probe(check, version).await {
                wrong.push(format!("{}: {reason}", check.function));
            }
        }
        Report { wrong }
    }

    async fn probe(&self, check: &Check, version: &str) -> Result<(), String> {
        let output = self
            .lambda
            .invoke()
            .function_name(version)
            .payload(Blob::new(check.probe.event().to_string()))
            .send()
            .await
            .map_err(|error| DisplayErrorContext(&error).to_string())?;
        if let Some(error) = output.function_error() {
            return Err(format!("it failed: {error}"));
        }
        let answer = output.payload().map(Blob::as_ref).unwrap_or_default();
        let answer: Value = serde_json::from_slice(answer).map_err(|_| "it answered no JSON".to_owned())?;
        check.probe.judge(&answer)
    }
}

#[cfg(test)]
mod tests;
