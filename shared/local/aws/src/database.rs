//! The books of a stand-in: one `SQLite` file, or memory.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{AwsError, StartError};

/// How long a call waits for another process that holds the same file.
const BUSY: Duration = Duration::from_secs(5);

/// A connection that calls share, one at a time.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
    durable: bool,
}

impl Database {
    /// Opens `folder/file`, or memory without a folder, and runs `schema`, which must bear repetition.
    pub(crate) fn open(folder: Option<&Path>, file: &str, schema: &str) -> Result<Self, StartError> {
        let path = folder.map_or_else(|| PathBuf::from(":memory:"), |folder| folder.join(file));
        if folder.is_some() {
            create_private(&path).map_err(StartError::io(path.display().to_string()))?;
        }
        let connection = connect(&path, schema)
            .map_err(|error| StartError::Database { file: path.clone(), reason: error.to_string() })?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), durable: folder.is_some() })
    }

    /// Runs `work` in one transaction: committed, and on disk, when it says `Ok`; undone when it says `Err`.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        if self.durable {
            // A commit waits for the disk: not on a thread that serves sockets.
            let connection = Arc::clone(&self.connection);
            tokio::task::spawn_blocking(move || transact(&connection, work)).await?
        } else {
            transact(&self.connection, work)
        }
    }
}

fn transact<T>(
    connection: &Mutex<Connection>,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    // A panic in another call rolled its transaction back: the connection is sound.
    let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn connect(path: &Path, schema: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: what was acknowledged outlives not only the process but the machine's power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(schema)?;
    Ok(connection)
}

/// Makes the file readable by its owner alone before anything is in it; `SQLite` gives its journals the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
