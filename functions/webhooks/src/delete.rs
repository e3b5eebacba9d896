//! `DELETE /webhooks/endpoints/{endpoint_id}`: be told no more.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::WebhookEndpointId;
use services::webhooks::delete;
use web::{App, Caller, PathId, Problem};

/// Take one of your endpoints away, with its log.
#[utoipa::path(
    delete, path = "/webhooks/endpoints/{endpoint_id}", tag = "webhooks", operation_id = "delete_webhook_endpoint",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint")),
    responses((status = 204, description = "It is gone"), web::Problems),
)]
pub(crate) async fn delete_webhook_endpoint(
    State(app): State<App>,
    caller: Caller,
    PathId(endpoint_id): PathId<WebhookEndpointId>,
) -> Result<StatusCode, Problem> {
    delete(app.ctx(), caller.user_id, endpoint_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
