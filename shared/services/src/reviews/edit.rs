//! Changing a review while nobody else can have read it.

use std::collections::BTreeMap;

use domain::ids::{ReviewId, UserId};
use domain::review::{Category, PrivateText, PublicText, Rating, Ratings};
use store::reviews::{Review, ReviewChange};

use super::{changed_meanwhile, own};
use crate::{Ctx, Failure};

/// New words and ratings; `None` leaves the old ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewEdit {
    /// The whole.
    pub overall: Option<Rating>,
    /// All category ratings, in place of the old ones.
    pub categories: Option<BTreeMap<Category, Rating>>,
    /// What everyone reads.
    pub public_text: Option<PublicText>,
    /// What only the other side reads; `Some(None)` takes it back.
    pub private_text: Option<Option<PrivateText>>,
}

/// Changes the review of `author` if `version` is still the present one (or none is asked for).
///
/// Refuses with `review_final` once the other side's is in or the window is over, also where that happens at this very
/// moment; with `category_not_allowed`; with `precondition_failed` for an old version.
pub async fn edit(
    ctx: &Ctx,
    author: UserId,
    id: ReviewId,
    version: Option<i64>,
    edit: &ReviewEdit,
) -> Result<Review, Failure> {
    let review = editable(ctx, author, id).await?;
    let ratings = Ratings {
        overall: edit.overall.unwrap_or(review.overall),
        categories: edit.categories.clone().unwrap_or(review.categories),
    };
    ratings.check(review.side)?;
    if version.is_some_and(|version| version != review.version) {
        return Err(changed_meanwhile());
    }
    let private_text = edit.private_text.as_ref();
    let change = ReviewChange {
        overall: edit.overall,
        categories: edit.categories.as_ref(),
        public_text: edit.public_text.as_ref().map(PublicText::as_str),
        private_text: private_text.map(|text| text.as_ref().map_or("", PrivateText::as_str)),
    };
    match store::reviews::change(&ctx.db, id, author, version, &change, ctx.now()).await? {
        Some(changed) => Ok(changed),
        // Lost against another change or the reveal; the rule says which.
        None => editable(ctx, author, id).await.and_then(|_| Err(changed_meanwhile())),
    }
}

async fn editable(ctx: &Ctx, author: UserId, id: ReviewId) -> Result<Review, Failure> {
    let review = own(ctx, id, author).await?;
    let booking = review.booking_id.ok_or(Failure::NotFound)?;
    let stay = store::reviews::stay(&ctx.db, booking).await?.ok_or(Failure::NotFound)?;
    stay.clock().check_edit(review.side, ctx.now())?;
    Ok(review)
}
