//! Called each minute: does what is due by the clock alone, sends again what was not worked off, tells the read cache of
//! changes, and remembers the audit log's end.

use domain::messages::Topic;
use platform::config::{AnchorsConfig, CacheConfig, Env, load};
use platform::{Aws, ConfigError, WorkError};
use services::schedule::{Report, run};
use services::{Ctx, read_cache};
use store::anchors::AnchorTable;
use store::read_cache::CacheTable;

/// The queues that this function sends to: messages of every kind may wait in the outbox.
pub const TOPICS: &[Topic] = Topic::ALL;

/// What the schedule works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scheduler {
    ctx: Ctx,
    anchors: AnchorTable,
    cache: CacheTable,
}

impl Scheduler {
    /// From the environment; calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let ctx = platform::context::context(env, aws, TOPICS)?;
        let anchors = AnchorTable::new(aws.dynamodb(), load::<AnchorsConfig>(env)?.table);
        let cache = CacheTable::new(aws.dynamodb(), load::<CacheConfig>(env)?.table);
        Ok(Self { ctx, anchors, cache })
    }

    /// Does what is due now; what the schedule sends along does not matter.
    pub async fn handle(&self, _event: serde_json::Value) -> Result<Report, WorkError> {
        // Boxed: the future of all that work is deeper than the compiler looks by default, and large.
        let report = Box::pin(run(&self.ctx, self.ctx.now())).await;
        match read_cache::tell_all(&self.ctx, &self.cache).await {
            Ok(told) => tracing::debug!(told, "the read cache knows of all changes"),
            // What it shows ends by itself, too, and the next run tells it.
            Err(error) => tracing::warn!(%error, "the read cache was not told of all changes"),
        }
        // Whatever became of the rest; and a log that lost something fails the run, which somebody is told of.
        if let Some(broken) = Box::pin(services::audit::anchor(&self.ctx, &self.anchors)).await? {
            tracing::error!(%broken, "somebody tampered with the audit log");
            return Err(broken.into());
        }
        let report = report?;
        if report != Report::default() {
            tracing::info!(?report, "what was due is done");
        }
        Ok(report)
    }
}
