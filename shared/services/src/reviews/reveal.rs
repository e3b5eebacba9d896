//! Revealing what waited for the whole window.

use domain::ids::BookingId;
use domain::messages::{Message, MessageBody, NotificationMessage};

use crate::{Ctx, Failure};

/// Reveals the reviews of up to `limit` stays whose window is over, and tells both sides. Answers how many stays.
pub async fn reveal_due(ctx: &Ctx, limit: u32) -> Result<usize, Failure> {
    let now = ctx.now();
    let due = store::reviews::due(&ctx.db, now, limit).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let messages: Vec<(BookingId, Message)> = due
        .iter()
        .map(|booking| {
            let revealed = NotificationMessage::ReviewsRevealed { booking_id: *booking };
            (*booking, ctx.message(MessageBody::Notifications(revealed)))
        })
        .collect();
    let all: Vec<Message> = messages.iter().map(|(_, message)| message.clone()).collect();
    let revealed = store::reviews::reveal(&ctx.db, &due, &all, now).await?;
    let told: Vec<Message> = messages
        .into_iter()
        .filter(|(booking, _)| revealed.contains(booking))
        .map(|(_, message)| message)
        .collect();
    ctx.publish(&told).await;
    Ok(revealed.len())
}
