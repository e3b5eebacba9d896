//! Called each minute: does what is due by the clock alone, and sends again what was not worked off.

use domain::messages::Topic;
use platform::WorkError;
use services::Ctx;
use services::schedule::{Report, run};

/// The queues that this function sends to: messages of every kind may wait in the outbox.
pub const TOPICS: &[Topic] = Topic::ALL;

/// Does what is due now; what the schedule sends along does not matter.
pub async fn handle(ctx: &Ctx, _event: serde_json::Value) -> Result<Report, WorkError> {
    // Boxed: the future of all that work is deeper than the compiler looks by default.
    let report = Box::pin(run(ctx, ctx.now())).await?;
    if report != Report::default() {
        tracing::info!(?report, "what was due is done");
    }
    Ok(report)
}
