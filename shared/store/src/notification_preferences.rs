//! What people do not want to be told: a row for each kind that is turned off on a channel, and none for what is on.

use domain::ids::UserId;
use domain::notification::{Channel, NotificationKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};

/// A kind on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// What is told.
    pub kind: NotificationKind,
    /// How.
    pub channel: Channel,
}

/// What the account has turned off; `None` where there is no such account (any more).
pub async fn turned_off(db: &Db, user: UserId) -> Result<Option<Vec<Way>>, DbError> {
    db.optional(
        Statement::new(
            "SELECT coalesce((SELECT jsonb_agg(jsonb_build_object('kind', n.kind, 'channel', n.channel))
                 FROM notification_preferences n WHERE n.user_id = u.id), '[]')::text
             FROM users u WHERE u.id = :user::uuid AND u.erased_at IS NULL",
        )
        .uuid("user", user)
        .idempotent(),
    )
    .await
}

/// Turns some ways off and others on again; answers what is off then, or `None` where there is no such account (any
/// more). No way may be in both lists.
pub async fn change(
    db: &Db,
    user: UserId,
    off: &[Way],
    on: &[Way],
    now: Timestamp,
) -> Result<Option<Vec<Way>>, DbError> {
    db.optional(
        Statement::new(
            "WITH whose AS (SELECT id FROM users WHERE id = :user::uuid AND erased_at IS NULL),
             off AS (SELECT w.kind, w.channel FROM jsonb_to_recordset(:off::jsonb) AS w (kind text, channel text)),
             back AS (SELECT w.kind, w.channel FROM jsonb_to_recordset(:on::jsonb) AS w (kind text, channel text)),
             gone AS (
                 DELETE FROM notification_preferences n USING whose, back
                 WHERE n.user_id = whose.id AND n.kind = back.kind AND n.channel = back.channel),
             added AS (
                 INSERT INTO notification_preferences (user_id, kind, channel, turned_off_at)
                 SELECT whose.id, off.kind, off.channel, :now::timestamptz FROM whose, off
                 ON CONFLICT DO NOTHING),
             then_off AS (
                 (SELECT n.kind, n.channel FROM notification_preferences n JOIN whose ON n.user_id = whose.id
                  EXCEPT SELECT kind, channel FROM back)
                 UNION SELECT kind, channel FROM off)
             SELECT coalesce((SELECT jsonb_agg(to_jsonb(t)) FROM then_off t), '[]')::text FROM whose",
        )
        .uuid("user", user)
        .json("off", &off)?
        .json("on", &on)?
        .instant("now", now)
        .idempotent(),
    )
    .await
}
