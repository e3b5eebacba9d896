//! The Runtime API of one execution environment: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

/// What a response may have at most, in bytes.
const MAX_RESPONSE: usize = 6 * 1024 * 1024;

/// Why an event has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvocationError {
    /// The function said that it failed.
    #[error("the function failed: {kind}: {message}")]
    Failed {
        /// The error's type, as the runtime names it.
        kind: String,
        /// The error's text.
        message: String,
    },
    /// It took too long. Lambda would have killed the process.
    #[error("the function took more than {0:?}")]
    TimedOut(Duration),
    /// The process ended.
    #[error("the process ended: {0}")]
    Ended(String),
    /// The answer is no JSON.
    #[error("the function answered something that is no JSON")]
    NotJson,
}

type Outcome = Result<Bytes, InvocationError>;

struct Invocation {
    id: String,
    deadline_ms: u128,
    event: Bytes,
}

/// How far the process has come.
#[derive(Clone, Debug)]
enum Phase {
    Starting,
    Ready(Instant),
    Ended(String),
}

/// The events that wait and those that are being worked on.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    arn: String,
    waiting: mpsc::UnboundedSender<Invocation>,
    next: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    answers: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    phase: watch::Sender<Phase>,
}

impl std::fmt::Debug for Invocation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Invocation").field("id", &self.id).finish_non_exhaustive()
    }
}

impl RuntimeApi {
    pub(crate) fn new(name: &str) -> Self {
        let (waiting, next) = mpsc::unbounded_channel();
        Self {
            arn: format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"),
            waiting,
            next: tokio::sync::Mutex::new(next),
            answers: Mutex::default(),
            phase: watch::Sender::new(Phase::Starting),
        }
    }

    /// When the process asked for its first event.
    pub(crate) async fn first_poll(&self) -> Result<Instant, InvocationError> {
        let mut phase = self.phase.subscribe();
        let come = phase.wait_for(|phase| !matches!(phase, Phase::Starting)).await;
        match come.map(|phase| phase.clone()) {
            Ok(Phase::Ready(asked)) => Ok(asked),
            Ok(Phase::Ended(how)) => Err(InvocationError::Ended(how)),
            Ok(Phase::Starting) | Err(_) => Err(InvocationError::Ended("unknown".to_owned())),
        }
    }

    /// Hands over an event and waits for its answer.
    pub(crate) async fn invoke(&self, event: &Value, timeout: Duration) -> Result<Value, InvocationError> {
        // The time that a function may take begins when it is up.
        self.first_poll().await?;
        let id = Uuid::new_v4().to_string();
        let (answer, answered) = oneshot::channel();
        self.answers().insert(id.clone(), answer);
        let deadline_ms = since_epoch().saturating_add(timeout).as_millis();
        let event = Bytes::from(event.to_string());
        let ended = || InvocationError::Ended("while an event was under way".to_owned());
        self.waiting.send(Invocation { id: id.clone(), deadline_ms, event }).map_err(|_| ended())?;
        match tokio::time::timeout(timeout, answered).await {
            Ok(Ok(outcome)) => serde_json::from_slice(&outcome?).map_err(|_| InvocationError::NotJson),
            Ok(Err(_)) => Err(ended()),
            Err(_) => {
                self.answers().remove(&id);
                Err(InvocationError::TimedOut(timeout))
            }
        }
    }

    /// The process is gone: nothing that is under way will be answered.
    pub(crate) fn ended(&self, how: &str) {
        self.phase.send_replace(Phase::Ended(how.to_owned()));
        for (_, answer) in self.answers().drain() {
            _ = answer.send(Err(InvocationError::Ended(how.to_owned())));
        }
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Outcome>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, id: &str, outcome: Outcome) -> Response {
        match self.answers().remove(id) {
            Some(answer) => {
                // Whoever asked may have given up.
                _ = answer.send(outcome);
                (StatusCode::ACCEPTED, axum::Json(serde_json::json!({ "status": "OK" }))).into_response()
            }
            None => StatusCode::BAD_REQUEST.into_response(),
        }
    }
}

/// Serves the API until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, api: Arc<RuntimeApi>) {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(MAX_RESPONSE))
        .with_state(api);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "the Runtime API ended");
    }
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    let now = Instant::now();
    api.phase.send_if_modified(|phase| {
        let first = matches!(phase, Phase::Starting);
        if first {
            *phase = Phase::Ready(now);
        }
        first
    });
    let Some(invocation) = api.next.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", api.arn.clone()),
        ("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, invocation.event).into_response()
}

async fn response(State(api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> Response {
    api.answer(&id, Ok(body))
}

async fn error(State(api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> Response {
    api.answer(&id, Err(failure(&body)))
}

async fn init_error(State(api): State<Arc<RuntimeApi>>, body: Bytes) -> StatusCode {
    api.ended(&failure(&body).to_string());
    StatusCode::ACCEPTED
}

fn failure(body: &[u8]) -> InvocationError {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    InvocationError::Failed { kind: text("errorType"), message: text("errorMessage") }
}

#[expect(clippy::disallowed_methods, reason = "deadlines are the machine's time")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
