//! Open transactions: each holds a connection until it is committed, rolled back or has been idle too long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::pool::{Key, Lease};

/// The most time a transaction has in all.
const LONGEST: Duration = Duration::from_hours(24);

pub(crate) struct Transactions {
    open: Mutex<HashMap<String, Arc<Transaction>>>,
    idle_limit: Duration,
}

pub(crate) struct Transaction {
    pub(crate) key: Key,
    pub(crate) state: Arc<tokio::sync::Mutex<State>>,
    started: Instant,
    last_used: Mutex<Instant>,
}

pub(crate) struct State {
    pub(crate) lease: Option<Lease>,
    /// A statement failed: the database will only roll back.
    pub(crate) failed: bool,
    /// Something stays in the session after the end.
    pub(crate) session_touched: bool,
    pub(crate) schema_changed: bool,
}

impl Transaction {
    pub(crate) fn touch(&self) {
        *self.last_used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn deadline(&self, idle_limit: Duration) -> Instant {
        let last_used = *self.last_used.lock().unwrap_or_else(PoisonError::into_inner);
        (last_used + idle_limit).min(self.started + LONGEST)
    }
}

impl Transactions {
    pub(crate) fn new(idle_limit: Duration) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), idle_limit })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Arc<Transaction>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a connection on which BEGIN was run, and returns the transaction's id.
    pub(crate) fn add(self: &Arc<Self>, lease: Lease) -> String {
        let id = STANDARD.encode(rand::random::<[u8; 32]>());
        let now = Instant::now();
        let transaction = Arc::new(Transaction {
            key: lease.key.clone(),
            state: Arc::new(tokio::sync::Mutex::new(State {
                lease: Some(lease),
                failed: false,
                session_touched: false,
                schema_changed: false,
            })),
            started: now,
            last_used: Mutex::new(now),
        });
        self.open().insert(id.clone(), transaction);
        tokio::spawn(Self::expire(Arc::downgrade(self), id.clone()));
        id
    }

    pub(crate) fn get(&self, id: &str) -> Result<Arc<Transaction>, Failure> {
        self.open().get(id).cloned().ok_or_else(|| not_found(id))
    }

    pub(crate) fn remove(&self, id: &str) {
        self.open().remove(id);
    }

    /// Rolls back what is open on a database.
    pub(crate) fn close_database(&self, database: &str) {
        self.open().retain(|_, transaction| transaction.key.database != database);
    }

    pub(crate) fn count(&self) -> usize {
        self.open().len()
    }

    /// Waits until transaction `id` has been idle too long and drops it, which closes its connection.
    async fn expire(transactions: std::sync::Weak<Self>, id: String) {
        loop {
            let Some(deadline) = transactions.upgrade().and_then(|transactions| {
                transactions.get(&id).ok().map(|transaction| transaction.deadline(transactions.idle_limit))
            }) else {
                return;
            };
            tokio::time::sleep_until(deadline).await;
            let Some(transactions) = transactions.upgrade() else { return };
            let Ok(transaction) = transactions.get(&id) else { return };
            if transaction.deadline(transactions.idle_limit) > Instant::now() {
                continue;
            }
            if let Ok(mut state) = transaction.state.try_lock() {
                state.lease = None;
                transactions.remove(&id);
                return;
            }
            // A statement is running: idle time counts from its end.
            transaction.touch();
        }
    }
}

pub(crate) fn not_found(id: &str) -> Failure {
    Failure::transaction_not_found(format!("Transaction {id} is not found"))
}
