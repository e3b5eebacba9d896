//! The tables, and the queue's row.

use rusqlite::{OptionalExtension, Transaction, params};

use super::attributes::QueueAttributes;
use super::error;
use crate::error::AwsError;

/// Times are milliseconds since 1970. A message is delayed or in flight while `visible_at` lies ahead: in flight when it
/// has a receipt, delayed when it has none.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        name TEXT PRIMARY KEY,
        attributes TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL,
        purged_at INTEGER
    ) STRICT;
    CREATE TABLE IF NOT EXISTS messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL REFERENCES queues (name),
        id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        trace_header TEXT,
        sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        first_received_at INTEGER,
        receive_count INTEGER NOT NULL DEFAULT 0,
        receipt TEXT,
        dead_letter_source TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_by_due ON messages (queue, visible_at);
";

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) attributes: QueueAttributes,
    pub(super) created_at: i64,
    pub(super) modified_at: i64,
    pub(super) purged_at: Option<i64>,
}

/// The queue called `name`, or the refusal that there is none.
pub(super) fn queue(transaction: &Transaction<'_>, name: &str) -> Result<Queue, AwsError> {
    find_queue(transaction, name)?.ok_or_else(error::no_such_queue)
}

pub(super) fn find_queue(transaction: &Transaction<'_>, name: &str) -> Result<Option<Queue>, AwsError> {
    let row = transaction
        .prepare_cached("SELECT attributes, created_at, modified_at, purged_at FROM queues WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((attributes, created_at, modified_at, purged_at)) = row else { return Ok(None) };
    let attributes = serde_json::from_str(&attributes)?;
    Ok(Some(Queue { name: name.to_owned(), attributes, created_at, modified_at, purged_at }))
}

/// All queues' names, in their order.
pub(super) fn queue_names(transaction: &Transaction<'_>) -> Result<Vec<String>, AwsError> {
    let mut statement = transaction.prepare_cached("SELECT name FROM queues ORDER BY name")?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

/// How many messages a queue holds, by state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) visible: u64,
    pub(super) in_flight: u64,
    pub(super) delayed: u64,
}

pub(super) fn counts(transaction: &Transaction<'_>, queue: &str, now: i64) -> Result<Counts, AwsError> {
    let counts = transaction
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE visible_at <= ?2),
                    count(*) FILTER (WHERE visible_at > ?2 AND receipt IS NOT NULL),
                    count(*) FILTER (WHERE visible_at > ?2 AND receipt IS NULL)
             FROM messages WHERE queue = ?1",
        )?
        .query_row(params![queue, now], |row| {
            Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
        })?;
    Ok(counts)
}
