//! Going on with a session.

use store::sessions::{Rotation, Session};
use store::users;

use super::{Issuer, RefreshToken, SESSION_LIFE, TokenPair, invalid_refresh_token, later};
use crate::{Ctx, Failure};

/// Trades a refresh token for the next pair.
///
/// A token is good once. Presented a second time it ends its whole family, at once and without grace: either its
/// holder or somebody else holds the next one, and nobody can tell which is the thief. A client that lost the answer
/// signs in again (RFC 9700, section 4.14.2).
pub async fn refresh(ctx: &Ctx, issuer: &Issuer, token: &str) -> Result<TokenPair, Failure> {
    let presented = RefreshToken::parse(token).ok_or_else(invalid_refresh_token)?;
    let next = RefreshToken::new(ctx, presented.session_id);
    let now = ctx.now();
    let rotation = issuer
        .sessions
        .rotate(presented.session_id, &presented.digest(), &next.digest(), now, later(now, SESSION_LIFE))
        .await
        .map_err(Failure::unavailable)?;
    match rotation {
        Rotation::Rotated(session) => go_on(ctx, issuer, &session, &next).await,
        Rotation::Unknown => Err(invalid_refresh_token()),
        Rotation::Reused => {
            tracing::warn!(session_id = %presented.session_id, "a spent refresh token came again; its session was ended");
            Err(invalid_refresh_token())
        }
    }
}

async fn go_on(
    ctx: &Ctx,
    issuer: &Issuer,
    session: &Session,
    next: &RefreshToken,
) -> Result<TokenPair, Failure> {
    let facts = users::for_refresh(&ctx.db, session.user_id).await?;
    let Some(facts) =
        facts.filter(|facts| !facts.suspended && session.started_at >= facts.sessions_valid_from)
    else {
        issuer.sessions.end(session.id).await.map_err(Failure::unavailable)?;
        return Err(invalid_refresh_token());
    };
    issuer.pair(ctx, session.user_id, facts.role, session.id, next.text())
}
