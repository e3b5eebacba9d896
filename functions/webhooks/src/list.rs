//! `GET /webhooks/endpoints` and `GET /webhooks/endpoints/{endpoint_id}`: where events go.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::WebhookEndpointId;
use serde::Serialize;
use services::webhooks::{get, list};
use web::{App, Caller, ETag, IfNoneMatch, PathId, Problem};

use crate::dto::WebhookEndpoint;

/// Your endpoints.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookEndpoints {
    /// The oldest first.
    #[schema(max_items = 10)]
    items: Vec<WebhookEndpoint>,
}

/// Your endpoints.
#[utoipa::path(
    get, path = "/webhooks/endpoints", tag = "webhooks", operation_id = "list_webhook_endpoints",
    responses((status = 200, description = "The oldest first", body = WebhookEndpoints), web::Problems),
)]
pub(crate) async fn list_webhook_endpoints(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<WebhookEndpoints>, Problem> {
    let items = list(app.ctx(), caller.user_id).await?;
    Ok(Json(WebhookEndpoints { items: items.into_iter().map(WebhookEndpoint::from).collect() }))
}

/// One of your endpoints.
#[utoipa::path(
    get, path = "/webhooks/endpoints/{endpoint_id}", tag = "webhooks", operation_id = "get_webhook_endpoint",
    params(
        ("endpoint_id" = uuid::Uuid, Path, description = "The endpoint"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the last answer"),
    ),
    responses(
        (status = 200, description = "The endpoint", body = WebhookEndpoint, headers(("ETag" = String))),
        (status = 304, description = "It is as it was", headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn get_webhook_endpoint(
    State(app): State<App>,
    caller: Caller,
    PathId(endpoint_id): PathId<WebhookEndpointId>,
    if_none_match: IfNoneMatch,
) -> Result<Response, Problem> {
    let endpoint = get(app.ctx(), caller.user_id, endpoint_id).await?;
    let etag = ETag::version(endpoint.version);
    if let Some(unchanged) = if_none_match.not_modified(etag) {
        return Ok(unchanged);
    }
    Ok((etag, Json(WebhookEndpoint::from(endpoint))).into_response())
}
