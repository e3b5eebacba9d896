//! What this function holds beyond what every HTTP function holds.

use axum::extract::FromRef;
use outbound::UrlRule;
use platform::config::{CacheConfig, Env, Group, MediaConfig, load};
use platform::{Aws, ConfigError};
use services::read_cache::ReadCache;
use store::read_cache::CacheTable;
use web::App;
use web::media::Media;

use crate::TOPICS;

/// The state of this function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PropertiesState {
    app: App,
    media: Media,
    cache: ReadCache,
    urls: UrlRule,
}

impl PropertiesState {
    /// The state, from the environment: calendars are fetched from public addresses. Calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        Self::over(env, aws, UrlRule::public())
    }

    /// The state, where calendars are what `urls` lets be named.
    pub fn over(env: &Env, aws: &Aws, urls: UrlRule) -> Result<Self, ConfigError> {
        let app = App::from_env(env, aws, TOPICS)?;
        let media = load::<MediaConfig>(env)?;
        let table = CacheTable::new(aws.dynamodb(), load::<CacheConfig>(env)?.table);
        Ok(Self { app, media: Media::new(env, aws, &media.bucket), cache: ReadCache::new(table), urls })
    }

    /// The variables that [`PropertiesState::from_env`] reads, without those of the queues.
    pub fn variables() -> Vec<&'static str> {
        [App::variables(), MediaConfig::variables(), CacheConfig::variables()].concat()
    }

    /// What every HTTP function holds.
    pub fn app(&self) -> &App {
        &self.app
    }
}

impl FromRef<PropertiesState> for App {
    fn from_ref(state: &PropertiesState) -> Self {
        state.app.clone()
    }
}

impl FromRef<PropertiesState> for UrlRule {
    fn from_ref(state: &PropertiesState) -> Self {
        state.urls
    }
}

impl FromRef<PropertiesState> for Media {
    fn from_ref(state: &PropertiesState) -> Self {
        state.media.clone()
    }
}

impl FromRef<PropertiesState> for ReadCache {
    fn from_ref(state: &PropertiesState) -> Self {
        state.cache.clone()
    }
}
