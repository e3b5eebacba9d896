//! What strangers ask again and again, kept twice: in each function for seconds, in DynamoDB for a minute or two.
//!
//! Nothing is decided by what is kept: quotes and bookings read the record of truth. And nothing waits for it: where the
//! table is away, the record of truth is read as if there were none.
//!
//! One stampede is stopped twice. In a process those who ask for the same at once wait for one reader. Among processes the
//! one that gets a lease reads; the others show what is there, or wait for it for a moment.

mod near;
mod tell;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::read_cache::{CacheTable, Kept};

use crate::{Ctx, Failure};

use near::{Near, Shown};
pub(crate) use tell::key_of;
pub use tell::{tell_all, tell_of};

/// How long one process has to read what the others wait for.
const LEASE: Duration = Duration::from_secs(2);
/// How long the others wait for it, in steps, before they read for themselves.
const WAIT: Duration = Duration::from_millis(50);
/// In how many steps.
const WAITS: u32 = 4;

/// What is kept of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Grows with every change; a later one never gives way to an earlier one.
    pub revision: i64,
    /// What was read.
    pub body: String,
}

/// How long something is shown without asking the record of truth.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// From this age on one of those who ask reads it anew, while the others are shown what there is.
    pub fresh: SignedDuration,
    /// From this age on nobody is shown it from the table, even if no revocation arrives.
    pub shown: SignedDuration,
}

/// The cache. Cheap to clone; clones share what the process keeps.
#[derive(Clone, Debug)]
pub struct ReadCache {
    table: CacheTable,
    near: Arc<Near>,
}

/// What is to be done about something that was looked for in the table.
enum Step {
    Show(Entry),
    Read,
}

impl ReadCache {
    /// A cache that keeps in `table`. Calls nothing and takes no memory until it is used.
    pub fn new(table: CacheTable) -> Self {
        Self { table, near: Arc::default() }
    }

    /// What is kept under `key`, or else what `read` reads. A failure of `read` is not kept.
    ///
    /// `read` is not run where something is kept; those of one process who ask at once share one run.
    pub async fn get<F, R>(&self, ctx: &Ctx, key: &str, life: Life, read: F) -> Result<Arc<Entry>, Failure>
    where
        F: FnOnce() -> R + Send,
        R: Future<Output = Result<Entry, Failure>> + Send,
    {
        if let Some(entry) = self.near.find(key, ctx.now()).await {
            return Ok(entry);
        }
        // Boxed: what asks two services is large, and hardly any call gets here.
        Box::pin(self.near.fill(key, self.far(ctx, key, life, read))).await
    }

    async fn far<F, R>(&self, ctx: &Ctx, key: &str, life: Life, read: F) -> Result<Shown, Failure>
    where
        F: FnOnce() -> R + Send,
        R: Future<Output = Result<Entry, Failure>> + Send,
    {
        let at = ctx.now();
        if let Step::Show(entry) = self.step(key, life, at).await {
            return Ok(Shown { entry: Arc::new(entry), at });
        }
        let entry = read().await?;
        if let Err(error) = self.table.keep(key, entry.revision, &entry.body, at).await {
            tracing::warn!(%error, key, "what was read is not kept");
        }
        Ok(Shown { entry: Arc::new(entry), at })
    }

    async fn step(&self, key: &str, life: Life, now: Timestamp) -> Step {
        for waited in 0..=WAITS {
            let kept = match self.table.look(key).await {
                Ok(Some(kept)) => kept,
                // Nobody waits for what may not exist at all; anyone may ask for any id.
                Ok(None) => return Step::Read,
                Err(error) => {
                    tracing::warn!(%error, key, "the read cache is away");
                    return Step::Read;
                }
            };
            let (entry, age) = aged(kept, now);
            if entry.is_some() && age < life.fresh {
                return entry.map_or(Step::Read, Step::Show);
            }
            // Asked once: the lease of somebody else outlives the wait.
            if waited == 0 && self.table.lease(key, now, LEASE).await.unwrap_or(true) {
                return Step::Read;
            }
            if let Some(entry) = entry.filter(|_| age < life.shown) {
                return Step::Show(entry);
            }
            tokio::time::sleep(WAIT).await;
        }
        Step::Read
    }

    /// Forgets what is older than `revision`, here and in the table.
    async fn revoke(&self, key: &str, revision: i64, now: Timestamp) {
        self.near.forget(key).await;
        if let Err(error) = self.table.revoke(key, revision, now).await {
            tracing::warn!(%error, key, "the schedule will revoke it");
        }
    }
}

/// The entry, if there is one, and its age. What was read after `now`, by a clock since set back, counts as old.
fn aged(kept: Kept, now: Timestamp) -> (Option<Entry>, SignedDuration) {
    let age = SignedDuration::from_millis(now.as_millisecond().saturating_sub(kept.read_at_ms));
    let age = if age.is_negative() { SignedDuration::MAX } else { age };
    (kept.body.map(|body| Entry { revision: kept.revision, body }), age)
}
