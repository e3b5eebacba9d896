//! Links to a listing's calendar: given out, taken back, followed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{PropertyId, UserId};
use sha2::{Digest, Sha256};
use store::calendar_links;

use crate::{Ctx, Failure};

/// Gives the host's listing a link in place of the one it had, and answers its token: 32 unpredictable bytes, of which
/// only a digest is kept.
pub async fn make(ctx: &Ctx, host: UserId, property: PropertyId) -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    ctx.entropy.fill(&mut bytes);
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let made = calendar_links::put(&ctx.db, property, host, &digest(&token), ctx.now()).await?;
    if made { Ok(token) } else { Err(Failure::NotFound) }
}

/// Takes the link of the host's listing back.
pub async fn revoke(ctx: &Ctx, host: UserId, property: PropertyId) -> Result<(), Failure> {
    if calendar_links::revoke(&ctx.db, property, host).await? { Ok(()) } else { Err(Failure::NotFound) }
}

/// The calendar behind a token, as an iCalendar object.
pub async fn follow(ctx: &Ctx, property: PropertyId, token: &str) -> Result<String, Failure> {
    let found = calendar_links::read(&ctx.db, property, &digest(token), ctx.now()).await?;
    let calendar = found.ok_or(Failure::NotFound)?;
    Ok(domain::ical::calendar(&calendar.title, &calendar.taken))
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
