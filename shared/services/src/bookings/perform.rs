//! Accepting, declining, withdrawing, arriving, leaving, not coming.

use domain::booking::{BookingEvent, act};
use domain::ids::{BookingId, UserId};
use store::bookings::{self, Booking, Change};

use super::effects::{effects_of, is_own};
use super::{ATTEMPTS, contended, find};
use crate::payments::require_payable;
use crate::{Ctx, Failure};

/// Does with a booking what the caller says happened, if the table and the event's window allow it.
///
/// What happened before and is said again is answered with the booking as it is. Where the booking changes at the same
/// moment the table is asked again, so that of an answer and its opposite one wins and the other is refused. The events
/// that need more than the table, [`BookingEvent::Cancel`] above all, have operations of their own.
pub async fn perform(
    ctx: &Ctx,
    caller: UserId,
    id: BookingId,
    event: BookingEvent,
    reason: Option<&str>,
) -> Result<Booking, Failure> {
    let now = ctx.now();
    let mut lost = None;
    for _ in 0..ATTEMPTS {
        let (booking, side) = find(ctx, caller, id).await?;
        if let Some((version, row)) = lost
            && is_own(&booking, version, row, now)
        {
            return Ok(booking);
        }
        let row = act(booking.state, event, side, now, &booking.windows())?;
        if row.is_repeat() {
            return Ok(booking);
        }
        if event == BookingEvent::Accept {
            require_payable(ctx, booking.host_id).await?;
        }
        let effects = effects_of(ctx, &booking, row, now)?;
        let change = Change {
            booking: id,
            version: booking.version,
            transition: row,
            actor_id: Some(caller),
            reason,
            keep: effects.keep,
            settlement: None,
            payments: effects.payment.as_slice(),
            refunds: &[],
            messages: &effects.messages,
            now,
        };
        if let Some(moved) = bookings::apply(&ctx.db, &change).await? {
            ctx.publish(&effects.messages).await;
            return Ok(moved);
        }
        lost = Some((booking.version, row));
    }
    Err(contended())
}
