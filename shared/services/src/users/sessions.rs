//! Where an account is signed in.

use domain::ids::{SessionId, UserId};
use domain::refusal::{Refusal, RefusalClass};
use jiff::SignedDuration;
use store::sessions::Listed;

use super::{Issuer, later};
use crate::{Ctx, Failure};

/// How long after a sign-in a session may do what a thief of a token must not.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

/// The account's sessions that go on, the latest first.
pub async fn sessions(ctx: &Ctx, issuer: &Issuer, user_id: UserId) -> Result<Vec<Listed>, Failure> {
    let facts = store::users::for_refresh(&ctx.db, user_id).await?.ok_or(Failure::NotFound)?;
    let mut listed = issuer.sessions.of_user(user_id, ctx.now()).await.map_err(Failure::unavailable)?;
    listed.retain(|listed| listed.session.started_at >= facts.sessions_valid_from);
    Ok(listed)
}

/// Ends one of the account's sessions.
pub async fn end_session(ctx: &Ctx, issuer: &Issuer, user_id: UserId, id: SessionId) -> Result<(), Failure> {
    let ended = issuer.sessions.end_of(user_id, id, ctx.now()).await.map_err(Failure::unavailable)?;
    if ended { Ok(()) } else { Err(Failure::NotFound) }
}

/// Refuses where the session is not one that was begun a moment ago: a password was typed in for it.
pub(super) async fn recent(ctx: &Ctx, issuer: &Issuer, id: SessionId) -> Result<(), Failure> {
    let found = issuer.sessions.find(id, ctx.now()).await.map_err(Failure::unavailable)?;
    if found.is_some_and(|found| later(found.session.started_at, RECENT) > ctx.now()) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalClass::Forbidden,
        "sign_in_again",
        "This asks for a fresh sign-in: sign in again and repeat it within 15 minutes.",
    )
    .into())
}
