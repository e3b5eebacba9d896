//! One click, and no mail of that kind comes any more (RFC 8058).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::UserId;
use domain::notification::{Channel, NotificationKind};
use domain::refusal::Refusal;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use store::keys::KeyTable;
use store::notification_preferences::{self, Way};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{Ctx, Failure};

/// Parts these tokens from everything else that the same key signs.
const PURPOSE: &[u8] = b"innkeep unsubscribe 1";
/// Bytes of the HMAC that are kept (RFC 2104, section 5: at least half).
const TAG_BYTES: usize = 16;

/// Where the links of mails lead, below the public URL.
pub(super) const PATH: &str = "/users/unsubscribe";

/// Makes and reads the tokens of unsubscribing.
///
/// A token is bound to an account and a kind, and never ends: the mail that carries it may be read in a year. It lets
/// nobody in and shows nothing; what it can do is turn one kind of mail off, which the account turns on again.
pub struct Unsubscriber {
    keys: KeyTable,
    mac: OnceCell<Hmac<Sha256>>,
}

impl fmt::Debug for Unsubscriber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Unsubscriber").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Unsubscriber {
    /// Signs with the key of the table that signs cursors, too; it is loaded when it is first needed, and then kept: it
    /// is never replaced.
    pub const fn new(keys: KeyTable) -> Self {
        Self { keys, mac: OnceCell::const_new() }
    }

    /// The token that turns `kind` off for `user`.
    pub(super) async fn token(
        &self,
        ctx: &Ctx,
        user: UserId,
        kind: NotificationKind,
    ) -> Result<String, Failure> {
        Ok(seal(self.mac(ctx).await?, user, kind))
    }

    /// What a token turns off.
    ///
    /// # Errors
    /// `invalid_token` at `?token` where it is not one of ours, or of a kind that cannot be turned off.
    pub async fn read(&self, ctx: &Ctx, token: &str) -> Result<(UserId, NotificationKind), Failure> {
        let read = open(self.mac(ctx).await?, token).filter(|(_, kind)| kind.duty().is_none());
        let detail = "This link is not whole. Take it from the mail as it is, or sign in and choose there.";
        Ok(read.ok_or_else(|| Refusal::rule("invalid_token", "?token", detail))?)
    }

    async fn mac(&self, ctx: &Ctx) -> Result<&Hmac<Sha256>, Failure> {
        self.mac
            .get_or_try_init(|| async {
                let key = self.keys.load(ctx.now()).await?.cursor_key;
                let key =
                    key.ok_or_else(|| Failure::internal("the table of keys has no key to sign with"))?;
                Ok(mac(&key))
            })
            .await
    }
}

/// Turns off what the token is for. Doing it again changes nothing.
pub async fn unsubscribe(
    ctx: &Ctx,
    unsubscriber: &Unsubscriber,
    token: &str,
) -> Result<NotificationKind, Failure> {
    let (user, kind) = unsubscriber.read(ctx, token).await?;
    let off = [Way { kind, channel: Channel::Email }];
    // An account that is gone gets no mail: nothing is left to do.
    notification_preferences::change(&ctx.db, user, &off, &[], ctx.now()).await?;
    tracing::info!(%kind, "unsubscribed by a mail's link");
    Ok(kind)
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    // The digest, padded to a block, has the length that the infallible constructor wants.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&Sha256::digest(key));
    Hmac::new(&block.into())
}

fn signed(mac: &Hmac<Sha256>, payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = mac.clone();
    mac.update(PURPOSE);
    mac.update(payload);
    mac
}

/// The tag, the account's id, and the kind's code.
fn seal(mac: &Hmac<Sha256>, user: UserId, kind: NotificationKind) -> String {
    let payload = [user.as_uuid().as_bytes(), kind.code().as_bytes()].concat();
    let tag = signed(mac, &payload).finalize().into_bytes();
    URL_SAFE_NO_PAD.encode([&tag[..TAG_BYTES], &payload].concat())
}

fn open(mac: &Hmac<Sha256>, token: &str) -> Option<(UserId, NotificationKind)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (tag, payload) = bytes.split_at_checked(TAG_BYTES)?;
    signed(mac, payload).verify_truncated_left(tag).ok()?;
    let (user, kind) = payload.split_at_checked(16)?;
    Some((Uuid::from_slice(user).ok()?.into(), std::str::from_utf8(kind).ok()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_account_and_one_kind() {
        let mac = mac(b"a key");
        let user = UserId::from(Uuid::from_u128(7));
        let token = seal(&mac, user, NotificationKind::Messages);
        assert_eq!(open(&mac, &token), Some((user, NotificationKind::Messages)));
        assert!(token.len() < 100, "{token}");
        assert_eq!(open(&self::mac(b"another key"), &token), None);
        for index in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[index] = if other[index] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(open(&mac, &other), None, "{other}");
        }
        for bad in ["", "AAAA", "%", &token[..30], &format!("{token}AAAA")] {
            assert_eq!(open(&mac, bad), None, "{bad}");
        }
    }
}
