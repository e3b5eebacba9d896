//! The one public answer to a review.

use domain::ids::{ReviewId, UserId};
use domain::refusal::Refusal;
use domain::review::ResponseText;
use store::reviews::Review;

use super::get;
use crate::{Ctx, Failure};

/// Keeps the answer of the person that the review speaks of.
///
/// For anyone else there is no review to answer; a second answer is refused with `already_answered`.
pub async fn respond(
    ctx: &Ctx,
    subject: UserId,
    id: ReviewId,
    text: &ResponseText,
) -> Result<Review, Failure> {
    let review = get(ctx, id, Some(subject)).await?;
    if review.subject_id != subject {
        return Err(Failure::NotFound);
    }
    let answered = || Refusal::conflict("already_answered", "A review is answered once.");
    if review.response.is_some() {
        return Err(answered().into());
    }
    let kept = store::reviews::respond(&ctx.db, id, subject, text.as_str(), ctx.now()).await?;
    kept.ok_or_else(|| answered().into())
}
