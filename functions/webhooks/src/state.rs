//! What this function holds beyond what every HTTP function holds.

use axum::extract::FromRef;
use outbound::{Fetcher, Refused};
use platform::config::Env;
use platform::{Aws, ConfigError};
use web::{App, Error};

use crate::TOPICS;

/// The state of this function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WebhooksState {
    app: App,
    fetcher: Fetcher,
}

impl WebhooksState {
    /// The state, from the environment: endpoints are public addresses. Calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, Error> {
        Ok(Self::over(env, aws, Fetcher::public()?)?)
    }

    /// The state, where endpoints are what `fetcher` would call.
    pub fn over(env: &Env, aws: &Aws, fetcher: Fetcher) -> Result<Self, ConfigError> {
        Ok(Self { app: App::from_env(env, aws, TOPICS)?, fetcher })
    }

    /// The variables that [`WebhooksState::from_env`] reads, without those of the queues.
    pub fn variables() -> Vec<&'static str> {
        App::variables()
    }

    /// What every HTTP function holds.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// A URL in its normal form, if it may be called as far as can be seen without a look-up.
    pub(crate) fn check(&self, url: &str) -> Result<String, Refused> {
        self.fetcher.check(url).map(String::from)
    }
}

impl FromRef<WebhooksState> for App {
    fn from_ref(state: &WebhooksState) -> Self {
        state.app.clone()
    }
}
