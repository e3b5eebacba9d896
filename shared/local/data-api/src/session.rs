//! One connection to PostgreSQL with its prepared statements.

use std::collections::{HashMap, VecDeque};

use futures::{StreamExt as _, pin_mut};
use tokio_postgres::error::SqlState;
use tokio_postgres::{CancelToken, Client, Column, Config, NoTls, Row, Statement};

use crate::failure::Failure;
use crate::parameters::Parameters;
use crate::sql::Sql;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;

pub(crate) struct Session {
    pub(crate) client: Client,
    statements: HashMap<String, Statement>,
    /// The keys of `statements`, oldest first.
    order: VecDeque<String>,
    /// The schema's generation the statements were prepared under.
    generation: u64,
}

/// What a statement gave.
pub(crate) struct Outcome {
    pub(crate) statement: Statement,
    pub(crate) rows: Vec<Row>,
    pub(crate) affected: u64,
}

impl Outcome {
    pub(crate) fn columns(&self) -> &[Column] {
        self.statement.columns()
    }
}

/// Why a statement gave nothing.
pub(crate) enum Refusal {
    Database(tokio_postgres::Error),
    /// The result's type or size; the statement itself may have been done.
    Result(Failure),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Database(error) => error.into(),
            Refusal::Result(failure) => failure,
        }
    }
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

/// The most bytes of a result that are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResultLimits {
    pub(crate) row: usize,
    pub(crate) total: usize,
}

impl Session {
    /// Connects. Text comes and goes in UTF-8 and times in UTC, whatever the server's defaults are.
    pub(crate) async fn connect(config: &Config) -> Result<Self, tokio_postgres::Error> {
        let mut config = config.clone();
        config.application_name("data-api").options("-c timezone=UTC -c client_encoding=UTF8");
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL ended");
            }
        });
        Ok(Self { client, statements: HashMap::new(), order: VecDeque::new(), generation: 0 })
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    pub(crate) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    /// Forgets statements prepared before the schema changed.
    pub(crate) fn follow(&mut self, generation: u64) {
        if self.generation != generation {
            self.generation = generation;
            self.forget_statements();
        }
    }

    /// Drops all prepared statements.
    pub(crate) fn forget_statements(&mut self) {
        self.statements.clear();
        self.order.clear();
    }

    /// Runs a statement. Outside a transaction a plan which a foreign schema change made void is prepared anew.
    pub(crate) async fn run(
        &mut self,
        sql: &Sql,
        parameters: &Parameters,
        limits: ResultLimits,
        in_transaction: bool,
    ) -> Result<Outcome, Refusal> {
        let first = self.attempt(sql, parameters, limits).await;
        match first {
            Err(Refusal::Database(error)) if !in_transaction && is_void_plan(&error) => {
                self.forget_statements();
                self.attempt(sql, parameters, limits).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(
        &mut self,
        sql: &Sql,
        parameters: &Parameters,
        limits: ResultLimits,
    ) -> Result<Outcome, Refusal> {
        let statement = self.prepare(sql, parameters).await?;
        crate::results::check(statement.columns()).map_err(Refusal::Result)?;
        let stream = self.client.query_raw(&statement, &parameters.values).await?;
        pin_mut!(stream);
        let (mut rows, mut total) = (Vec::new(), 0);
        while let Some(row) = stream.next().await {
            let row = row?;
            total += row.raw_size_bytes();
            if row.raw_size_bytes() > limits.row {
                return Err(Refusal::Result(Failure::bad_request(
                    "Database returned a row larger than 64 KB",
                )));
            }
            if total > limits.total {
                return Err(Refusal::Result(too_large()));
            }
            rows.push(row);
        }
        let affected = stream.rows_affected().unwrap_or(0);
        Ok(Outcome { statement, rows, affected })
    }

    async fn prepare(
        &mut self,
        sql: &Sql,
        parameters: &Parameters,
    ) -> Result<Statement, tokio_postgres::Error> {
        use std::fmt::Write as _;
        let mut key = String::with_capacity(sql.text.len() + 6 * parameters.types.len());
        for ty in &parameters.types {
            // Writing to a String cannot fail.
            let _ = write!(key, "{},", ty.oid());
        }
        key.push_str(&sql.text);
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare_typed(&sql.text, &parameters.types).await?;
        if self.order.len() >= STATEMENTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.statements.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }
}

fn is_void_plan(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|db| {
        *db.code() == SqlState::FEATURE_NOT_SUPPORTED && db.message().contains("cached plan must not change")
    })
}

/// The service's answer to a result over the limit of a response.
pub(crate) fn too_large() -> Failure {
    Failure::bad_request("Database returned more than the allowed response size limit")
}
