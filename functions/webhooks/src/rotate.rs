//! `POST /webhooks/endpoints/{endpoint_id}/secret`: a new secret.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::ids::WebhookEndpointId;
use services::webhooks::rotate;
use web::{App, Caller, ETag, PathId, Problem};

use crate::dto::WebhookEndpointWithSecret;

/// Give one of your endpoints a new secret.
///
/// For 24 hours everything is signed with the old one, too, so that a receiver can learn the new one meanwhile.
#[utoipa::path(
    post, path = "/webhooks/endpoints/{endpoint_id}/secret", tag = "webhooks", operation_id = "rotate_webhook_secret",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint")),
    responses(
        (status = 200, description = "The endpoint, with its new secret", body = WebhookEndpointWithSecret,
         headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn rotate_webhook_secret(
    State(app): State<App>,
    caller: Caller,
    PathId(endpoint_id): PathId<WebhookEndpointId>,
) -> Result<impl IntoResponse, Problem> {
    let (rotated, secret) = rotate(app.ctx(), caller.user_id, endpoint_id).await?;
    let tag = ETag::version(rotated.version);
    Ok((tag, Json(WebhookEndpointWithSecret::from((rotated, secret)))))
}
