//! Reviews: written blind by both sides of a stay, revealed together.

mod edit;
mod moderate;
mod report;
mod respond;
mod reveal;
mod submit;
mod withdraw;

use domain::ids::{ReviewId, UserId};
use domain::refusal::{Refusal, RefusalClass};
use store::reviews::Review;

use crate::{Ctx, Failure};

pub use edit::{ReviewEdit, edit};
pub use moderate::moderate;
pub use report::{ReportReason, report};
pub use respond::respond;
pub use reveal::reveal_due;
pub use submit::{Draft, submit};
pub use withdraw::withdraw;

/// A review that `viewer` may see. A removed one answers a refusal of the class [`RefusalClass::Gone`].
pub async fn get(ctx: &Ctx, id: ReviewId, viewer: Option<UserId>) -> Result<Review, Failure> {
    let review = store::reviews::find(&ctx.db, id, viewer).await?.ok_or(Failure::NotFound)?;
    if review.removed_at.is_some() {
        return Err(Refusal::new(
            RefusalClass::Gone,
            "gone",
            "This review was removed, by its author or by the staff.",
        )
        .into());
    }
    Ok(review)
}

/// A review of the caller's own; another's is not there, also where the caller may read it.
async fn own(ctx: &Ctx, id: ReviewId, author: UserId) -> Result<Review, Failure> {
    let review = get(ctx, id, Some(author)).await?;
    if review.author.id != author {
        return Err(Failure::NotFound);
    }
    Ok(review)
}

fn forbidden(detail: &str) -> Failure {
    Refusal::new(RefusalClass::Forbidden, "forbidden", detail).into()
}

fn changed_meanwhile() -> Failure {
    let detail = "It was changed since you read it. Read it again and send its new ETag.";
    Refusal::new(RefusalClass::Precondition, "precondition_failed", detail).into()
}
