//! What signing in needs to know.

use domain::ids::{OutboxId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Result, StoredRole, hex};
use crate::db::{Db, Statement};

/// What a password is checked against.
#[derive(Clone, Debug, Deserialize)]
pub struct Credentials {
    /// Whose they are.
    pub id: UserId,
    /// In PHC form; none where the account has no password.
    pub password_hash: Option<String>,
    /// What the account may do beyond its own things.
    pub role: StoredRole,
    /// Whether the address is proved.
    pub verified: bool,
    /// Whether the staff has suspended the account.
    pub suspended: bool,
    /// The secret of the second factor in hexadecimal digits, where one is asked for.
    pub second_factor: Option<String>,
}

/// What decides whether a session may go on.
#[derive(Clone, Debug, Deserialize)]
pub struct SessionFacts {
    /// What the account may do beyond its own things.
    pub role: StoredRole,
    /// Whether the staff has suspended the account.
    pub suspended: bool,
    /// Sessions begun before this instant are over.
    pub sessions_valid_from: Timestamp,
}

/// Whose account it is, and how it is found.
#[derive(Clone, Debug, Deserialize)]
pub struct Owner {
    /// The account.
    pub id: UserId,
    /// Its normalised address.
    pub email_key: String,
}

/// The credentials behind a normalised address.
pub async fn by_email(db: &Db, email_key: &str) -> Result<Option<Credentials>> {
    db.optional(
        Statement::new(
            "SELECT jsonb_build_object('id', id, 'password_hash', password_hash, 'role', role,
                 'verified', email_verified_at IS NOT NULL, 'suspended', suspended_at IS NOT NULL,
                 'second_factor', (SELECT encode(secret, 'hex') FROM second_factors f
                                   WHERE f.user_id = users.id AND f.confirmed_at IS NOT NULL))::text
             FROM users WHERE email_key = :email_key AND erased_at IS NULL",
        )
        .text("email_key", email_key)
        .idempotent(),
    )
    .await
}

/// Whether the account's sessions may go on.
pub async fn for_refresh(db: &Db, id: UserId) -> Result<Option<SessionFacts>> {
    db.optional(
        Statement::new(
            "SELECT jsonb_build_object('role', role, 'suspended', suspended_at IS NOT NULL,
                 'sessions_valid_from', sessions_valid_from)::text
             FROM users WHERE id = :id::uuid AND erased_at IS NULL",
        )
        .uuid("id", id)
        .idempotent(),
    )
    .await
}

/// Replaces a hash of outdated parameters by a new one of the same password, unless it has changed meanwhile.
pub async fn rehash(db: &Db, id: UserId, old: &str, new: &str) -> Result<()> {
    db.affected(
        Statement::new("UPDATE users SET password_hash = :new WHERE id = :id::uuid AND password_hash = :old")
            .uuid("id", id)
            .text("old", old)
            .text("new", new)
            .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Ends every session of the account.
pub async fn sign_out_everywhere(db: &Db, id: UserId, now: Timestamp) -> Result<()> {
    db.affected(
        Statement::new(
            "UPDATE users SET sessions_valid_from = greatest(sessions_valid_from, :now::timestamptz)
             WHERE id = :id::uuid",
        )
        .uuid("id", id)
        .instant("now", now)
        .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Sets a new password by a token's digest, ends every session and every other reset token, proves the address
/// (whoever read the mail owns it) and tells the owner. Answers the owner, or none for a token that is no good.
pub async fn reset_password(
    db: &Db,
    digest: &[u8],
    password_hash: &str,
    message: OutboxId,
    now: Timestamp,
) -> Result<Option<Owner>> {
    let statement = Statement::new(
        "WITH token AS (
             UPDATE single_use_tokens SET used_at = :now::timestamptz
             WHERE digest = decode(:digest, 'hex') AND purpose = 'password_reset'
               AND used_at IS NULL AND expires_at > :now::timestamptz
             RETURNING digest, user_id),
         others AS (
             UPDATE single_use_tokens t SET used_at = :now::timestamptz
             FROM token WHERE t.user_id = token.user_id AND t.purpose = 'password_reset'
               AND t.used_at IS NULL AND t.digest <> token.digest),
         changed AS (
             UPDATE users SET password_hash = :password_hash, sessions_valid_from = :now::timestamptz,
                 email_verified_at = coalesce(email_verified_at, :now::timestamptz),
                 updated_at = :now::timestamptz, version = version + 1
             FROM token WHERE users.id = token.user_id AND users.erased_at IS NULL
             RETURNING users.id, users.email_key),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, id, 'password_reset', 'user', id FROM changed),
         told AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT :message::uuid, 'notifications',
                    jsonb_build_object('type', 'password_changed', 'user_id', id),
                    :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM changed)
         SELECT jsonb_build_object('id', id, 'email_key', email_key)::text FROM changed",
    )
    .text("digest", hex(digest).as_str())
    .text("password_hash", password_hash)
    .uuid("message", message)
    .instant("now", now);
    db.optional(statement).await
}
