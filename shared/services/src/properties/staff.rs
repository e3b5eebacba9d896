//! What the staff does to listings.

use domain::ids::{PropertyId, UserId};
use store::properties::{self, Verdict};

use crate::{Ctx, Failure};

/// Takes a listing off the market for as long as the staff wants, or lets its host publish it again; with a reason.
pub async fn judge(
    ctx: &Ctx,
    admin: UserId,
    id: PropertyId,
    verdict: Verdict,
    reason: &str,
) -> Result<(), Failure> {
    if properties::judge(&ctx.db, admin, id, verdict, reason, ctx.now()).await? {
        return Ok(());
    }
    Err(Failure::NotFound)
}
