//! What every HTTP function holds.

use std::sync::Arc;

use domain::clock::SharedClock;
use domain::ids::UserId;
use domain::messages::Topic;
use domain::random::SharedEntropy;
use platform::config::{
    DatabaseConfig, Env, Group, IdempotencyConfig, QueuesConfig, StageConfig, TokenConfig, load_with,
};
use platform::{Aws, ConfigError, OsEntropy, SystemClock};
use services::tokens::{AccessClaims, TokenError};
use services::{Ctx, Failure};
use store::documents::DocumentTable;
use store::idempotency::IdempotencyTable;
use store::keys::KeyTable;
use store::limits::LimitTable;

use crate::cursor::CursorCodec;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::problem::Problem;

/// The state of an HTTP function. Cheap to clone. A function with more state embeds it and derives `FromRef`.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ctx: Ctx,
    stage: String,
    issuer: String,
    audience: String,
    keys: Keys,
    idempotency: IdempotencyTable,
    limits: Option<Limits>,
}

/// The variable that, set to `off`, has nobody's requests counted; that an access token was ended is seen all the same. No
/// deployment sets it.
pub const LIMITS: &str = "INNKEEP_LIMITS";

/// What an [`App`] is made of.
#[derive(Clone, Debug)]
pub struct AppParts {
    /// The world as use cases see it.
    pub ctx: Ctx,
    /// The deployment's name, such as `prod` or `local`.
    pub stage: String,
    /// Who must have issued access tokens.
    pub issuer: String,
    /// Whom access tokens must be for.
    pub audience: String,
    /// Public keys and the cursors' key.
    pub keys: KeyTable,
    /// Kept answers.
    pub idempotency: IdempotencyTable,
    /// How much callers have done, and whose access tokens were ended; without it nobody looks.
    pub limits: Option<LimitTable>,
    /// Whether callers are refused what is too much.
    pub counted: bool,
}

impl App {
    /// The state of a deployed function; `topics` are those that it sends to. Calls nothing.
    pub fn from_env(env: &Env, aws: &Aws, topics: &[Topic]) -> Result<Self, ConfigError> {
        let (stage, database, tokens, idempotency, queues) = load_with(env, |reader| {
            (
                StageConfig::read(reader),
                DatabaseConfig::read(reader),
                TokenConfig::read(reader),
                IdempotencyConfig::read(reader),
                QueuesConfig::read(reader, topics),
            )
        })?;
        let counted = env.get(LIMITS).as_deref() != Some("off");
        Ok(Self::from_parts(AppParts {
            ctx: platform::context::assemble(env, aws, &database, queues),
            stage: stage.stage,
            issuer: tokens.issuer,
            audience: tokens.audience,
            keys: KeyTable::new(aws.dynamodb(), tokens.keys_table),
            limits: Some(LimitTable::new(aws.dynamodb(), &idempotency.table)),
            counted,
            idempotency: IdempotencyTable::new(aws.dynamodb(), idempotency.table),
        }))
    }

    /// The variables that [`App::from_env`] reads, without those of the queues.
    pub fn variables() -> Vec<&'static str> {
        <(StageConfig, DatabaseConfig, TokenConfig, IdempotencyConfig)>::variables()
    }

    /// The state, from parts.
    pub fn from_parts(parts: AppParts) -> Self {
        let AppParts { ctx, stage, issuer, audience, keys, idempotency, limits, counted } = parts;
        let limits = limits.map(|table| Limits::new(table, counted));
        let keys = Keys::new(keys, Arc::clone(&ctx.clock));
        Self { inner: Arc::new(Inner { ctx, stage, issuer, audience, keys, idempotency, limits }) }
    }

    /// The world as use cases see it.
    pub fn ctx(&self) -> &Ctx {
        &self.inner.ctx
    }

    /// The deployment's name, such as `prod` or `local`.
    pub fn stage(&self) -> &str {
        &self.inner.stage
    }

    /// What seals and opens the cursors of pages.
    pub async fn cursors(&self) -> Result<CursorCodec, Failure> {
        self.inner.keys.cursors().await
    }

    /// What the layers around a router need; see [`crate::finish`].
    pub fn edge(&self) -> Edge {
        Edge {
            clock: Arc::clone(&self.inner.ctx.clock),
            entropy: Arc::clone(&self.inner.ctx.entropy),
            app: Some(self.clone()),
        }
    }

    /// The documents that clients name by their digest.
    pub fn documents(&self) -> DocumentTable {
        self.inner.idempotency.documents()
    }

    pub(crate) fn idempotency(&self) -> &IdempotencyTable {
        &self.inner.idempotency
    }

    /// The buckets of limits, if anybody counts.
    pub fn buckets(&self) -> Option<&LimitTable> {
        self.limits().and_then(Limits::table)
    }

    /// Ends the access tokens of somebody that were issued before this second, and with `at_once` those of this second
    /// as well: nobody is to sign in again. Writes refuse them from now on, reads within ten seconds.
    pub async fn end_tokens(&self, user: UserId, at_once: bool) -> Result<(), Failure> {
        let Some(limits) = self.limits() else { return Ok(()) };
        let now = self.ctx().now();
        limits.end_tokens(user, now.as_second() + i64::from(at_once), now).await.map_err(Failure::unavailable)
    }

    /// The same, after something that is done and cannot be asked for again: where the buckets are away it stays done, and
    /// the tokens live on to their end.
    pub async fn try_end_tokens(&self, user: UserId, at_once: bool) {
        if let Err(error) = self.end_tokens(user, at_once).await {
            tracing::error!(%user, %error, "access tokens could not be ended");
        }
    }

    /// Counts what `user` does in another way than by REST under the limit of the operation `POST path`, if it has one of
    /// its own. Refuses with 429 what is too much, and with 503 what cannot be counted.
    pub async fn count_as(&self, path: &str, user: UserId) -> Result<(), Problem> {
        match self.limits() {
            Some(limits) => crate::limits::count_as(limits, path, user, self.ctx().now()).await,
            None => Ok(()),
        }
    }

    pub(crate) fn limits(&self) -> Option<&Limits> {
        self.inner.limits.as_ref()
    }

    /// Believes an access token or says why not; the outer error is that the keys could not be loaded.
    pub(crate) async fn verify(&self, token: &str) -> Result<Result<AccessClaims, TokenError>, Failure> {
        let Inner { issuer, audience, keys, ctx, .. } = &*self.inner;
        let keys = keys.for_token(token).await?;
        Ok(keys.verify(token, issuer, audience, ctx.now()))
    }
}

/// What the layers around a router need.
#[derive(Clone, Debug)]
pub struct Edge {
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    /// Where it is absent nothing is known of callers, and no answers are kept.
    pub(crate) app: Option<App>,
}

impl Edge {
    /// The surroundings of a function that knows neither callers nor the record of truth.
    pub fn stateless(env: &Env) -> Self {
        Self { clock: Arc::new(SystemClock::from_env(env)), entropy: Arc::new(OsEntropy), app: None }
    }
}
