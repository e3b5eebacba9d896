//! Taking a review back.

use domain::ids::{ReviewId, UserId};

use super::own;
use crate::{Ctx, Failure};

/// Removes the review of `author`: without a trace before the reveal, after it with a tombstone and with the listing's
/// ratings corrected.
pub async fn withdraw(ctx: &Ctx, author: UserId, id: ReviewId) -> Result<(), Failure> {
    if store::reviews::withdraw(&ctx.db, id, author, ctx.now()).await? {
        return Ok(());
    }
    // Only to say why.
    own(ctx, id, author).await.and(Err(Failure::NotFound))
}
