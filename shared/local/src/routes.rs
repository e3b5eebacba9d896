//! What only a machine of one's own offers: health for everybody, the rest for loopback alone.

mod bookings;
mod clock;
mod faults;
mod graphiql;
mod ledger;
mod mail;
mod page;
mod payments;
mod queues;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use store::{Db, Statement};

use crate::docs;
use crate::pages::{assets, own_machine_only};
use crate::stack::Handles;

/// How long the database may take before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the process lives (`/health/`, `/health/live/`), and whether it can do its work (`/health/ready/`: the database
/// answers).
pub(crate) fn health(db: Db) -> Router {
    let alive = || async { axum::Json(serde_json::json!({ "status": "ok" })) };
    let ready = move || readiness(db.clone());
    Router::new()
        .route("/health", get(alive))
        .route("/health/", get(alive))
        .route("/health/live", get(alive))
        .route("/health/live/", get(alive))
        .route("/health/ready", get(ready.clone()))
        .route("/health/ready/", get(ready))
}

async fn readiness(db: Db) -> Response {
    let asked = db.texts(Statement::new("SELECT 'true'").idempotent());
    if let Ok(Ok(_)) = tokio::time::timeout(PATIENCE, asked).await {
        return axum::Json(serde_json::json!({ "status": "ok" })).into_response();
    }
    let body = axum::Json(serde_json::json!({ "status": "the database does not answer" }));
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
}

/// The console, the reference and the query editor, each with and without the slash at its end. As loopback only offers
/// them, so they are for this machine's own names and pages only.
pub(crate) fn private(handles: Arc<Handles>) -> Router {
    let both =
        |router: Router<Arc<Handles>>, path: &str, method: axum::routing::MethodRouter<Arc<Handles>>| {
            router.route(path, method.clone()).route(&format!("{path}/"), method)
        };
    let router = Router::new().route("/_local/assets/{*file}", get(assets::get));
    let router = both(router, "/docs", get(docs::overview));
    let router = both(router, "/docs/{group}", get(docs::group));
    let router = both(router, "/graphiql", get(graphiql::show));
    let router = both(router, "/_local", get(page::show));
    let router = both(router, "/_local/mail", get(mail::list));
    let router = both(router, "/_local/mail/{id}", get(mail::show));
    let router = both(router, "/_local/mail/{id}/body", get(mail::body));
    let router = both(router, "/_local/queues", get(queues::list));
    let router = both(router, "/_local/queues/{queue}/redrive", post(queues::redrive));
    let router = both(router, "/_local/bookings", get(bookings::show));
    let router = both(router, "/_local/payments", get(payments::show));
    let router = both(router, "/_local/ledger", get(ledger::show));
    let router = both(router, "/_local/clock", get(clock::show).post(clock::advance));
    let router = both(router, "/_local/faults", get(faults::show).post(faults::set));
    router.with_state(handles).layer(axum::middleware::from_fn(own_machine_only))
}

/// A failure of the plane itself, shown in full: only its own user sees it.
pub(crate) struct LocalError(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for LocalError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for LocalError {
    fn into_response(self) -> Response {
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            axum::Json(serde_json::json!({ "message": format!("{:#}", self.0) })),
        )
            .into_response()
    }
}

/// Input that cannot be used, in the words of the one who reads it.
pub(crate) fn bad_request(message: impl std::fmt::Display) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(serde_json::json!({ "message": message.to_string() })))
        .into_response()
}
