//! Tokens that a mail carries: kept as digests, good once, for a while.

use domain::ids::{OutboxId, UserId};
use jiff::Timestamp;

use crate::db::{Db, DbError, Statement};

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Proving an address.
    VerifyEmail,
    /// Choosing a new password.
    PasswordReset,
    /// Taking another address.
    EmailChange,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
        }
    }
}

/// A token to be kept.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// SHA-256 of the token.
    pub digest: &'a [u8],
    /// Whose it is.
    pub user_id: UserId,
    /// What it is good for.
    pub purpose: Purpose,
    /// The message whose delivery made it.
    pub message_id: OutboxId,
    /// When it is made.
    pub now: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

/// Keeps a token. Several deliveries of one message may keep several; all of them are good.
pub async fn keep(db: &Db, token: &NewToken<'_>) -> Result<(), DbError> {
    db.affected(
        Statement::new(
            "INSERT INTO single_use_tokens (digest, user_id, purpose, message_id, created_at, expires_at)
             VALUES (decode(:digest, 'hex'), :user::uuid, :purpose, :message::uuid, :now::timestamptz,
                     :expires::timestamptz)
             ON CONFLICT DO NOTHING",
        )
        .text("digest", hex(token.digest).as_str())
        .uuid("user", token.user_id)
        .text("purpose", token.purpose.as_str())
        .uuid("message", token.message_id)
        .instant("now", token.now)
        .instant("expires", token.expires_at)
        .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Forgets up to `limit` tokens that ended before `before`; answers how many.
pub async fn forget_ended(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbError> {
    db.affected(
        Statement::new(
            "DELETE FROM single_use_tokens WHERE digest IN (
                 SELECT digest FROM single_use_tokens WHERE expires_at < :before::timestamptz
                 ORDER BY expires_at LIMIT :limit::int4)",
        )
        .instant("before", before)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}

/// A digest as the statements take it: hex, for `decode(:digest, 'hex')`.
pub(crate) fn hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
