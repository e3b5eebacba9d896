//! The books: one `SQLite` file, or memory.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::provider::lock;

/// The books could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The data folder could not be made.
    #[error("the provider's data folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The database refused.
    #[error("the provider's books: {0}")]
    Database(#[from] rusqlite::Error),
    /// No object of that id, or not in a state for this; or the books failed, which was logged.
    #[error("{0}")]
    Refused(String),
}

/// The provider's database.
#[derive(Debug)]
pub(crate) struct Books(Mutex<Connection>);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    -- The instant at which time itself changes the record, in Unix milliseconds.
    due_ms INTEGER,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS records_kind ON records (kind, seq);
CREATE INDEX IF NOT EXISTS records_due ON records (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS records_charge ON records (json_extract(doc, '$.charge')) WHERE kind = 'payment_intent';
CREATE INDEX IF NOT EXISTS records_intent ON records (kind, json_extract(doc, '$.intent'));
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_ms, seq);
";

impl Books {
    /// Opens `stripe.sqlite` in `folder`, which is made if need be; in memory without a folder.
    pub(crate) fn open(folder: Option<&Path>) -> Result<Self, BooksError> {
        let connection = match folder {
            None => Connection::open_in_memory()?,
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                Connection::open(folder.join("stripe.sqlite"))?
            }
        };
        connection.busy_timeout(Duration::from_secs(5))?;
        // With a write-ahead log a killed process loses no commit; only a power cut could cost the last ones.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Runs `work` in one transaction: committed on Ok, undone on Err.
    pub(crate) fn transact<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = lock(&self.0);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}
