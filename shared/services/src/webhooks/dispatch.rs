//! From what is due to messages in the queue.

use domain::messages::{MessageBody, WebhookMessage};
use jiff::{SignedDuration, Timestamp};
use store::webhooks::take_due;

use crate::{Ctx, Failure};

/// How long a message about a delivery may lie in the queue before another one is sent.
const QUEUED: SignedDuration = SignedDuration::from_mins(5);

/// Sends a message for each stream of deliveries that is due at `now`, up to `limit`; answers how many.
///
/// Called by the schedule each minute, and by whoever has just told people of something: then nobody waits for the minute.
pub async fn dispatch_due(ctx: &Ctx, now: Timestamp, limit: u32) -> Result<u32, Failure> {
    let until = now.checked_add(QUEUED).unwrap_or(Timestamp::MAX);
    let due = take_due(&ctx.db, now, until, limit).await?;
    let message = |stream: &store::webhooks::Stream| {
        let body = WebhookMessage::Deliver { endpoint_id: stream.endpoint_id, booking_id: stream.booking_id };
        ctx.message(MessageBody::Webhooks(body))
    };
    let messages: Vec<_> = due.iter().map(message).collect();
    ctx.publish(&messages).await;
    Ok(u32::try_from(due.len()).unwrap_or(limit))
}
