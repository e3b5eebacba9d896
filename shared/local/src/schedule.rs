//! What EventBridge Scheduler does: calls the scheduler function each minute of the local clock.

use std::sync::Arc;
use std::time::Duration;

use domain::clock::SharedClock;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// How often it is called, by the local clock.
const PERIOD: SignedDuration = SignedDuration::from_mins(1);
/// How soon a move of the clock is noticed.
const LOOK: Duration = Duration::from_millis(250);

/// The scheduler function.
pub type Tick = Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

/// The schedule; one call at a time.
#[derive(Clone)]
pub(crate) struct Schedule {
    clock: SharedClock,
    tick: Tick,
    last: Arc<Mutex<Timestamp>>,
}

impl Schedule {
    pub(crate) fn new(clock: SharedClock, tick: Tick) -> Self {
        let last = Arc::new(Mutex::new(clock.now()));
        Self { clock, tick, last }
    }

    /// Calls the function now and waits for it.
    pub(crate) async fn run_now(&self) -> anyhow::Result<()> {
        let mut last = self.last.lock().await;
        *last = self.clock.now();
        (self.tick)().await
    }

    /// Calls the function each minute until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => return,
            }
            let due = {
                let last = *self.last.lock().await;
                self.clock.now().duration_since(last).abs() >= PERIOD
            };
            if due && let Err(error) = self.run_now().await {
                tracing::warn!(%error, "the schedule's call failed; the next one follows in a minute");
            }
        }
    }
}
