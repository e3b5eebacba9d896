//! From what is due to messages in the queue.

use domain::messages::{FeedMessage, MessageBody};
use jiff::{SignedDuration, Timestamp};
use store::feeds::take_due;

use crate::{Ctx, Failure};

/// How long a message about a calendar may lie in the queue before another one is sent.
const QUEUED: SignedDuration = SignedDuration::from_mins(5);

/// Sends a message for each calendar that is due at `now`, up to `limit`; answers how many.
pub async fn dispatch_due(ctx: &Ctx, now: Timestamp, limit: u32) -> Result<u32, Failure> {
    let until = now.checked_add(QUEUED).unwrap_or(Timestamp::MAX);
    let due = take_due(&ctx.db, now, until, limit).await?;
    let messages: Vec<_> = due
        .iter()
        .map(|feed_id| ctx.message(MessageBody::Feeds(FeedMessage::Poll { feed_id: *feed_id })))
        .collect();
    ctx.publish(&messages).await;
    Ok(u32::try_from(due.len()).unwrap_or(limit))
}
