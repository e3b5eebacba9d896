//! What the operations share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use rusqlite::Transaction;
use tokio::sync::watch;

use super::SqsOptions;
use super::bells::Bells;
use super::error;
use crate::ACCOUNT;
use crate::database::Database;
use crate::error::AwsError;

/// Where a queue is: names, addresses and ARNs are made and read here alone.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    base_url: Arc<str>,
    region: Arc<str>,
}

impl Naming {
    /// `http://127.0.0.1:PORT/000000000000/NAME`.
    pub(super) fn url(&self, queue: &str) -> String {
        format!("{}/{ACCOUNT}/{queue}", self.base_url)
    }

    /// `arn:aws:sqs:REGION:000000000000:NAME`.
    pub(super) fn arn(&self, queue: &str) -> String {
        format!("arn:aws:sqs:{}:{ACCOUNT}:{queue}", self.region)
    }

    /// The name in a queue's ARN, if it is of this account and region.
    pub(super) fn name_in_arn<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let rest = arn.strip_prefix("arn:aws:sqs:")?.strip_prefix(&*self.region)?;
        rest.strip_prefix(':')?.strip_prefix(ACCOUNT)?.strip_prefix(':')
    }

    /// The name in a queue URL. The host is not compared: the port changes with every start.
    pub(super) fn name_in_url(url: &str) -> Result<&str, AwsError> {
        if url.is_empty() {
            return Err(error::missing_parameter("QueueUrl"));
        }
        let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        path.and_then(|path| path.strip_prefix(ACCOUNT)?.strip_prefix('/'))
            .ok_or_else(|| error::invalid_address(url))
    }
}

/// One call, as seen inside its transaction.
#[derive(Debug)]
pub(super) struct Call {
    /// The instant of the call, in milliseconds since 1970.
    pub(super) now: i64,
    pub(super) entropy: SharedEntropy,
    pub(super) naming: Naming,
    touched: Mutex<BTreeSet<String>>,
}

impl Call {
    /// Notes that `queue` may have got something to receive.
    pub(super) fn touch(&self, queue: &str) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).insert(queue.to_owned());
    }

    /// A random (version 4) UUID.
    pub(super) fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[derive(Debug)]
pub(super) struct Engine {
    database: Database,
    clock: SharedClock,
    entropy: SharedEntropy,
    pub(super) naming: Naming,
    pub(super) bells: Bells,
    pub(super) stopping: watch::Receiver<bool>,
    checks: AtomicU64,
}

impl Engine {
    pub(super) fn new(
        database: Database,
        options: &SqsOptions,
        base_url: String,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            database,
            clock: Arc::clone(&options.clock),
            entropy: Arc::clone(&options.entropy),
            naming: Naming { base_url: base_url.into(), region: options.region.as_str().into() },
            bells: Bells::default(),
            stopping,
            checks: AtomicU64::new(0),
        }
    }

    /// Runs `work` in a transaction of its own, then wakes the receivers of the queues that it touched.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &Call) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let call = Call {
            now: self.clock.now().as_millisecond(),
            entropy: Arc::clone(&self.entropy),
            naming: self.naming.clone(),
            touched: Mutex::default(),
        };
        let (value, touched) = self
            .database
            .run(move |transaction| {
                let value = work(transaction, &call)?;
                Ok((value, call.touched.into_inner().unwrap_or_else(PoisonError::into_inner)))
            })
            .await?;
        for queue in &touched {
            self.bells.ring(queue);
        }
        Ok(value)
    }

    pub(super) fn count_check(&self) {
        self.checks.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn poll_checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }
}
