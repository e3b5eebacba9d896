//! What people see and change of an account.

use domain::ids::UserId;
use domain::refusal::{Refusal, RefusalClass};
use store::users::{self, ProfileChange, PublicProfile, User};

use crate::{Ctx, Failure};

/// The account as its owner sees it.
pub async fn own_profile(ctx: &Ctx, user_id: UserId) -> Result<User, Failure> {
    users::find(&ctx.db, user_id).await?.ok_or(Failure::NotFound)
}

/// Changes the account, if it still is at `version` where one is given.
pub async fn change_profile(
    ctx: &Ctx,
    user_id: UserId,
    version: Option<i64>,
    change: &ProfileChange<'_>,
) -> Result<User, Failure> {
    if let Some(user) = users::change(&ctx.db, user_id, version, change, ctx.now()).await? {
        return Ok(user);
    }
    // Either it is gone or somebody was quicker.
    own_profile(ctx, user_id).await?;
    Err(Refusal::new(
        RefusalClass::Precondition,
        "precondition_failed",
        "The profile was changed meanwhile. Read it again and repeat the change.",
    )
    .into())
}

/// What `viewer` may see of another account.
pub async fn public_profile(
    ctx: &Ctx,
    user_id: UserId,
    viewer: Option<UserId>,
) -> Result<PublicProfile, Failure> {
    users::public_profile(&ctx.db, user_id, viewer).await?.ok_or(Failure::NotFound)
}

/// What `viewer` may see of several accounts; those that are gone are left out.
pub async fn public_profiles(
    ctx: &Ctx,
    ids: &[UserId],
    viewer: Option<UserId>,
) -> Result<Vec<PublicProfile>, Failure> {
    Ok(users::public_profiles(&ctx.db, ids, viewer).await?)
}
