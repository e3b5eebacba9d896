//! Writing a review.

use domain::booking::BookingState;
use domain::ids::{BookingId, UserId};
use domain::messages::{MessageBody, NotificationMessage};
use domain::refusal::Refusal;
use domain::review::{PrivateText, PublicText, Ratings};
use store::reviews::{NewReview, Review};

use crate::{Ctx, Failure};

/// What one side of a stay says of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The stay.
    pub booking_id: BookingId,
    /// The whole, and some of the side's categories.
    pub ratings: Ratings,
    /// What everyone reads.
    pub public_text: PublicText,
    /// What only the other side reads.
    pub private_text: Option<PrivateText>,
}

/// Keeps the review of `author`; the second one of a stay reveals both at once.
///
/// Refuses with `stay_not_completed`, `review_exists`, `review_too_early`, `review_window_closed` and
/// `category_not_allowed`. A booking of others is not found.
pub async fn submit(ctx: &Ctx, author: UserId, draft: &Draft) -> Result<Review, Failure> {
    let stay = store::reviews::stay(&ctx.db, draft.booking_id).await?.ok_or(Failure::NotFound)?;
    let side = stay.side_of(author).ok_or(Failure::NotFound)?;
    if stay.state != BookingState::Completed {
        return Err(not_completed());
    }
    let now = ctx.now();
    stay.clock().check_submit(side, now)?;
    draft.ratings.check(side)?;
    let review = NewReview {
        id: ctx.new_id(),
        booking_id: stay.booking_id,
        property_id: stay.property_id,
        author_id: author,
        subject_id: stay.person(side.other()),
        side,
        overall: draft.ratings.overall,
        categories: &draft.ratings.categories,
        public_text: draft.public_text.as_str(),
        private_text: draft.private_text.as_ref().map_or("", PrivateText::as_str),
        created_at: now,
        reveal_due_at: stay.clock().closes_at(),
    };
    let revealed = NotificationMessage::ReviewsRevealed { booking_id: stay.booking_id };
    let messages = [ctx.message(MessageBody::Notifications(revealed))];
    // The state is final: no row can only mean that this side's review came in meanwhile.
    let kept = store::reviews::submit(&ctx.db, &review, &messages).await?.ok_or_else(exists)?;
    if kept.revealed_at == Some(now) {
        ctx.publish(&messages).await;
    }
    Ok(kept)
}

fn not_completed() -> Failure {
    let detail = "Reviews are written after a stay that was completed.";
    Refusal::conflict("stay_not_completed", detail).at("/booking_id").into()
}

fn exists() -> Failure {
    Refusal::conflict("review_exists", "Edit your review: there is one already.").into()
}
