//! Ending sessions.

use domain::ids::UserId;

use super::{Issuer, RefreshToken};
use crate::{Ctx, Failure};

/// Ends the session that the token belongs to. One that is not known is over already.
pub async fn logout(issuer: &Issuer, token: &str) -> Result<(), Failure> {
    match RefreshToken::parse(token) {
        Some(token) => issuer.sessions.end(token.session_id).await.map_err(Failure::unavailable),
        None => Ok(()),
    }
}

/// Ends every session of the account.
pub async fn logout_everywhere(ctx: &Ctx, user_id: UserId) -> Result<(), Failure> {
    store::users::sign_out_everywhere(&ctx.db, user_id, ctx.now()).await.map_err(Failure::from)
}
