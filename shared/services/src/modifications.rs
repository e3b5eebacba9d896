//! Modifications: one side of a booking proposes other dates or another party, the other side answers, the difference is
//! charged or goes back, and the stays are swapped.

mod accept;
mod decline;
mod paid;
mod propose;

use domain::booking::Notice;
use domain::ids::{BookingId, ModificationId, UserId};
use domain::messages::{Message, MessageBody, NotificationMessage};
use domain::modification::ModificationState;
use domain::refusal::Refusal;
use store::modifications::{self, Modification};

use crate::bookings::find;
use crate::{Ctx, Failure};

pub use accept::accept;
pub use decline::decline;
pub(crate) use paid::{authorised, unpaid};
pub use propose::{Wanted, propose};

/// The modifications of a booking that the caller has a side in, the newest first; the 50 newest.
pub async fn list(ctx: &Ctx, caller: UserId, booking: BookingId) -> Result<Vec<Modification>, Failure> {
    find(ctx, caller, booking).await?;
    Ok(modifications::list(&ctx.db, booking).await?)
}

async fn load(ctx: &Ctx, booking: BookingId, id: ModificationId) -> Result<Modification, Failure> {
    modifications::find(&ctx.db, booking, id).await?.ok_or(Failure::NotFound)
}

fn notice(ctx: &Ctx, booking_id: BookingId, event: Notice) -> Message {
    ctx.message(MessageBody::Notifications(NotificationMessage::Booking { booking_id, event }))
}

/// The conflict of an answer that comes when there is nothing to answer any more.
fn is_over(state: ModificationState) -> Failure {
    let detail = match state {
        ModificationState::Proposed => "The time to answer this modification is over.".to_owned(),
        state => format!("A modification that is {state} is not answered any more."),
    };
    Refusal::conflict("modification_over", detail).into()
}

/// The booking is not what the modification was reckoned on any more.
fn outdated() -> Failure {
    let detail = "The booking or its payment has changed since. Propose the change anew.";
    Refusal::conflict("modification_over", detail).into()
}
