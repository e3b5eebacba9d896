//! Declining a modification, or taking it back.

use domain::booking::Notice;
use domain::ids::{BookingId, ModificationId, UserId};
use domain::modification::ModificationState;
use store::modifications::{self, Answerer, Modification};

use super::{is_over, load, notice};
use crate::bookings::find;
use crate::{Ctx, Failure};

/// Declines the other side's proposal, or takes back one's own. Saying it twice is saying it once.
pub async fn decline(
    ctx: &Ctx,
    caller: UserId,
    booking: BookingId,
    id: ModificationId,
) -> Result<Modification, Failure> {
    let now = ctx.now();
    let (booking, side) = find(ctx, caller, booking).await?;
    let proposal = load(ctx, booking.id, id).await?;
    let own = side == proposal.proposed_by;
    let into = if own { ModificationState::Withdrawn } else { ModificationState::Declined };
    if proposal.state == into {
        return Ok(proposal);
    }
    let messages = [notice(ctx, booking.id, Notice::ModificationDeclined)];
    let by = Answerer { side, person: caller };
    if modifications::decline(&ctx.db, id, by, into, &messages, now).await? {
        ctx.publish(&messages).await;
        return load(ctx, booking.id, id).await;
    }
    // Answered in this moment; by the same hand, perhaps, whose first answer was lost.
    let proposal = load(ctx, booking.id, id).await?;
    if proposal.state == into { Ok(proposal) } else { Err(is_over(proposal.state)) }
}
