//! Showing a wishlist to whoever has its link.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{UserId, WishlistId};
use sha2::{Digest, Sha256};
use store::wishlists::{self, Position, Shared};

use super::found;
use crate::{Ctx, Failure};

/// Makes a link's token: 32 unpredictable bytes, of which only a digest is kept. A link that was out leads nowhere from
/// then on.
pub async fn share(ctx: &Ctx, owner: UserId, id: WishlistId) -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    ctx.entropy.fill(&mut bytes);
    let token = URL_SAFE_NO_PAD.encode(bytes);
    found(wishlists::share(&ctx.db, id, owner, &digest(&token), ctx.now()).await?)?;
    Ok(token)
}

/// Takes the link back.
pub async fn unshare(ctx: &Ctx, owner: UserId, id: WishlistId) -> Result<(), Failure> {
    found(wishlists::unshare(&ctx.db, id, owner, ctx.now()).await?)
}

/// The list that a token opens, with up to `limit` of its listings after `after`.
pub async fn shared(ctx: &Ctx, token: &str, after: Option<Position>, limit: u32) -> Result<Shared, Failure> {
    wishlists::shared(&ctx.db, &digest(token), after, limit).await?.ok_or(Failure::NotFound)
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
