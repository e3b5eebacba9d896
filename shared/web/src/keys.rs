//! The keys of tokens and cursors, loaded when they are first needed and kept for a while.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use domain::clock::SharedClock;
use jiff::Timestamp;
use services::Failure;
use services::tokens::KeySet;
use store::keys::{KeyRing, KeyTable};

use crate::cursor::CursorCodec;

/// After so long the keys are loaded again, so that a withdrawn key is not believed for ever. In seconds.
const MAX_AGE_SECONDS: i64 = 300;
/// A token with an unknown key loads the keys again, but not more often than this. In seconds.
const MIN_AGE_SECONDS: i64 = 60;

/// The keys, with their age.
pub(crate) struct Keys {
    table: KeyTable,
    clock: SharedClock,
    loaded: RwLock<Option<Loaded>>,
    /// One load at a time; those who wait use its result.
    loading: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("table", &self.table).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Loaded {
    at: Timestamp,
    tokens: Arc<KeySet>,
    cursors: Option<CursorCodec>,
}

impl Keys {
    pub(crate) fn new(table: KeyTable, clock: SharedClock) -> Self {
        Self { table, clock, loaded: RwLock::new(None), loading: tokio::sync::Mutex::new(()) }
    }

    /// The public keys, loaded again if they do not know the token's.
    pub(crate) async fn for_token(&self, token: &str) -> Result<Arc<KeySet>, Failure> {
        let loaded = self.younger_than(MAX_AGE_SECONDS).await?;
        if loaded.tokens.knows_key_of(token) {
            return Ok(loaded.tokens);
        }
        Ok(self.younger_than(MIN_AGE_SECONDS).await?.tokens)
    }

    /// What seals and opens cursors.
    pub(crate) async fn cursors(&self) -> Result<CursorCodec, Failure> {
        let loaded = self.younger_than(MAX_AGE_SECONDS).await?;
        if let Some(codec) = loaded.cursors {
            return Ok(codec);
        }
        let loaded = self.younger_than(MIN_AGE_SECONDS).await?;
        loaded.cursors.ok_or_else(|| Failure::internal("the table of keys has no key for cursors"))
    }

    async fn younger_than(&self, seconds: i64) -> Result<Loaded, Failure> {
        if let Some(loaded) = self.present(seconds) {
            return Ok(loaded);
        }
        let _turn = self.loading.lock().await;
        if let Some(loaded) = self.present(seconds) {
            return Ok(loaded);
        }
        let loaded = match self.load().await {
            Ok(loaded) => loaded,
            Err(failure) => self.keep_for_now(failure)?,
        };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded.clone());
        Ok(loaded)
    }

    fn present(&self, max_age_seconds: i64) -> Option<Loaded> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        // A local clock may be moved back: that is an age, too.
        let age = self.clock.now().as_second().abs_diff(loaded.at.as_second());
        (age < max_age_seconds.unsigned_abs()).then_some(loaded)
    }

    async fn load(&self) -> Result<Loaded, Failure> {
        let KeyRing { jwks, cursor_key } = self.table.load(self.clock.now()).await?;
        let tokens = KeySet::from_jwks(jwks.iter().map(String::as_str)).map_err(Failure::internal)?;
        let cursors = cursor_key.map(|key| CursorCodec::new(&key));
        Ok(Loaded { at: self.clock.now(), tokens: Arc::new(tokens), cursors })
    }

    /// Old keys are better than none while the table is away.
    fn keep_for_now(&self, failure: Failure) -> Result<Loaded, Failure> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(loaded) = loaded else { return Err(failure) };
        tracing::warn!(error = %failure, "the keys could not be loaded again; the old ones stay");
        Ok(Loaded { at: self.clock.now(), ..loaded })
    }
}
