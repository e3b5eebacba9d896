//! Working through an event that the provider reported.

use domain::ids::OutboxId;
use domain::messages::ProviderEventId;
use jiff::SignedDuration;
use platform::WorkError;
use services::Ctx;
use services::gateway::PaymentGateway;
use services::payments::{
    Seen, finish_event, observe_account, observe_dispute, observe_payment, observe_refund,
};
use store::bookings::Cause;
use store::provider_events;
use stripe::{Event, Subject};

/// How long an event waits for the row that it speaks of. Ours is written before the provider is asked, or right after;
/// what is not there by then is of another system with the same account at the provider.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Brings about what an event says, once.
pub(crate) async fn work(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    event_id: &ProviderEventId,
    message: OutboxId,
) -> Result<(), WorkError> {
    let cause = Cause { message: Some(message), provider_event: Some(event_id.as_str()) };
    let stored = provider_events::find(&ctx.db, event_id).await?;
    let Some(stored) = stored.filter(|stored| stored.processed_at.is_none()) else {
        return Ok(finish_event(ctx, cause).await?);
    };
    let event = Event::parse(stored.payload.as_bytes())?;
    let seen = match event.subject()? {
        Subject::Payment(report) => observe_payment(ctx, gateway, &report, cause).await?,
        Subject::Refund(report, _) => observe_refund(ctx, &report, cause).await?,
        Subject::Account(account) => observe_account(ctx, gateway, &account.provider_id, cause).await?,
        Subject::Dispute(report) => observe_dispute(ctx, gateway, &report.provider_id, cause).await?,
        Subject::Other => {
            finish_event(ctx, cause).await?;
            Seen::Recorded
        }
    };
    if seen == Seen::Recorded {
        return Ok(());
    }
    if ctx.now().duration_since(stored.received_at) < PATIENCE {
        return Err(WorkError::message("an event came before the row that it speaks of"));
    }
    tracing::warn!(event_id = event_id.as_str(), "an event speaks of nothing of ours");
    Ok(finish_event(ctx, cause).await?)
}
