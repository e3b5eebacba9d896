//! Taking a listing off the market for good.

use domain::ids::{PropertyId, UserId};
use domain::refusal::Refusal;
use store::properties::{self, Archived};

use crate::{Ctx, Failure};

/// Archives the host's listing; refused with `bookings_stand` while bookings do.
pub async fn archive(ctx: &Ctx, host: UserId, id: PropertyId) -> Result<(), Failure> {
    match properties::archive(&ctx.db, id, host, ctx.now()).await? {
        Some(Archived::Done) => Ok(()),
        Some(Archived::BookingsStand) => {
            let detail =
                "Guests have booked this place. Unpublish it and delete it when the last stay is over.";
            Err(Refusal::conflict("bookings_stand", detail).into())
        }
        None => Err(Failure::NotFound),
    }
}
