//! Another address for an account.

use domain::ids::{OutboxId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Result, hex};
use crate::db::{Db, Statement};

/// Keeps the wanted address and has both addresses told: a token to the new one, word of it to the present one.
/// A later wish takes the place of an earlier one.
///
/// Whether somebody else has the address is not looked at: the answer would say who has an account.
pub async fn ask(
    db: &Db,
    user: UserId,
    email: &str,
    (to_new, to_present): (OutboxId, OutboxId),
    now: Timestamp,
) -> Result<bool> {
    let statement = Statement::new(
        "WITH asked AS (
             UPDATE users SET pending_email = :email, pending_email_message = :to_new::uuid,
                 updated_at = :now::timestamptz
             WHERE id = :user::uuid AND erased_at IS NULL RETURNING id),
         told AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, 'notifications', jsonb_build_object('type', m.kind, 'user_id', asked.id),
                    :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM asked, (VALUES (:to_new::uuid, 'email_change'), (:to_present::uuid, 'email_change_asked'))
                 AS m (id, kind)),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, id, 'email_change_asked', 'user', id FROM asked)
         SELECT to_jsonb(id)::text FROM asked",
    )
    .uuid("user", user)
    .text("email", email)
    .uuid("to_new", to_new)
    .uuid("to_present", to_present)
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// The account has the new address.
    Done,
    /// Somebody else has it.
    Taken,
}

/// Gives the account its new address by a token's digest. Answers `None` for a token that is no good, or of an earlier
/// wish.
pub async fn confirm(db: &Db, digest: &[u8], now: Timestamp) -> Result<Option<Changed>> {
    let statement = Statement::new(
        "WITH token AS (
             UPDATE single_use_tokens t SET used_at = :now::timestamptz
             FROM users u
             WHERE t.digest = decode(:digest, 'hex') AND t.purpose = 'email_change'
               AND t.used_at IS NULL AND t.expires_at > :now::timestamptz
               AND u.id = t.user_id AND u.erased_at IS NULL AND u.pending_email_message = t.message_id
             RETURNING u.id, u.pending_email),
         free AS (
             SELECT id, pending_email FROM token
             WHERE NOT EXISTS (SELECT FROM users o WHERE o.email_key = lower(token.pending_email) AND o.id <> token.id)),
         changed AS (
             UPDATE users SET email = free.pending_email, email_key = lower(free.pending_email),
                 email_verified_at = :now::timestamptz, pending_email = NULL, pending_email_message = NULL,
                 updated_at = :now::timestamptz, version = version + 1
             FROM free WHERE users.id = free.id RETURNING users.id),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, id, 'email_changed', 'user', id FROM changed)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM changed) THEN 'done' ELSE 'taken' END)::text FROM token",
    )
    .text("digest", hex(digest).as_str())
    .instant("now", now);
    db.optional(statement).await
}
