//! What the staff does about reviews.

use domain::ids::{ReviewId, UserId};
use store::reviews::ReportOutcome;

use crate::{Ctx, Failure};

/// Removes a review, or lets it stand, and settles the complaints of it; with a reason.
///
/// A removed one leaves a tombstone, and the listing's ratings are corrected with it.
pub async fn moderate(
    ctx: &Ctx,
    staff: UserId,
    id: ReviewId,
    outcome: ReportOutcome,
    reason: &str,
) -> Result<(), Failure> {
    if store::reviews::moderate(&ctx.db, id, staff, outcome, reason, ctx.now()).await? {
        return Ok(());
    }
    Err(Failure::NotFound)
}
