//! The record of what the staff and the owners of accounts did: append-only, each entry sealing the one before it.
//!
//! Entries are written in the statement of what they tell of; here they are read, and the chain is checked.

use domain::ids::UserId;
use serde::Deserialize;

use crate::anchors::Anchor;
use crate::db::{Db, DbError, Statement};

/// A page of the log, newest first, as the database wrote it: `{"entry": …, "seq": …}` per row.
pub async fn page(
    db: &Db,
    subject: Option<uuid::Uuid>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<String>, DbError> {
    db.texts(
        Statement::new(
            "SELECT jsonb_build_object('seq', seq, 'at', at, 'actor_id', actor_id, 'action', action,
                 'subject_kind', subject_kind, 'subject_id', subject_id, 'reason', reason,
                 'hash', encode(hash, 'hex'))::text
             FROM audit_log
             WHERE (:subject::uuid IS NULL OR subject_id = :subject::uuid)
               AND (:before::int8 IS NULL OR seq < :before::int8)
             ORDER BY seq DESC LIMIT :limit::int4",
        )
        .uuid_opt("subject", subject)
        .int("before", before)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}

/// The first entry at which the chain does not hold; `None` where it does.
pub async fn broken_at(db: &Db) -> Result<Option<i64>, DbError> {
    let rows: Vec<Option<i64>> = db
        .rows(Statement::new("SELECT coalesce(to_jsonb(audit_log_broken_at()), 'null')::text").idempotent())
        .await?;
    Ok(rows.into_iter().flatten().next())
}

/// The log's end, and whether it still has an entry that somebody remembers.
#[derive(Clone, Debug, Deserialize)]
pub struct Tail {
    /// The last entry; none of an empty log.
    pub last: Option<Anchor>,
    /// Whether the remembered entry is there, as it was; true where nobody remembers one.
    pub holds: bool,
}

/// Looks at the log's end.
pub async fn tail(db: &Db, remembered: Option<&Anchor>) -> Result<Tail, DbError> {
    db.one(
        Statement::new(
            "SELECT jsonb_build_object(
                 'last', (SELECT jsonb_build_object('seq', l.seq, 'hash', encode(l.hash, 'hex'))
                          FROM audit_log l ORDER BY l.seq DESC LIMIT 1),
                 'holds', :seq::int8 IS NULL OR EXISTS (
                     SELECT FROM audit_log k WHERE k.seq = :seq::int8 AND encode(k.hash, 'hex') = :hash))::text",
        )
        .int("seq", remembered.map(|anchor| anchor.seq))
        .text("hash", remembered.map(|anchor| anchor.hash.as_str()))
        .idempotent(),
    )
    .await
}

/// What the staff does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Nobody signs in with it any more, and every session ends.
    Suspend,
    /// It is as it was.
    Restore,
}

/// Suspends or restores an account, with the reason on record. Answers false where there is no such account.
pub async fn judge(
    db: &Db,
    admin: UserId,
    user: UserId,
    judgement: Judgement,
    reason: &str,
    now: jiff::Timestamp,
) -> Result<bool, DbError> {
    let statement = Statement::new(
        "WITH judged AS (
             UPDATE users SET
                 suspended_at = CASE WHEN :suspend THEN coalesce(suspended_at, :now::timestamptz) END,
                 sessions_valid_from = CASE WHEN :suspend THEN :now::timestamptz ELSE sessions_valid_from END,
                 updated_at = :now::timestamptz, version = version + 1
             WHERE id = :user::uuid AND erased_at IS NULL RETURNING id),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
             SELECT :now::timestamptz, :admin::uuid,
                    CASE WHEN :suspend THEN 'user_suspended' ELSE 'user_restored' END, 'user', id, :reason
             FROM judged)
         SELECT to_jsonb(id)::text FROM judged",
    )
    .boolean("suspend", judgement == Judgement::Suspend)
    .uuid("admin", admin)
    .uuid("user", user)
    .text("reason", reason)
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}

/// Makes an account a member of the staff, by its normalised address. Answers false where there is none that is proved.
pub async fn grant_admin(db: &Db, email_key: &str, now: jiff::Timestamp) -> Result<bool, DbError> {
    let statement = Statement::new(
        "WITH granted AS (
             UPDATE users SET role = 'admin', updated_at = :now::timestamptz, version = version + 1
             WHERE email_key = :email_key AND erased_at IS NULL AND email_verified_at IS NOT NULL RETURNING id),
         noted AS (
             INSERT INTO audit_log (at, action, subject_kind, subject_id, reason)
             SELECT :now::timestamptz, 'admin_granted', 'user', id, 'by an operator' FROM granted)
         SELECT to_jsonb(id)::text FROM granted",
    )
    .text("email_key", email_key)
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}
