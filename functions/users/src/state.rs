//! What this function holds beyond what every HTTP function holds.

use std::sync::Arc;

use axum::extract::FromRef;
use jiff::Timestamp;
use platform::config::{Env, Group, SessionsConfig, SigningConfig, load};
use platform::{Aws, ConfigError};
use services::Failure;
use services::notifications::Unsubscriber;
use services::tokens::SigningKey;
use services::users::Issuer;
use store::keys::KeyTable;
use store::sessions::SessionTable;
use store::{DynamoError, LazyClient};
use tokio::sync::Mutex;
use web::App;

use crate::TOPICS;

/// After so long the signing key is fetched again, so that a new one is used wherever a process lives long. In seconds.
const MAX_AGE_SECONDS: u64 = 3_600;

/// The state of this function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct UsersState {
    app: App,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    secrets: LazyClient<aws_sdk_secretsmanager::Client>,
    signing: SigningConfig,
    token_issuer: String,
    audience: String,
    sessions: SessionTable,
    keys: KeyTable,
    unsubscriber: Unsubscriber,
    issuer: Mutex<Option<(Timestamp, Arc<Issuer>)>>,
}

impl UsersState {
    /// The state, from the environment. Calls nothing: the signing key is fetched when it is first needed.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let app = App::from_env(env, aws, TOPICS)?;
        let (sessions, signing) = load::<(SessionsConfig, SigningConfig)>(env)?;
        let tokens = load::<platform::config::TokenConfig>(env)?;
        let inner = Inner {
            secrets: aws.client(aws_sdk_secretsmanager::Client::new),
            signing,
            token_issuer: tokens.issuer,
            audience: tokens.audience,
            sessions: SessionTable::new(aws.dynamodb(), sessions.table),
            unsubscriber: Unsubscriber::new(KeyTable::new(aws.dynamodb(), tokens.keys_table.as_str())),
            keys: KeyTable::new(aws.dynamodb(), tokens.keys_table),
            issuer: Mutex::default(),
        };
        Ok(Self { app, inner: Arc::new(inner) })
    }

    /// The variables that [`UsersState::from_env`] reads, without those of the queues.
    pub fn variables() -> Vec<&'static str> {
        [App::variables(), <(SessionsConfig, SigningConfig)>::variables()].concat()
    }

    /// What every HTTP function holds.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The texts of the public keys that access tokens are checked against.
    pub(crate) async fn public_keys(&self) -> Result<Vec<String>, DynamoError> {
        Ok(self.inner.keys.load(self.app.ctx().now()).await?.jwks)
    }

    /// What reads the tokens of mails' links.
    pub(crate) fn unsubscriber(&self) -> &Unsubscriber {
        &self.inner.unsubscriber
    }

    /// What issues tokens. Fetches the signing key where it was not, or not lately. While the new one cannot be had, the old
    /// one goes on.
    pub(crate) async fn issuer(&self) -> Result<Arc<Issuer>, Failure> {
        let now = self.app.ctx().now();
        let mut known = self.inner.issuer.lock().await;
        if let Some((at, issuer)) = known.as_ref()
            && now.as_second().abs_diff(at.as_second()) < MAX_AGE_SECONDS
        {
            return Ok(Arc::clone(issuer));
        }
        let issuer = match (self.load_issuer().await, known.as_ref()) {
            (Ok(issuer), _) => Arc::new(issuer),
            (Err(failure), None) => return Err(failure),
            (Err(failure), Some((_, old))) => {
                tracing::warn!(error = %failure, "the signing key could not be fetched again; the old one goes on");
                Arc::clone(old)
            }
        };
        *known = Some((now, Arc::clone(&issuer)));
        Ok(issuer)
    }

    async fn load_issuer(&self) -> Result<Issuer, Failure> {
        let secret = self
            .inner
            .secrets
            .get_secret_value()
            .secret_id(&self.inner.signing.secret_arn)
            .send()
            .await
            .map_err(|error| Failure::unavailable(error.into_service_error()))?;
        let text = secret
            .secret_string()
            .ok_or_else(|| Failure::internal("the signing key's secret has no text"))?;
        let key = SigningKey::from_private_jwk(text).map_err(Failure::internal)?;
        Ok(Issuer {
            key: Arc::new(key),
            issuer: self.inner.token_issuer.clone(),
            audience: self.inner.audience.clone(),
            sessions: self.inner.sessions.clone(),
            limits: self.app.buckets().cloned(),
        })
    }
}

impl FromRef<UsersState> for App {
    fn from_ref(state: &UsersState) -> Self {
        state.app.clone()
    }
}
