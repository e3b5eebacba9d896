//! What runs on a connection: statements and batches, within the time limit of a call.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_postgres::NoTls;

use crate::failure::Failure;
use crate::parameters::{self, Parameters};
use crate::pool::Key;
use crate::present::{Presentation, encode, present};
use crate::service::{JSON_BYTES, RESPONSE_BYTES, ROW_BYTES, Service};
use crate::session::{ResultLimits, Session};
use crate::sql::Sql;
use crate::transactions::{State, Transaction};
use crate::wire::{
    BatchExecuteStatement, BatchExecuteStatementResponse, ExecuteStatement, FormatRecordsAs, UpdateResult,
};

/// Where a statement runs.
pub(crate) enum Place {
    /// On a clean connection, committed by itself.
    Own(Key),
    /// In a transaction, by its id.
    In(String, Arc<Transaction>),
}

impl Place {
    pub(crate) fn key(&self) -> &Key {
        match self {
            Self::Own(key) => key,
            Self::In(_, transaction) => &transaction.key,
        }
    }
}

/// A statement with its parameter sets, of which a plain call has one.
struct Work {
    sql: Arc<Sql>,
    sets: Vec<Parameters>,
    /// `None` for a batch, which has no result set.
    shown: Option<Presentation>,
    continue_after_timeout: bool,
}

type Answer = Result<Vec<u8>, Failure>;

/// `ExecuteStatement`: the body of the answer.
pub(crate) async fn execute(service: &Arc<Service>, place: Place, request: ExecuteStatement) -> Answer {
    let sql = service.parse(&request.sql)?;
    let parameters = parameters::bind(&sql.names, request.parameters.unwrap_or_default())?;
    service.log(&place, &request.sql, &sql, &parameters);
    let shown = Presentation {
        options: request.result_set_options.unwrap_or_default(),
        // Ignored for other statements, says the model.
        as_json: request.format_records_as == Some(FormatRecordsAs::Json) && sql.kind.select,
        metadata: request.include_result_metadata == Some(true),
    };
    let continue_after_timeout = request.continue_after_timeout == Some(true);
    run(service, place, Work { sql, sets: vec![parameters], shown: Some(shown), continue_after_timeout })
        .await
}

/// `BatchExecuteStatement`: each set by itself, up to the first that fails; without a transaction the ones before
/// it stay done.
pub(crate) async fn batch_execute(
    service: &Arc<Service>,
    place: Place,
    request: BatchExecuteStatement,
) -> Answer {
    let sql = service.parse(&request.sql)?;
    let sets = request.parameter_sets.filter(|sets| !sets.is_empty()).unwrap_or_else(|| vec![Vec::new()]);
    let sets =
        sets.into_iter().map(|set| parameters::bind(&sql.names, set)).collect::<Result<Vec<_>, _>>()?;
    if let Some(first) = sets.first() {
        service.log(&place, &request.sql, &sql, first);
    }
    run(service, place, Work { sql, sets, shown: None, continue_after_timeout: false }).await
}

impl Work {
    async fn perform(&self, session: &mut Session, in_transaction: bool) -> Answer {
        let Some(shown) = self.shown else {
            let limits = ResultLimits { row: ROW_BYTES, total: RESPONSE_BYTES };
            for parameters in &self.sets {
                session.run(&self.sql, parameters, limits, in_transaction).await?;
            }
            return encode(&BatchExecuteStatementResponse {
                update_results: vec![UpdateResult::default(); self.sets.len()],
            });
        };
        let total = if shown.as_json { JSON_BYTES } else { RESPONSE_BYTES };
        let limits = ResultLimits { row: ROW_BYTES, total };
        let Some(parameters) = self.sets.first() else {
            return Err(Failure::bad_request("No parameter set"));
        };
        let outcome = session.run(&self.sql, parameters, limits, in_transaction).await?;
        present(session, &outcome, shown).await
    }
}

/// Runs `work` in a task of its own, which goes on to its end if the caller hangs up, as the service does.
async fn run(service: &Arc<Service>, place: Place, work: Work) -> Answer {
    let (reply, answer) = oneshot::channel();
    let service = Arc::clone(service);
    tokio::spawn(async move {
        let mut reply = Some(reply);
        let result = match place {
            Place::Own(key) => on_own(&service, key, &work, &mut reply).await,
            Place::In(id, transaction) => {
                in_transaction(&service, &id, &transaction, &work, &mut reply).await
            }
        };
        if let Some(reply) = reply {
            // Nobody listens any more: the caller hung up.
            let _ = reply.send(result);
        }
    });
    answer.await.unwrap_or_else(|_| Err(Failure::internal("The call ended unexpectedly")))
}

async fn on_own(
    service: &Arc<Service>,
    key: Key,
    work: &Work,
    reply: &mut Option<oneshot::Sender<Answer>>,
) -> Answer {
    let kind = work.sql.kind;
    let mut lease = timeout(service.call_time_limit, service.pool.acquire(key, kind.session))
        .await
        .map_err(|_| Failure::service_unavailable("No connection became free in time"))??;
    let (result, clean) = within(service, &mut lease.session, work, false, reply).await;
    if kind.ddl {
        service.pool.schema_changed();
    }
    if clean && !kind.session {
        lease.release();
    }
    result
}

async fn in_transaction(
    service: &Arc<Service>,
    id: &str,
    transaction: &Transaction,
    work: &Work,
    reply: &mut Option<oneshot::Sender<Answer>>,
) -> Answer {
    let mut state = Arc::clone(&transaction.state).try_lock_owned().map_err(|_| still_running())?;
    transaction.touch();
    let State { lease, failed, session_touched, schema_changed } = &mut *state;
    let lease = lease.as_mut().ok_or_else(|| crate::transactions::not_found(id))?;
    let (result, _) = within(service, &mut lease.session, work, true, reply).await;
    let kind = work.sql.kind;
    *session_touched |= kind.session;
    if kind.ddl {
        *schema_changed = true;
        lease.session.forget_statements();
    }
    match &result {
        // Only a savepoint brings a failed transaction back.
        Ok(_) if kind.rollback_to => *failed = false,
        Err(failure) if failure.aborts_transaction() => *failed = true,
        _ => {}
    }
    if !lease.session.is_open() {
        service.transactions.remove(id);
    }
    transaction.touch();
    result
}

pub(crate) fn still_running() -> Failure {
    Failure::database_error("Transaction is still running a query")
}

/// How long a cancelled statement may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Performs `work` within the limit of a call. The second value tells whether the connection is fit for others.
async fn within(
    service: &Service,
    session: &mut Session,
    work: &Work,
    in_transaction: bool,
    reply: &mut Option<oneshot::Sender<Answer>>,
) -> (Answer, bool) {
    let cancel = session.cancel_token();
    let mut running = pin!(work.perform(session, in_transaction));
    if let Ok(result) = timeout(service.call_time_limit, &mut running).await {
        return (result, true);
    }
    let timed_out = Err(Failure::statement_timeout("The execution of the SQL statement timed out."));
    if work.continue_after_timeout {
        if let Some(reply) = reply.take() {
            let _ = reply.send(timed_out);
        }
        return (running.await, true);
    }
    if let Err(error) = cancel.cancel_query(NoTls).await {
        tracing::warn!(%error, "cannot cancel a statement");
    }
    if timeout(GRACE, &mut running).await.is_err() {
        tracing::warn!("a cancelled statement does not end");
    }
    // A cancellation that came late could hit the next statement: the connection is not used again.
    (timed_out, false)
}
