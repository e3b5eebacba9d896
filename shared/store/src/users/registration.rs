//! Making an account and proving its address.

use domain::ids::{OutboxId, UserId};
use domain::messages::NotificationMessage;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Result, found, hex};
use crate::db::{Db, Statement};

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// Its id, made beforehand.
    pub id: UserId,
    /// As typed.
    pub email: &'a str,
    /// Normalised.
    pub email_key: &'a str,
    /// As shown to others.
    pub name: &'a str,
    /// In PHC form.
    pub password_hash: &'a str,
    /// BCP 47.
    pub locale: &'a str,
    /// IANA name.
    pub time_zone: &'a str,
}

/// What registration causes: one message to the address, whoever owns it.
#[derive(Debug, Deserialize)]
pub struct Registered {
    /// What the address is told.
    pub message: NotificationMessage,
}

/// Makes the account, or finds that the address has one; either way its owner gets one message.
///
/// Answers `None` when the same registration runs at this very moment in another process, or ran before.
pub async fn register(
    db: &Db,
    user: &NewUser<'_>,
    message: OutboxId,
    now: Timestamp,
) -> Result<Option<Registered>> {
    let statement = Statement::new(
        "WITH fresh AS (
             INSERT INTO users (id, email, email_key, name, password_hash, locale, time_zone, role,
                                sessions_valid_from, created_at, updated_at)
             VALUES (:id::uuid, :email, :email_key, :name, :password_hash, :locale, :time_zone, 'member',
                     :now::timestamptz, :now::timestamptz, :now::timestamptz)
             ON CONFLICT DO NOTHING RETURNING id),
         who AS (
             SELECT id, 'verify_email' AS kind FROM fresh
             UNION ALL
             -- The snapshot is older than `fresh`: this finds only an account that was there before.
             SELECT id, CASE WHEN email_verified_at IS NULL THEN 'verify_email' ELSE 'already_registered' END
             FROM users WHERE email_key = :email_key),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT :message::uuid, 'notifications', jsonb_build_object('type', kind, 'user_id', id),
                    :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM who ON CONFLICT (id) DO NOTHING RETURNING body)
         SELECT jsonb_build_object('message', body)::text FROM sent",
    )
    .uuid("id", user.id)
    .text("email", user.email)
    .text("email_key", user.email_key)
    .text("name", user.name)
    .text("password_hash", user.password_hash)
    .text("locale", user.locale)
    .text("time_zone", user.time_zone)
    .uuid("message", message)
    .instant("now", now)
    .idempotent();
    db.optional(statement).await
}

/// Proves the address by a token's digest. Answers false for a token that is unknown, spent or lapsed.
pub async fn verify_email(db: &Db, digest: &[u8], now: Timestamp) -> Result<bool> {
    let texts = db
        .texts(
            Statement::new(
                "WITH token AS (
                     UPDATE single_use_tokens SET used_at = :now::timestamptz
                     WHERE digest = decode(:digest, 'hex') AND purpose = 'verify_email'
                       AND used_at IS NULL AND expires_at > :now::timestamptz
                     RETURNING user_id)
                 UPDATE users SET email_verified_at = coalesce(email_verified_at, :now::timestamptz),
                                  updated_at = :now::timestamptz, version = version + 1
                 FROM token WHERE users.id = token.user_id AND users.erased_at IS NULL
                 RETURNING to_jsonb(users.id)::text",
            )
            .text("digest", hex(digest).as_str())
            .instant("now", now),
        )
        .await?;
    Ok(found(&texts))
}

/// Asks for a reset mail. Answers the message if the address has an account.
pub async fn request_reset(
    db: &Db,
    email_key: &str,
    message: OutboxId,
    now: Timestamp,
) -> Result<Option<Registered>> {
    let statement = Statement::new(
        "WITH sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT :message::uuid, 'notifications',
                    jsonb_build_object('type', 'password_reset', 'user_id', id),
                    :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM users WHERE email_key = :email_key AND erased_at IS NULL
             ON CONFLICT (id) DO NOTHING RETURNING body)
         SELECT jsonb_build_object('message', body)::text FROM sent",
    )
    .text("email_key", email_key)
    .uuid("message", message)
    .instant("now", now)
    .idempotent();
    db.optional(statement).await
}

/// Makes a verified account of a fixed address unless it is there; for the demonstration data only.
pub async fn ensure_demo(db: &Db, user: &NewUser<'_>, admin: bool, now: Timestamp) -> Result<UserId> {
    db.affected(
        Statement::new(
            "INSERT INTO users (id, email, email_key, name, password_hash, locale, time_zone, role,
                                email_verified_at, sessions_valid_from, created_at, updated_at)
             VALUES (:id::uuid, :email, :email_key, :name, :password_hash, :locale, :time_zone,
                     CASE WHEN :admin THEN 'admin' ELSE 'member' END,
                     :now::timestamptz, :now::timestamptz, :now::timestamptz, :now::timestamptz)
             ON CONFLICT DO NOTHING",
        )
        .uuid("id", user.id)
        .text("email", user.email)
        .text("email_key", user.email_key)
        .text("name", user.name)
        .text("password_hash", user.password_hash)
        .text("locale", user.locale)
        .text("time_zone", user.time_zone)
        .boolean("admin", admin)
        .instant("now", now)
        .idempotent(),
    )
    .await?;
    db.one(
        Statement::new("SELECT to_jsonb(id)::text FROM users WHERE email_key = :email_key")
            .text("email_key", user.email_key),
    )
    .await
}
