//! Starting and stopping the service.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_postgres::Config;

use crate::faults::Faults;
use crate::journal::{Journal, LoggedStatement};
use crate::pool::Pool;
use crate::routes;
use crate::service::Service;
use crate::transactions::Transactions;

/// How to serve the Data API.
#[derive(Debug, Clone)]
pub struct DataApiOptions {
    /// The only cluster there is; another ARN is answered with `DatabaseNotFoundException`.
    pub resource_arn: String,
    /// For each secret's ARN the URL of the server with the role and password it stands for. The database in the
    /// URL does not matter: each call names its own.
    pub secrets: Vec<(String, String)>,
    /// The database of calls that name none; without it they are refused.
    pub default_database: Option<String>,
    /// The longest a call may take; 45 s on AWS.
    pub call_time_limit: Duration,
    /// The longest a transaction may be idle; 3 min on AWS.
    pub transaction_idle_limit: Duration,
    /// The most connections in use at a time; as many more may be idle. Calls beyond it wait.
    pub connections: usize,
}

impl DataApiOptions {
    /// The service's own limits, one secret.
    pub fn new(
        resource_arn: impl Into<String>,
        secret_arn: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        Self {
            resource_arn: resource_arn.into(),
            secrets: vec![(secret_arn.into(), url.into())],
            default_database: None,
            call_time_limit: Duration::from_secs(45),
            transaction_idle_limit: Duration::from_mins(3),
            connections: 64,
        }
    }
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A secret's URL cannot be read.
    #[error("the URL of secret {secret_arn} cannot be used: {reason}")]
    Url {
        /// Which secret.
        secret_arn: String,
        /// What is wrong with its URL.
        reason: String,
    },
    /// No thread or no port could be had.
    #[error("the Data API cannot be served: {0}")]
    Io(#[from] std::io::Error),
}

/// A running service. It has threads of its own, so that the tests of one binary can share it whatever async
/// runtimes they run on; dropping it stops it and rolls back what is open.
pub struct DataApi {
    address: SocketAddr,
    service: Arc<Service>,
    runtime: Option<Runtime>,
}

impl std::fmt::Debug for DataApi {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DataApi").field("address", &self.address).finish_non_exhaustive()
    }
}

impl DataApi {
    /// Serves on a free port of 127.0.0.1. Connects to PostgreSQL only when the first call needs it.
    pub fn start(options: DataApiOptions) -> Result<Self, StartError> {
        let mut secrets = HashMap::new();
        for (secret_arn, url) in options.secrets {
            let config: Config = url.parse().map_err(|error: tokio_postgres::Error| StartError::Url {
                secret_arn: secret_arn.clone(),
                reason: error.to_string(),
            })?;
            secrets.insert(secret_arn, config);
        }
        let service = Arc::new(Service {
            resource_arn: options.resource_arn,
            default_database: options.default_database,
            call_time_limit: options.call_time_limit,
            pool: Pool::new(secrets, options.connections),
            transactions: Transactions::new(options.transaction_idle_limit),
            faults: Faults::default(),
            journal: Journal::default(),
            parsed: std::sync::RwLock::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("data-api")
            .enable_all()
            .build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let served = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)
        };
        let served = match served {
            Ok(served) => served,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error.into());
            }
        };
        runtime.spawn(Pool::reap(Arc::downgrade(&service.pool)));
        runtime.spawn(serve(served, Arc::clone(&service)));
        Ok(Self { address, service, runtime: Some(runtime) })
    }

    /// The endpoint to give to a client: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The switchboard of faults.
    pub fn faults(&self) -> Faults {
        self.service.faults.clone()
    }

    /// How many statements were sent to the database by `ExecuteStatement` and `BatchExecuteStatement`; a batch
    /// counts once. Calls refused before, by a limit or a fault, do not count.
    pub fn statements(&self) -> u64 {
        self.service.journal.total()
    }

    /// The same for one database.
    pub fn statements_in(&self, database: &str) -> u64 {
        self.service.journal.of(database)
    }

    /// The last 2,000 statements, oldest first; of one database if one is named.
    pub fn log(&self, database: Option<&str>) -> Vec<LoggedStatement> {
        self.service.journal.statements(database)
    }

    /// How many transactions are open.
    pub fn open_transactions(&self) -> usize {
        self.service.transactions.count()
    }

    /// Closes idle connections to a database and rolls back its open transactions, before it is dropped or used
    /// as a template. Its counts and faults are forgotten.
    pub fn close_database(&self, database: &str) {
        self.service.transactions.close_database(database);
        self.service.pool.close_database(database);
        self.service.journal.forget(database);
        self.service.faults.clear_for(database);
    }
}

impl Drop for DataApi {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, so that it may be dropped within an async function.
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: TcpListener, service: Arc<Service>) {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    if let Err(error) = axum::serve(listener, routes::router(service)).await {
        tracing::error!(%error, "the Data API ended");
    }
}
