//! What this function holds beyond what every HTTP function holds.

use std::sync::Arc;

use axum::extract::FromRef;
use platform::config::{Env, Group, PublicUrlConfig, StripeConfig, StripeWebhookConfig, load};
use platform::{Aws, ConfigError};
use stripe::{Deployed, Settings};
use web::App;

use crate::TOPICS;

/// The state of this function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PaymentsState {
    app: App,
    provider: Arc<Deployed>,
}

impl PaymentsState {
    /// The state, from the environment. Calls nothing: secrets are fetched when they are first needed.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let app = App::from_env(env, aws, TOPICS)?;
        let (stripe, webhook, public) = load::<(StripeConfig, StripeWebhookConfig, PublicUrlConfig)>(env)?;
        let settings = Settings {
            api_base: stripe.api_base,
            public_url: public.url,
            api_secret_arn: stripe.secret_arn,
            webhook_secret_arn: Some(webhook.secret_arn),
        };
        let secrets = aws.client(aws_sdk_secretsmanager::Client::new);
        let (clock, entropy) = (Arc::clone(&app.ctx().clock), Arc::clone(&app.ctx().entropy));
        let provider = Deployed::new(secrets, settings, clock, entropy);
        Ok(Self { app, provider: Arc::new(provider) })
    }

    /// The variables that [`PaymentsState::from_env`] reads, without those of the queues.
    pub fn variables() -> Vec<&'static str> {
        [App::variables(), <(StripeConfig, StripeWebhookConfig, PublicUrlConfig)>::variables()].concat()
    }

    /// What every HTTP function holds.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The payment provider.
    pub(crate) fn provider(&self) -> &Deployed {
        &self.provider
    }
}

impl FromRef<PaymentsState> for App {
    fn from_ref(state: &PaymentsState) -> Self {
        state.app.clone()
    }
}
