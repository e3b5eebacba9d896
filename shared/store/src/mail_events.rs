//! What became of mails after the mail service had taken them.

use domain::ids::UserId;
use domain::notification::MailEvent;
use jiff::Timestamp;

use crate::db::{Db, DbError, Statement};

/// Keeps what happened to a mail for the accounts that have one of the addresses now; answers those for whom it is news.
///
/// `detail` has 1 to 100 characters. An address that no account has (any more) leaves no trace.
pub async fn record(
    db: &Db,
    mail_id: &str,
    event: MailEvent,
    addresses: &[String],
    detail: &str,
    now: Timestamp,
) -> Result<Vec<UserId>, DbError> {
    db.rows(
        Statement::new(
            "INSERT INTO mail_events (mail_id, event, user_id, address, detail, received_at)
             SELECT :mail_id, :event, u.id, sha256(convert_to(u.email_key, 'UTF8')), :detail, :now::timestamptz
             FROM users u WHERE u.erased_at IS NULL AND u.email_key IN (
                 SELECT lower(a.value) FROM jsonb_array_elements_text(:addresses::jsonb) AS a (value))
             ON CONFLICT DO NOTHING
             RETURNING to_jsonb(user_id)::text",
        )
        .text("mail_id", mail_id)
        .text("event", event.code())
        .json("addresses", &addresses)?
        .text("detail", detail)
        .instant("now", now)
        .idempotent(),
    )
    .await
}

/// Forgets up to `limit` soft bounces that were reported before `before`; answers how many. The others stay as long as
/// the account.
pub async fn forget_soft(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbError> {
    db.affected(
        Statement::new(
            "DELETE FROM mail_events WHERE (mail_id, event, user_id) IN (
                 SELECT mail_id, event, user_id FROM mail_events
                 WHERE event = 'soft_bounce' AND received_at < :before::timestamptz
                 ORDER BY received_at LIMIT :limit::int4)",
        )
        .instant("before", before)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}
