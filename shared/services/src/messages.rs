//! What guests and hosts write to each other.
//!
//! Contact data is found when a message is sent, by the rules of that day, and both texts are kept; which of them is
//! shown is decided when it is read. So a better rule changes nothing that was said, and a confirmation opens, and a
//! cancellation closes, what was written before it.

mod automated;
mod templates;
mod write;

use domain::ids::{BookingId, ThreadId, UserId};
use store::threads::{Message, Position, Thread};

use crate::{Ctx, Failure};

pub use automated::write_due;
pub use templates::{remove_template, set_template, templates};
pub use write::{post, start};

/// Up to `limit` conversations of somebody after `after`, those with the newest messages first; with `booking` the one
/// about it.
pub async fn threads(
    ctx: &Ctx,
    viewer: UserId,
    booking: Option<BookingId>,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Thread>, Failure> {
    Ok(store::threads::list(&ctx.db, viewer, booking, after, limit).await?)
}

/// A conversation of the viewer's.
pub async fn thread(ctx: &Ctx, viewer: UserId, id: ThreadId) -> Result<Thread, Failure> {
    store::threads::find(&ctx.db, id, viewer).await?.ok_or(Failure::NotFound)
}

/// Up to `limit` messages of a conversation of the viewer's before the message number `before`, the newest first.
pub async fn messages(
    ctx: &Ctx,
    viewer: UserId,
    id: ThreadId,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<Message>, Failure> {
    store::threads::messages(&ctx.db, id, viewer, before, limit).await?.ok_or(Failure::NotFound)
}

/// Notes that the viewer has read everything up to the message number `seq`.
pub async fn mark_read(ctx: &Ctx, viewer: UserId, id: ThreadId, seq: u32) -> Result<(), Failure> {
    if store::threads::mark_read(&ctx.db, id, viewer, seq, ctx.now()).await? {
        return Ok(());
    }
    Err(Failure::NotFound)
}
