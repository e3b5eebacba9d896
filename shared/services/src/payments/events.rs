//! The inbox of the provider's events.

use domain::messages::{MessageBody, PaymentMessage, ProviderEventId};
use store::bookings::Cause;
use store::provider_events::{NewEvent, receive};

use super::close;
use crate::{Ctx, Failure};

/// An event whose signature was checked.
#[derive(Clone, Debug)]
pub struct IncomingEvent<'a> {
    /// The provider's name of it.
    pub id: ProviderEventId,
    /// The provider's word for what it tells of.
    pub kind: &'a str,
    /// The event as it was sent: JSON.
    pub payload: &'a str,
    /// Whether anything here acts on its kind. What nobody acts on is kept, and counts as processed.
    pub is_acted_on: bool,
}

/// Takes a delivery: the first one is stored and worked from the queue, any other changes nothing.
pub async fn receive_event(ctx: &Ctx, event: &IncomingEvent<'_>) -> Result<(), Failure> {
    let work = PaymentMessage::ProviderEvent { event_id: event.id.clone() };
    let messages: Vec<_> =
        event.is_acted_on.then(|| ctx.message(MessageBody::Payments(work))).into_iter().collect();
    let new = NewEvent {
        id: &event.id,
        kind: event.kind,
        payload: event.payload,
        messages: &messages,
        now: ctx.now(),
    };
    if receive(&ctx.db, &new).await? {
        ctx.publish(&messages).await;
    }
    Ok(())
}

/// Marks an event processed that has no effect.
pub async fn finish_event(ctx: &Ctx, cause: Cause<'_>) -> Result<(), Failure> {
    close(ctx, cause).await
}
