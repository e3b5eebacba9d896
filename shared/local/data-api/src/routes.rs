//! The REST-JSON protocol: one POST for each operation.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use serde::de::DeserializeOwned;

use crate::calls::{self, Place};
use crate::failure::Failure;
use crate::faults::{After, Verdict};
use crate::present::encode;
use crate::service::{REQUEST_BYTES, Service};
use crate::wire::{
    BatchExecuteStatement, BeginTransactionResponse, ExecuteStatement, Target, TransactionStatus,
};

/// The service's routes.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/Execute", post(execute))
        .route("/BatchExecute", post(batch_execute))
        .route("/BeginTransaction", post(begin))
        .route("/CommitTransaction", post(commit))
        .route("/RollbackTransaction", post(rollback))
        .fallback(async || Failure::unknown_operation("The operation isn't known").into_response())
        .with_state(service)
}

async fn execute(State(service): State<Arc<Service>>, request: Request) -> Response {
    let outcome = async {
        let mut request: ExecuteStatement = read(request).await?;
        let place = service.place(request.take_target())?;
        let verdict = service.faults.judge(&place.key().database, Some(&request.sql), false);
        suffer(verdict, calls::execute(&service, place, request)).await
    };
    respond(outcome.await)
}

async fn batch_execute(State(service): State<Arc<Service>>, request: Request) -> Response {
    let outcome = async {
        let mut request: BatchExecuteStatement = read(request).await?;
        let place = service.place(request.take_target())?;
        let verdict = service.faults.judge(&place.key().database, Some(&request.sql), false);
        suffer(verdict, calls::batch_execute(&service, place, request)).await
    };
    respond(outcome.await)
}

async fn begin(State(service): State<Arc<Service>>, request: Request) -> Response {
    let outcome = async {
        let target: Target = read(request).await?;
        let Place::Own(key) = service.place(Target { transaction_id: None, ..target })? else {
            return Err(Failure::bad_request("A transaction cannot begin within another"));
        };
        let verdict = service.faults.judge(&key.database, None, false);
        let work = async {
            let transaction_id = service.begin(key).await?;
            encode(&BeginTransactionResponse { transaction_id })
        };
        suffer(verdict, work).await
    };
    respond(outcome.await)
}

async fn commit(State(service): State<Arc<Service>>, request: Request) -> Response {
    respond(end(service, request, true).await)
}

async fn rollback(State(service): State<Arc<Service>>, request: Request) -> Response {
    respond(end(service, request, false).await)
}

async fn end(service: Arc<Service>, request: Request, commit: bool) -> Result<Done, Failure> {
    let target: Target = read(request).await?;
    let Place::In(id, transaction) = service.place(target)? else {
        return Err(Failure::bad_request("transactionId is missing"));
    };
    let verdict = service.faults.judge(&transaction.key.database, None, commit);
    let work = async move {
        // In a task of its own: a caller that hangs up does not interrupt it.
        let ended = tokio::spawn(async move { service.end(&id, &transaction, commit).await });
        ended.await.map_err(|error| Failure::internal(error.to_string()))??;
        let transaction_status = if commit { "Transaction Committed" } else { "Rollback Complete" };
        encode(&TransactionStatus { transaction_status })
    };
    suffer(verdict, work).await
}

/// Checks that the caller is an AWS client and reads the JSON it sent.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Failure> {
    check_signature(request.headers())?;
    let body: Bytes = to_bytes(request.into_body(), REQUEST_BYTES)
        .await
        .map_err(|_| Failure::bad_request(format!("The request is larger than {REQUEST_BYTES} bytes")))?;
    serde_json::from_slice(&body).map_err(|error| Failure::bad_request(format!("Malformed request: {error}")))
}

/// The signature is not verified: the secret key is known to the cloud only. That it is there and meant for this
/// service is what a misconfigured client gets wrong.
fn check_signature(headers: &HeaderMap) -> Result<(), Failure> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !header.starts_with("AWS4-HMAC-SHA256 ") {
        return Err(Failure::access_denied("Missing Authentication Token"));
    }
    if header.contains("/rds-data/aws4_request") {
        Ok(())
    } else {
        Err(Failure::access_denied("Credential should be scoped to correct service: 'rds-data'."))
    }
}

/// A body, and whether the connection breaks instead of delivering it.
struct Done {
    body: Vec<u8>,
    lost: bool,
}

/// Lets a call suffer the faults it was judged to.
async fn suffer(
    verdict: Verdict,
    work: impl Future<Output = Result<Vec<u8>, Failure>>,
) -> Result<Done, Failure> {
    if !verdict.delay.is_zero() {
        tokio::time::sleep(verdict.delay).await;
    }
    if let Some(failure) = verdict.before {
        return Err(failure);
    }
    let result = work.await;
    match verdict.after {
        None => result.map(|body| Done { body, lost: false }),
        Some(After::Timeout) => {
            Err(Failure::statement_timeout("The execution of the SQL statement timed out."))
        }
        Some(After::Internal) => Err(Failure::internal("An internal error occurred.")),
        Some(After::Lost) => Ok(Done { body: Vec::new(), lost: true }),
    }
}

fn respond(outcome: Result<Done, Failure>) -> Response {
    match outcome {
        Ok(Done { lost: true, .. }) => broken(),
        Ok(Done { body, .. }) => {
            ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
        }
        Err(failure) => failure.into_response(),
    }
}

/// An answer whose body fails at once: the server closes the connection before it is whole.
fn broken() -> Response {
    let failing =
        futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("a fault was asked for")) });
    let mut response = Response::new(Body::from_stream(failing));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("1024"));
    response
}
