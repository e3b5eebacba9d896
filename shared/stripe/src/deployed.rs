//! The adapter as a deployment has it: its secrets lie in Secrets Manager and are fetched when they are first needed.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use services::Failure;
use store::LazyClient;
use tokio::sync::{Mutex, OnceCell};

use crate::client::StripeClient;
use crate::config::{Secret, StripeConfig};
use crate::webhook::{Event, SIGNATURE_TOLERANCE, SignatureError, verify_signature};

/// A function has 30 s at most for all that it does: a call gives up in time for its caller to say so, and for the next
/// message of a batch to be tried.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts and pauses of one call together.
const DEADLINE: Duration = Duration::from_secs(12);

/// For how long fetched secrets are used.
const SECRETS_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// How soon they may be fetched again when a signature fits none: whoever forges cannot make us ask more often.
const SECRETS_REST: SignedDuration = SignedDuration::from_secs(10);

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
    secrets: LazyClient<Client>,
    settings: Settings,
    clock: SharedClock,
    entropy: SharedEntropy,
    gateway: OnceCell<StripeClient>,
    webhook_secrets: Mutex<Option<Loaded>>,
}

/// The webhooks' secrets, and when they were fetched.
#[derive(Clone, Debug)]
struct Loaded {
    secrets: Arc<[Secret]>,
    at: Timestamp,
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
    pub fn new(
        secrets: impl Into<LazyClient<Client>>,
        settings: Settings,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Self {
        Self {
            secrets: secrets.into(),
            settings,
            clock,
            entropy,
            gateway: OnceCell::new(),
            webhook_secrets: Mutex::new(None),
        }
    }

    /// The provider's API. The first call fetches the key; a failed one is made again by the next.
    pub async fn gateway(&self) -> Result<&StripeClient, Failure> {
        self.gateway.get_or_try_init(|| self.connect()).await
    }

    /// Checks a webhook against what it may be signed with; several secrets while they are changed. They are fetched anew
    /// every few minutes, and when nothing fits, so that a change needs no restart.
    pub async fn verify(&self, body: &[u8], header: &str) -> Result<Result<Event, SignatureError>, Failure> {
        let now = self.clock.now();
        let verify = |secrets: &[Secret]| verify_signature(body, header, secrets, now, SIGNATURE_TOLERANCE);
        let loaded = self.secrets_younger_than(SECRETS_LIFE).await?;
        match verify(&loaded.secrets) {
            Err(SignatureError::Mismatch) => {
                let again = self.secrets_younger_than(SECRETS_REST).await?;
                Ok(verify(&again.secrets))
            }
            checked => Ok(checked),
        }
    }

    async fn secrets_younger_than(&self, age: SignedDuration) -> Result<Loaded, Failure> {
        let mut kept = self.webhook_secrets.lock().await;
        let now = self.clock.now();
        if let Some(loaded) = kept.as_ref().filter(|loaded| now.duration_since(loaded.at).abs() < age) {
            return Ok(loaded.clone());
        }
        let loaded = Loaded { secrets: self.load_webhook_secrets().await?.into(), at: now };
        Ok(kept.insert(loaded).clone())
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
