//! Second factors and recovery codes.

use domain::ids::UserId;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Result, hex};
use crate::db::{Db, Statement};

/// A second factor as it is kept.
#[derive(Clone, Debug, Deserialize)]
pub struct SecondFactor {
    /// The secret, in hexadecimal digits.
    pub secret: String,
    /// Whether its owner has shown a code of it.
    pub confirmed: bool,
}

/// The account's second factor, confirmed or not.
pub async fn find(db: &Db, user: UserId) -> Result<Option<SecondFactor>> {
    db.optional(
        Statement::new(
            "SELECT jsonb_build_object('secret', encode(secret, 'hex'), 'confirmed', confirmed_at IS NOT NULL)::text
             FROM second_factors WHERE user_id = :user::uuid",
        )
        .uuid("user", user)
        .idempotent(),
    )
    .await
}

/// Begins a second factor, or begins it anew while it is not confirmed. Answers false where one is confirmed.
pub async fn begin(db: &Db, user: UserId, secret: &[u8], now: Timestamp) -> Result<bool> {
    db.affected(
        Statement::new(
            "INSERT INTO second_factors AS f (user_id, secret, created_at)
             VALUES (:user::uuid, decode(:secret, 'hex'), :now::timestamptz)
             ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
             WHERE f.confirmed_at IS NULL",
        )
        .uuid("user", user)
        .text("secret", hex(secret).as_str())
        .instant("now", now)
        .idempotent(),
    )
    .await
    .map(|rows| rows > 0)
}

/// Confirms the second factor by the step of a code of this secret, and replaces the recovery codes. Answers false
/// where it is confirmed already, or was begun anew meanwhile.
pub async fn confirm(
    db: &Db,
    user: UserId,
    secret: &str,
    step: i64,
    recovery: &[[u8; 32]],
    now: Timestamp,
) -> Result<bool> {
    let digests: Vec<String> = recovery.iter().map(|digest| hex(digest)).collect();
    let statement = Statement::new(
        "WITH confirmed AS (
             UPDATE second_factors SET confirmed_at = :now::timestamptz, last_step = :step::int8
             WHERE user_id = :user::uuid AND confirmed_at IS NULL AND secret = decode(:secret, 'hex')
             RETURNING user_id),
         forgotten AS (
             DELETE FROM recovery_codes r USING confirmed c WHERE r.user_id = c.user_id
               AND encode(r.digest, 'hex') <> ALL (SELECT jsonb_array_elements_text(:digests::jsonb))),
         codes AS (
             INSERT INTO recovery_codes (user_id, digest, created_at)
             SELECT c.user_id, decode(d.digest, 'hex'), :now::timestamptz
             FROM confirmed c, jsonb_array_elements_text(:digests::jsonb) AS d (digest) ON CONFLICT DO NOTHING),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, user_id, 'mfa_enabled', 'user', user_id FROM confirmed)
         SELECT to_jsonb(user_id)::text FROM confirmed",
    )
    .uuid("user", user)
    .text("secret", secret)
    .int("step", step)
    .json("digests", &digests)?
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}

/// Spends the step of a code. Answers false where it, or a later one, was spent before.
pub async fn spend_step(db: &Db, user: UserId, step: i64) -> Result<bool> {
    db.affected(
        Statement::new(
            "UPDATE second_factors SET last_step = :step::int8
             WHERE user_id = :user::uuid AND confirmed_at IS NOT NULL
               AND (last_step IS NULL OR last_step < :step::int8)",
        )
        .uuid("user", user)
        .int("step", step),
    )
    .await
    .map(|rows| rows > 0)
}

/// Spends a recovery code. Answers false where there is no such code, or it was spent before.
pub async fn spend_recovery(db: &Db, user: UserId, digest: &[u8], now: Timestamp) -> Result<bool> {
    let statement = Statement::new(
        "WITH used AS (
             UPDATE recovery_codes SET used_at = :now::timestamptz
             WHERE user_id = :user::uuid AND digest = decode(:digest, 'hex') AND used_at IS NULL
             RETURNING user_id),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, user_id, 'recovery_code_used', 'user', user_id FROM used)
         SELECT to_jsonb(user_id)::text FROM used",
    )
    .uuid("user", user)
    .text("digest", hex(digest).as_str())
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}

/// Takes the second factor and its recovery codes away; what is not there is away already.
pub async fn remove(db: &Db, user: UserId, now: Timestamp) -> Result<()> {
    let statement = Statement::new(
        "WITH codes AS (DELETE FROM recovery_codes WHERE user_id = :user::uuid),
         gone AS (
             DELETE FROM second_factors WHERE user_id = :user::uuid RETURNING user_id, confirmed_at),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, user_id, 'mfa_disabled', 'user', user_id
             FROM gone WHERE confirmed_at IS NOT NULL)
         SELECT to_jsonb(user_id)::text FROM gone",
    )
    .uuid("user", user)
    .instant("now", now)
    .idempotent();
    db.texts(statement).await.map(|_| ())
}
