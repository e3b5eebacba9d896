//! A bounded pool of clean connections, shared by all roles and databases.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_postgres::Config;

use crate::failure::Failure;
use crate::session::Session;

/// Whose connection, and to which database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) secret_arn: String,
    pub(crate) database: String,
}

pub(crate) struct Pool {
    /// How to connect, by the secret's ARN.
    secrets: HashMap<String, Config>,
    idle: Mutex<VecDeque<Idle>>,
    idle_limit: usize,
    in_use: Arc<Semaphore>,
    /// Counts schema changes, after which prepared statements are void.
    generation: AtomicU64,
}

struct Idle {
    key: Key,
    session: Session,
    since: Instant,
}

/// A connection in use. Dropped instead of released, it is closed and what it had open is rolled back.
pub(crate) struct Lease {
    pub(crate) session: Session,
    pub(crate) key: Key,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

/// How long a connection stays open unused.
const IDLE_TIME: Duration = Duration::from_secs(10);

impl Pool {
    /// At most `limit` connections are in use, and as many idle.
    pub(crate) fn new(secrets: HashMap<String, Config>, limit: usize) -> Arc<Self> {
        Arc::new(Self {
            secrets,
            idle: Mutex::default(),
            idle_limit: limit,
            in_use: Arc::new(Semaphore::new(limit)),
            generation: AtomicU64::new(1),
        })
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn knows(&self, secret_arn: &str) -> bool {
        self.secrets.contains_key(secret_arn)
    }

    /// An idle connection, or a new one if there is none or a `fresh` one is wanted; waits while the limit is
    /// reached.
    pub(crate) async fn acquire(self: &Arc<Self>, key: Key, fresh: bool) -> Result<Lease, Failure> {
        let permit = Arc::clone(&self.in_use).acquire_owned().await;
        let permit = permit.map_err(|_| Failure::service_unavailable("The service is stopping"))?;
        let idle = if fresh { None } else { self.take(&key) };
        let mut session = match idle {
            Some(session) => session,
            None => self.connect(&key).await?,
        };
        session.follow(self.generation.load(Ordering::Acquire));
        Ok(Lease { session, key, pool: Arc::clone(self), _permit: permit })
    }

    /// The most recently used one, whose caches are warm.
    fn take(&self, key: &Key) -> Option<Session> {
        let mut idle = self.idle();
        loop {
            let at = idle.iter().rposition(|idle| idle.key == *key)?;
            let found = idle.remove(at)?;
            if found.session.is_open() {
                return Some(found.session);
            }
        }
    }

    async fn connect(&self, key: &Key) -> Result<Session, Failure> {
        let config = self.secrets.get(&key.secret_arn);
        let config = config.ok_or_else(|| Failure::secrets_error("The secret provided wasn't found"))?;
        let mut config = config.clone();
        config.dbname(&key.database);
        Session::connect(&config).await.map_err(|error| Failure::connecting(&error))
    }

    /// A schema change was made: statements prepared before it are prepared again.
    pub(crate) fn schema_changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Closes the idle connections to a database.
    pub(crate) fn close_database(&self, database: &str) {
        self.idle().retain(|idle| idle.key.database != database);
    }

    /// Closes what has been idle for long, until the pool is gone.
    pub(crate) async fn reap(pool: std::sync::Weak<Self>) {
        loop {
            tokio::time::sleep(IDLE_TIME / 10).await;
            let Some(pool) = pool.upgrade() else { return };
            pool.idle().retain(|idle| idle.since.elapsed() < IDLE_TIME);
        }
    }
}

impl Lease {
    /// Gives a clean connection back.
    pub(crate) fn release(self) {
        let Self { session, key, pool, .. } = self;
        if session.is_open() {
            let mut idle = pool.idle();
            idle.push_back(Idle { key, session, since: Instant::now() });
            if idle.len() > pool.idle_limit {
                idle.pop_front();
            }
        }
    }
}
