//! The one way to PostgreSQL: statements by the RDS Data API, with the retries its error classes allow.
//!
//! Every statement answers one column of JSON text per row, made by the database (`jsonb_build_object(…)::text`).
//! One decoding path serves all rows, and a page can be passed on without parsing it.

mod error;
mod statement;
mod transaction;

use std::time::Duration;

use aws_sdk_rdsdata::Client;
use aws_sdk_rdsdata::operation::execute_statement::ExecuteStatementOutput;
use aws_sdk_rdsdata::types::Field;
use domain::random::SharedEntropy;
use serde::de::DeserializeOwned;

use crate::LazyClient;

pub use error::DbError;
pub use statement::Statement;
pub use transaction::Transaction;

/// How long a call may go on being retried. An HTTP API answers within 30 s; a cluster that scaled to zero needs
/// some 15 s to resume.
const RETRY_WINDOW: Duration = Duration::from_secs(20);
/// A deadlock or serialization failure runs the statement again at most this often.
const MAX_CONFLICT_RUNS: u32 = 5;

/// A handle to one database of one cluster, under one secret's role.
#[derive(Clone, Debug)]
pub struct Db {
    client: LazyClient<Client>,
    cluster_arn: String,
    secret_arn: String,
    database: String,
    entropy: SharedEntropy,
}

impl Db {
    /// A handle; nothing is called until the first statement.
    ///
    /// `client` must have the SDK's own retries turned off: it would send a statement again whose outcome is unknown.
    pub fn new(
        client: impl Into<LazyClient<Client>>,
        cluster_arn: impl Into<String>,
        secret_arn: impl Into<String>,
        database: impl Into<String>,
        entropy: SharedEntropy,
    ) -> Self {
        Self {
            client: client.into(),
            cluster_arn: cluster_arn.into(),
            secret_arn: secret_arn.into(),
            database: database.into(),
            entropy,
        }
    }

    /// All rows of a statement, each decoded from its JSON column.
    pub async fn rows<R: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<R>, DbError> {
        decode_all(&self.texts(statement).await?)
    }

    /// The first row, if there is one.
    pub async fn optional<R: DeserializeOwned>(&self, statement: Statement) -> Result<Option<R>, DbError> {
        self.texts(statement).await?.first().map(|text| decode(text)).transpose()
    }

    /// The first row of a statement that always has one; its absence is [`DbError::NoRow`].
    pub async fn one<R: DeserializeOwned>(&self, statement: Statement) -> Result<R, DbError> {
        self.optional(statement).await?.ok_or(DbError::NoRow)
    }

    /// The rows as the JSON text that the database made.
    pub async fn texts(&self, statement: Statement) -> Result<Vec<String>, DbError> {
        Ok(first_column(self.execute(statement).await?))
    }

    /// The number of rows that a statement without `RETURNING` changed.
    pub async fn affected(&self, statement: Statement) -> Result<u64, DbError> {
        let output = self.execute(statement).await?;
        Ok(u64::try_from(output.number_of_records_updated()).unwrap_or(0))
    }

    /// Opens a transaction. It is rolled back by the service after three idle minutes, or by dropping the last word.
    pub async fn begin(&self) -> Result<Transaction, DbError> {
        Transaction::begin(self.clone()).await
    }

    async fn execute(&self, statement: Statement) -> Result<ExecuteStatementOutput, DbError> {
        let started = tokio::time::Instant::now();
        let mut conflicts = 0;
        let mut waits = 0;
        loop {
            let error = match self.execute_once(&statement, None).await {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            let again = match &error {
                DbError::Conflict { .. } => {
                    conflicts += 1;
                    conflicts < MAX_CONFLICT_RUNS
                }
                DbError::Unavailable { .. } => true,
                DbError::OutcomeUnknown { .. } => statement.is_idempotent(),
                _ => false,
            };
            let pause = self.backoff(waits);
            if !again || started.elapsed() + pause > RETRY_WINDOW {
                return Err(error);
            }
            tracing::warn!(error = %error, attempt = waits + 1, "statement runs again");
            waits += 1;
            tokio::time::sleep(pause).await;
        }
    }

    async fn execute_once(
        &self,
        statement: &Statement,
        transaction_id: Option<&str>,
    ) -> Result<ExecuteStatementOutput, DbError> {
        self.client
            .execute_statement()
            .resource_arn(&self.cluster_arn)
            .secret_arn(&self.secret_arn)
            .database(&self.database)
            .set_transaction_id(transaction_id.map(str::to_owned))
            .sql(statement.sql())
            .set_parameters(Some(statement.parameters().to_vec()))
            .send()
            .await
            .map_err(DbError::from_sdk)
    }

    /// Exponential back-off with full jitter: up to 50 ms, 100 ms, … at most 2 s.
    fn backoff(&self, attempt: u32) -> Duration {
        let ceiling_ms = 50_u64.saturating_mul(1 << attempt.min(6)).min(2_000);
        let mut random = [0_u8; 8];
        self.entropy.fill(&mut random);
        Duration::from_millis(u64::from_le_bytes(random) % (ceiling_ms + 1))
    }
}

fn first_column(output: ExecuteStatementOutput) -> Vec<String> {
    output
        .records
        .unwrap_or_default()
        .into_iter()
        .filter_map(|record| match record.into_iter().next() {
            Some(Field::StringValue(text)) => Some(text),
            _ => None,
        })
        .collect()
}

fn decode<R: DeserializeOwned>(text: &str) -> Result<R, DbError> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}

fn decode_all<R: DeserializeOwned>(texts: &[String]) -> Result<Vec<R>, DbError> {
    texts.iter().map(|text| decode(text)).collect()
}
