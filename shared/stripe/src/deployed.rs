//! The adapter as a deployment has it: its secrets lie in Secrets Manager and are fetched when they are first needed.

use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use services::Failure;
use tokio::sync::OnceCell;

use crate::client::StripeClient;
use crate::config::{Secret, StripeConfig};

/// A function has 30 s at most for all that it does: a call gives up in time for its caller to say so, and for the next
/// message of a batch to be tried.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts and pauses of one call together.
const DEADLINE: Duration = Duration::from_secs(12);

/// Where things are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The base URL of the provider's API.
    pub api_base: String,
    /// How the outside reaches this deployment, without a slash at the end.
    pub public_url: String,
    /// The secret `{"api_key": "…"}`.
    pub api_secret_arn: String,
    /// The secret `{"secrets": ["whsec_…", …]}`; none for a function that takes no webhooks.
    pub webhook_secret_arn: Option<String>,
}

/// The provider, with its secrets. Cheap to make: nothing is called until it is used.
#[derive(Debug)]
pub struct Deployed {
    secrets: Client,
    settings: Settings,
    clock: SharedClock,
    entropy: SharedEntropy,
    gateway: OnceCell<StripeClient>,
    webhook_secrets: OnceCell<Vec<Secret>>,
}

#[derive(Deserialize)]
struct ApiSecret {
    api_key: String,
}

#[derive(Deserialize)]
struct WebhookSecret {
    secrets: Vec<String>,
}

impl Deployed {
    /// The provider by these settings.
    pub fn new(secrets: Client, settings: Settings, clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { secrets, settings, clock, entropy, gateway: OnceCell::new(), webhook_secrets: OnceCell::new() }
    }

    /// The provider's API. The first call fetches the key; a failed one is made again by the next.
    pub async fn gateway(&self) -> Result<&StripeClient, Failure> {
        self.gateway.get_or_try_init(|| self.connect()).await
    }

    /// What webhooks may be signed with; several while they are changed.
    pub async fn webhook_secrets(&self) -> Result<&[Secret], Failure> {
        self.webhook_secrets.get_or_try_init(|| self.load_webhook_secrets()).await.map(Vec::as_slice)
    }

    async fn connect(&self) -> Result<StripeClient, Failure> {
        let ApiSecret { api_key } = self.fetch(&self.settings.api_secret_arn).await?;
        let mut config = StripeConfig::new(Secret::new(api_key), &self.settings.public_url);
        config.api_base.clone_from(&self.settings.api_base);
        config.attempt_timeout = ATTEMPT_TIMEOUT;
        config.deadline = DEADLINE;
        StripeClient::new(config, self.clock.clone(), self.entropy.clone()).map_err(Failure::internal)
    }

    async fn load_webhook_secrets(&self) -> Result<Vec<Secret>, Failure> {
        let arn = self.settings.webhook_secret_arn.as_deref();
        let arn = arn.ok_or_else(|| Failure::internal("this function takes no webhooks"))?;
        let WebhookSecret { secrets } = self.fetch(arn).await?;
        Ok(secrets.into_iter().map(Secret::new).collect())
    }

    async fn fetch<T: DeserializeOwned>(&self, arn: &str) -> Result<T, Failure> {
        let answer = self.secrets.get_secret_value().secret_id(arn).send().await;
        let answer = answer.map_err(|error| Failure::unavailable(error.into_service_error()))?;
        let text = answer.secret_string().ok_or_else(|| Failure::internal("a secret has no text"))?;
        // The decoder's message may quote the secret.
        serde_json::from_str(text)
            .map_err(|_| Failure::internal("a secret has not the shape that is expected"))
    }
}
