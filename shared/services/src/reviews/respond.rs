//! The one public answer to a review.

use domain::ids::{ReviewId, UserId};
use domain::refusal::Refusal;
use domain::review::ResponseText;
use store::reviews::Review;

use super::{forbidden, get};
use crate::{Ctx, Failure};

/// Keeps the answer of the person that the review speaks of.
///
/// Refuses with `forbidden` for anyone else, and with `already_answered`.
pub async fn respond(
    ctx: &Ctx,
    subject: UserId,
    id: ReviewId,
    text: &ResponseText,
) -> Result<Review, Failure> {
    let review = get(ctx, id, Some(subject)).await?;
    if review.subject_id != subject {
        return Err(forbidden("Only the person that the review speaks of answers it."));
    }
    let answered = || Refusal::conflict("already_answered", "A review is answered once.");
    if review.response.is_some() {
        return Err(answered().into());
    }
    let kept = store::reviews::respond(&ctx.db, id, subject, text.as_str(), ctx.now()).await?;
    kept.ok_or_else(|| answered().into())
}
