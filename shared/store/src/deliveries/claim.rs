//! One mail for each message and recipient, however often the message comes.

use domain::ids::{OutboxId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// What a claim on one mail came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Claim {
    /// Whose mail.
    pub recipient: UserId,
    /// What it came to.
    pub state: ClaimState,
}

/// Who sends a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// The caller, until the lease ends.
    Taken,
    /// Nobody: it was sent, or refused for good.
    Settled,
    /// Somebody else, whose lease runs.
    Busy,
}

/// How a mail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The mail service has it.
    Sent,
    /// The mail service refuses it for good; with a stable code of 1 to 100 characters.
    Refused(&'a str),
}

/// Claims the mails of a message, one for each recipient. Claims made at `stale_before` or earlier are taken over.
pub async fn claim(
    db: &Db,
    message: OutboxId,
    recipients: &[UserId],
    now: Timestamp,
    stale_before: Timestamp,
) -> Result<Vec<Claim>, DbError> {
    db.rows(
        Statement::new(
            "WITH wanted AS (
                 SELECT w.value::uuid AS recipient FROM jsonb_array_elements_text(:recipients::jsonb) AS w),
             mine AS (
                 INSERT INTO deliveries AS d (message_id, recipient, claimed_at)
                 SELECT :message::uuid, w.recipient, :now::timestamptz FROM wanted w
                 ON CONFLICT (message_id, recipient) DO UPDATE SET claimed_at = excluded.claimed_at
                     WHERE d.sent_at IS NULL AND d.refused_at IS NULL
                       AND d.claimed_at <= :stale_before::timestamptz
                 RETURNING d.recipient)
             SELECT jsonb_build_object('recipient', w.recipient, 'state', CASE
                 WHEN m.recipient IS NOT NULL THEN 'taken'
                 WHEN d.sent_at IS NOT NULL OR d.refused_at IS NOT NULL THEN 'settled'
                 ELSE 'busy' END)::text
             FROM wanted w
             LEFT JOIN mine m ON m.recipient = w.recipient
             LEFT JOIN deliveries d ON d.message_id = :message::uuid AND d.recipient = w.recipient",
        )
        .uuid("message", message)
        .json("recipients", &recipients)?
        .instant("now", now)
        .instant("stale_before", stale_before),
    )
    .await
}

/// Records how a claimed mail ended. With `last`, nothing is left to do for the message and it is marked done.
pub async fn settle(
    db: &Db,
    message: OutboxId,
    recipient: UserId,
    outcome: Outcome<'_>,
    last: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    let refusal = match outcome {
        Outcome::Sent => None,
        Outcome::Refused(code) => Some(code),
    };
    db.texts(
        Statement::new(
            "WITH ended AS (
                 UPDATE deliveries SET refusal = :refusal,
                     sent_at = CASE WHEN :refusal::text IS NULL THEN :now::timestamptz END,
                     refused_at = CASE WHEN :refusal::text IS NOT NULL THEN :now::timestamptz END
                 WHERE message_id = :message::uuid AND recipient = :recipient::uuid
                   AND sent_at IS NULL AND refused_at IS NULL),
             done AS (
                 UPDATE outbox SET done_at = :now::timestamptz
                 WHERE :last AND id = :message::uuid AND done_at IS NULL)
             SELECT 'true'",
        )
        .uuid("message", message)
        .uuid("recipient", recipient)
        .text("refusal", refusal)
        .boolean("last", last)
        .instant("now", now)
        .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Gives a claim back, so that the next delivery need not wait for the end of the lease.
pub async fn release(db: &Db, message: OutboxId, recipient: UserId) -> Result<(), DbError> {
    db.affected(
        Statement::new(
            "DELETE FROM deliveries WHERE message_id = :message::uuid AND recipient = :recipient::uuid
               AND sent_at IS NULL AND refused_at IS NULL",
        )
        .uuid("message", message)
        .uuid("recipient", recipient)
        .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Forgets up to `limit` mails that ended before `before`; answers how many.
///
/// A message that comes again after that would be sent again: `before` is further back than a queue keeps a message.
pub async fn forget_ended(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbError> {
    db.affected(
        Statement::new(
            "DELETE FROM deliveries WHERE (message_id, recipient) IN (
                 SELECT message_id, recipient FROM deliveries
                 WHERE coalesce(sent_at, refused_at) < :before::timestamptz
                 ORDER BY coalesce(sent_at, refused_at) LIMIT :limit::int4)",
        )
        .instant("before", before)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}
