//! Reading bookings.

use domain::booking::Actor;
use domain::ids::{BookingId, UserId};
use store::bookings::{self, Booking, Event, EventActor, Filter, Summary};

use super::side_of;
use crate::{Ctx, Failure};

/// The booking, and on which side of it the caller stands. Another's is not there.
pub async fn find(ctx: &Ctx, caller: UserId, id: BookingId) -> Result<(Booking, Actor), Failure> {
    let booking = bookings::find(&ctx.db, id).await?.ok_or(Failure::NotFound)?;
    let side = side_of(&booking, caller)?;
    Ok((booking, side))
}

/// Those of the bookings that the caller has a side in.
pub async fn find_many(ctx: &Ctx, caller: UserId, ids: &[BookingId]) -> Result<Vec<Booking>, Failure> {
    let found = bookings::find_many(&ctx.db, ids).await?;
    Ok(found.into_iter().filter(|booking| side_of(booking, caller).is_ok()).collect())
}

/// A page of the caller's bookings, the newest first; the filter names the caller.
pub async fn list(ctx: &Ctx, filter: &Filter, limit: u32) -> Result<Vec<Summary>, Failure> {
    Ok(bookings::list(&ctx.db, filter, limit).await?)
}

/// The audit trail of a booking that the caller has a side in. Which of the host's people it was is the host's business:
/// the guest is told the host's own id.
pub async fn events(ctx: &Ctx, caller: UserId, id: BookingId) -> Result<Vec<Event>, Failure> {
    let (booking, side) = find(ctx, caller, id).await?;
    Ok(seen_by(side, &booking, bookings::events(&ctx.db, id).await?))
}

/// The audit trail of a booking as that side of it may see it; see [`events`].
pub fn seen_by(side: Actor, booking: &Booking, mut events: Vec<Event>) -> Vec<Event> {
    if side == Actor::Guest {
        for event in events.iter_mut().filter(|event| event.actor == EventActor::Host) {
            event.actor_id = Some(booking.host_id);
        }
    }
    events
}
