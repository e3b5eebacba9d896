//! The service's state, and what all operations share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::calls::{Place, still_running};
use crate::failure::Failure;
use crate::faults::Faults;
use crate::journal::{Journal, LoggedStatement};
use crate::parameters::{Bound, Parameters};
use crate::pool::{Key, Pool};
use crate::sql::{self, Sql};
use crate::transactions::{Transaction, Transactions, not_found};
use crate::wire::Target;

/// The largest body of a request.
pub(crate) const REQUEST_BYTES: usize = 4 * 1024 * 1024;
/// The largest body of an answer.
pub(crate) const RESPONSE_BYTES: usize = 1024 * 1024;
/// The largest row of a result.
pub(crate) const ROW_BYTES: usize = 64 * 1024;
/// The largest answer when the result is one JSON string.
pub(crate) const JSON_BYTES: usize = 10 * 1024 * 1024;
/// The longest SQL text, in characters.
const SQL_CHARACTERS: usize = 65_536;
/// How many texts are kept parsed.
const PARSED: usize = 1_000;

pub(crate) struct Service {
    pub(crate) resource_arn: String,
    pub(crate) default_database: Option<String>,
    pub(crate) call_time_limit: Duration,
    pub(crate) pool: Arc<Pool>,
    pub(crate) transactions: Arc<Transactions>,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) parsed: RwLock<HashMap<String, Arc<Sql>>>,
}

impl Service {
    /// Checks resource, secret, database and transaction of a call.
    pub(crate) fn place(&self, target: Target) -> Result<Place, Failure> {
        self.check_resource(target.resource_arn.as_deref())?;
        if target.schema.is_some() {
            return Err(Failure::bad_request("The schema parameter isn't supported"));
        }
        let secret_arn = target.secret_arn.ok_or_else(|| Failure::bad_request("secretArn is missing"))?;
        if !self.pool.knows(&secret_arn) {
            return Err(Failure::secrets_error("The secret provided wasn't found"));
        }
        if let Some(id) = target.transaction_id {
            let transaction = self.transactions.get(&id)?;
            if target.database.is_some_and(|database| database != transaction.key.database) {
                return Err(Failure::bad_request("Database name is not the same as transaction"));
            }
            if secret_arn != transaction.key.secret_arn {
                return Err(Failure::bad_request("Secret is not the same as transaction"));
            }
            return Ok(Place::In(id, transaction));
        }
        let database =
            target.database.filter(|name| !name.is_empty()).or_else(|| self.default_database.clone());
        let database = database.ok_or_else(|| Failure::bad_request("Database name is not provided"))?;
        Ok(Place::Own(Key { secret_arn, database }))
    }

    fn check_resource(&self, resource_arn: Option<&str>) -> Result<(), Failure> {
        match resource_arn {
            Some(arn) if arn == self.resource_arn => Ok(()),
            Some(_) => Err(Failure::database_not_found("The DB cluster isn't found")),
            None => Err(Failure::bad_request("resourceArn is missing")),
        }
    }

    /// Reads a statement, or remembers it.
    pub(crate) fn parse(&self, text: &str) -> Result<Arc<Sql>, Failure> {
        if let Some(sql) = self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(Arc::clone(sql));
        }
        if text.chars().count() > SQL_CHARACTERS {
            return Err(Failure::bad_request(format!("SQL is longer than {SQL_CHARACTERS} characters")));
        }
        let sql = Arc::new(sql::parse(text)?);
        let mut parsed = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        if parsed.len() >= PARSED {
            parsed.clear();
        }
        parsed.insert(text.to_owned(), Arc::clone(&sql));
        Ok(sql)
    }

    /// Writes the journal.
    pub(crate) fn log(&self, place: &Place, text: &str, sql: &Sql, parameters: &Parameters) {
        let types = parameters.types.iter().map(|ty| ty.name().to_owned());
        self.journal.add(LoggedStatement {
            database: place.key().database.clone(),
            sql: text.to_owned(),
            parameters: sql.names.iter().cloned().zip(types).collect(),
            values: parameters.values.iter().map(Bound::literal).collect(),
            in_transaction: matches!(place, Place::In(..)),
        });
    }

    /// `BeginTransaction`: the new transaction's id.
    pub(crate) async fn begin(&self, key: Key) -> Result<String, Failure> {
        let lease = tokio::time::timeout(self.call_time_limit, self.pool.acquire(key, false)).await;
        let lease =
            lease.map_err(|_| Failure::service_unavailable("No connection became free in time"))??;
        lease.session.client.batch_execute("BEGIN").await?;
        Ok(self.transactions.add(lease))
    }

    /// `CommitTransaction` and `RollbackTransaction`. The transaction is over in any case.
    pub(crate) async fn end(&self, id: &str, transaction: &Transaction, commit: bool) -> Result<(), Failure> {
        let mut state = Arc::clone(&transaction.state).try_lock_owned().map_err(|_| still_running())?;
        self.transactions.remove(id);
        let lease = state.lease.take().ok_or_else(|| not_found(id))?;
        let commit_failed = commit && state.failed;
        let statement = if commit && !state.failed { "COMMIT" } else { "ROLLBACK" };
        lease.session.client.batch_execute(statement).await?;
        if state.schema_changed {
            self.pool.schema_changed();
        }
        if !state.session_touched {
            lease.release();
        }
        if commit_failed {
            // PostgreSQL answers such a COMMIT with ROLLBACK and no error; the driver in between raises one.
            return Err(Failure::database_error(
                "ERROR: The database returned ROLLBACK, so the transaction cannot be committed; SQLState: 25P02",
            ));
        }
        Ok(())
    }
}
