//! Complaining about a review.

use domain::ids::{ReviewId, UserId};
use domain::refusal::Refusal;
use domain::text::Prose;
use store::reviews::NewReport;
use uuid::Uuid;

use super::{forbidden, get};
use crate::{Ctx, Failure};

/// Why somebody complains: 1 to 1,000 characters.
pub type ReportReason = Prose<1, 1_000>;

/// Keeps the complaint for the staff; its id.
///
/// Refuses with `forbidden` the author's own review, and with `already_reported` a second complaint of one person.
pub async fn report(
    ctx: &Ctx,
    reporter: UserId,
    id: ReviewId,
    reason: &ReportReason,
) -> Result<Uuid, Failure> {
    let review = get(ctx, id, Some(reporter)).await?;
    if review.author.id == reporter {
        return Err(forbidden("Remove your own review instead of reporting it."));
    }
    let report = NewReport {
        id: ctx.new_id(),
        review_id: id,
        reporter_id: reporter,
        reason: reason.as_str(),
        now: ctx.now(),
    };
    if store::reviews::report(&ctx.db, &report).await? {
        return Ok(report.id);
    }
    Err(Refusal::conflict("already_reported", "You have reported this review before.").into())
}
