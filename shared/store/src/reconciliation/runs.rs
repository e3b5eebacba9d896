//! Runs: one a day, each a chain of small steps, so that none outlasts a function.

use domain::ids::{OutboxId, ReconciliationId};
use domain::messages::Message;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Result;
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// What a run does, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Fetches the events that were never delivered.
    Events,
    /// Compares payments.
    Payments,
    /// Compares refunds.
    Refunds,
    /// Compares transfers.
    Transfers,
    /// Compares disputes.
    Disputes,
    /// Looks through the movements of the balance: fees are posted.
    Balance,
    /// Asks after what is open at our side.
    Open,
    /// Checks our own books.
    Books,
    /// Nothing more.
    Done,
}

impl Step {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Payments => "payments",
            Self::Refunds => "refunds",
            Self::Transfers => "transfers",
            Self::Disputes => "disputes",
            Self::Balance => "balance",
            Self::Open => "open",
            Self::Books => "books",
            Self::Done => "done",
        }
    }

    /// The step that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Events => Self::Payments,
            Self::Payments => Self::Refunds,
            Self::Refunds => Self::Transfers,
            Self::Transfers => Self::Disputes,
            Self::Disputes => Self::Balance,
            Self::Balance => Self::Open,
            Self::Open => Self::Books,
            Self::Books | Self::Done => Self::Done,
        }
    }
}

/// A run as it stands.
#[derive(Clone, Debug, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: ReconciliationId,
    /// What was made at the provider from this instant on,
    pub window_from: Timestamp,
    /// and before this one, is compared.
    pub window_to: Timestamp,
    /// What is done next.
    pub step: Step,
    /// Within a list, the object after which it goes on.
    pub after: Option<String>,
}

/// Begins the run that is due at `now`, if one is: a day after the last one's window, or after the first payment. What
/// is younger than an hour is left to the next run. Answers its messages, in the outbox already.
pub async fn plan(db: &Db, id: ReconciliationId, messages: &[Message], now: Timestamp) -> Result<bool> {
    let statement = Statement::new(
        "WITH last AS (
             SELECT coalesce((SELECT max(window_to) FROM reconciliation_runs),
                             (SELECT created_at FROM payments ORDER BY id LIMIT 1)) AS at),
         fresh AS (
             INSERT INTO reconciliation_runs (id, window_from, window_to, step, created_at, updated_at)
             SELECT :id::uuid, last.at, :now::timestamptz - interval '1 hour', 'events', :now::timestamptz,
                    :now::timestamptz
             FROM last WHERE last.at <= :now::timestamptz - interval '25 hours'
             ON CONFLICT DO NOTHING RETURNING id),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM fresh CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb))
         SELECT to_jsonb(EXISTS (SELECT FROM fresh)
                         OR EXISTS (SELECT FROM reconciliation_runs WHERE id = :id::uuid))::text",
    )
    .uuid("id", id)
    .text("outbox", messages_json(messages)?.as_str())
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}

/// The run.
pub async fn find(db: &Db, id: ReconciliationId) -> Result<Option<Run>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('id', id, 'window_from', window_from, 'window_to', window_to, 'step', step,
             'after', after)::text FROM reconciliation_runs WHERE id = :id::uuid",
    )
    .uuid("id", id)
    .idempotent();
    db.optional(statement).await
}

/// Moves a run on from where it was read, with the message of its next step; a step that was taken twice moves it once.
pub async fn advance(
    db: &Db,
    run: &Run,
    (step, after, compared): (Step, Option<&str>, u64),
    message: OutboxId,
    next: &[Message],
    now: Timestamp,
) -> Result<bool> {
    let statement = Statement::new(
        "WITH moved AS (
             UPDATE reconciliation_runs SET step = :step, after = :after, compared = compared + :compared::int8,
                    updated_at = :now::timestamptz
             WHERE id = :id::uuid AND step = :was_step AND after IS NOT DISTINCT FROM :was_after RETURNING id),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM moved CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz WHERE id = :message::uuid AND done_at IS NULL)
         SELECT to_jsonb(EXISTS (SELECT FROM moved))::text",
    )
    .uuid("id", run.id)
    .text("was_step", run.step.code())
    .text("was_after", run.after.as_deref())
    .text("step", step.code())
    .text("after", after)
    .int("compared", i64::try_from(compared).unwrap_or(i64::MAX))
    .uuid("message", message)
    .text("outbox", messages_json(next)?.as_str())
    .instant("now", now);
    db.one(statement).await
}
