//! The ways by which a message reaches those whom it concerns.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::ids::OutboxId;
use domain::messages::NotificationMessage;

use super::{Notifier, deliver};
use crate::webhooks::dispatch_due;
use crate::{Ctx, Failure};

/// How many webhooks one message sets going; the schedule sees to the rest.
const WEBHOOKS: u32 = 20;

/// One way out.
#[async_trait]
pub trait Channel: Debug + Send + Sync {
    /// Tells of what a message names. It may come twice; an error lets it come again.
    async fn tell(&self, ctx: &Ctx, id: OutboxId, message: &NotificationMessage) -> Result<(), Failure>;
}

/// Mails to people. The message is done in the outbox with the last of them.
#[async_trait]
impl Channel for Notifier {
    async fn tell(&self, ctx: &Ctx, id: OutboxId, message: &NotificationMessage) -> Result<(), Failure> {
        // On the heap: nested by value, the future of a worker is deeper than the compiler's limit.
        Box::pin(deliver(ctx, self, id, message)).await
    }
}

/// Webhooks to integrators. Their events are rows already; this sets them going at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Webhooks;

#[async_trait]
impl Channel for Webhooks {
    async fn tell(&self, ctx: &Ctx, _: OutboxId, message: &NotificationMessage) -> Result<(), Failure> {
        if !is_told_to_integrators(message) {
            return Ok(());
        }
        // What stays behind is sent by the schedule within the minute: no reason to send the mails again.
        if let Err(error) = dispatch_due(ctx, ctx.now(), WEBHOOKS).await {
            tracing::warn!(%error, "webhooks wait for the schedule");
        }
        Ok(())
    }
}

/// Whether there may be an event about the same thing.
const fn is_told_to_integrators(message: &NotificationMessage) -> bool {
    matches!(
        message,
        NotificationMessage::Booking { .. }
            | NotificationMessage::ReviewsRevealed { .. }
            | NotificationMessage::Receipt { .. }
            | NotificationMessage::Dispute { .. }
    )
}
