//! What is held about somebody, and how it is forgotten.

use domain::ids::{SessionId, UserId};
use domain::refusal::Refusal;
use serde_json::{Map, Value, json};
use store::users::Erased;

use super::sessions::recent;
use super::{Issuer, sessions};
use crate::{Ctx, Failure};

/// Everything held about the account: the rows of every table, and where it is signed in.
pub async fn export(ctx: &Ctx, issuer: &Issuer, user_id: UserId) -> Result<Map<String, Value>, Failure> {
    super::own_profile(ctx, user_id).await?;
    let mut held = store::users::export(&ctx.db, user_id).await?;
    let listed = sessions(ctx, issuer, user_id).await?;
    let listed = listed.iter().map(|listed| {
        json!({"id": listed.session.id, "started_at": listed.session.started_at, "expires_at": listed.expires_at})
    });
    held.insert("sessions".to_owned(), listed.collect());
    Ok(held)
}

/// Forgets what no law asks to keep and ends every session. Refused while stays are open.
pub async fn erase(ctx: &Ctx, issuer: &Issuer, user_id: UserId, session: SessionId) -> Result<(), Failure> {
    recent(ctx, issuer, session).await?;
    match store::users::erase(&ctx.db, user_id, ctx.now()).await? {
        Some(Erased::Done) => issuer.sessions.end_all(user_id).await.map_err(Failure::unavailable),
        Some(Erased::StaysOpen) => Err(Refusal::conflict(
            "stays_open",
            "Stays are booked or under way. Cancel them, or wait until they are over.",
        )
        .into()),
        None => Err(Failure::NotFound),
    }
}
