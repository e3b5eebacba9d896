//! `PATCH /webhooks/endpoints/{endpoint_id}`: another URL, other events, on or off.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::ids::WebhookEndpointId;
use serde::Deserialize;
use services::webhooks::change;
use store::webhooks::Change;
use web::{Caller, ETag, IfMatch, PathId, Problem, ValidJson};

use crate::WebhooksState;
use crate::dto::{EventType, WebhookEndpoint, callable, kinds};

/// What changes; absent members stay as they are.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"events": ["booking.confirmed", "booking.cancelled", "review.revealed"], "enabled": true}))]
pub(crate) struct WebhookEndpointUpdate {
    /// An https URL on port 443 or 8443 of a public address.
    #[garde(inner(length(bytes, min = 1, max = 2048)))]
    #[schema(min_length = 1, max_length = 2048)]
    url: Option<String>,
    /// Your note.
    #[garde(inner(length(chars, max = 200)))]
    #[schema(max_length = 200)]
    description: Option<String>,
    /// All that it shall be told.
    #[garde(inner(length(min = 1, max = 15)))]
    #[schema(min_items = 1, max_items = 15)]
    events: Option<Vec<EventType>>,
    /// Whether it shall be called. What waits for it while it is off goes out when it is on again.
    #[garde(skip)]
    enabled: Option<bool>,
}

/// Change one of your endpoints.
#[utoipa::path(
    patch, path = "/webhooks/endpoints/{endpoint_id}", tag = "webhooks", operation_id = "change_webhook_endpoint",
    params(
        ("endpoint_id" = uuid::Uuid, Path, description = "The endpoint"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = WebhookEndpointUpdate,
    responses(
        (status = 200, description = "The endpoint", body = WebhookEndpoint, headers(("ETag" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn change_webhook_endpoint(
    State(state): State<WebhooksState>,
    caller: Caller,
    PathId(endpoint_id): PathId<WebhookEndpointId>,
    if_match: IfMatch,
    ValidJson(update): ValidJson<WebhookEndpointUpdate>,
) -> Result<impl IntoResponse, Problem> {
    let url = update.url.as_deref().map(|url| callable(&state, url)).transpose()?;
    let events = update.events.as_deref().map(kinds);
    let wanted = Change {
        url: url.as_deref(),
        description: update.description.as_deref().map(str::trim),
        events: events.as_deref(),
        enabled: update.enabled,
    };
    let version = if_match.expected()?;
    let changed = change(state.app().ctx(), caller.user_id, endpoint_id, version, &wanted).await?;
    Ok((ETag::version(changed.version), Json(WebhookEndpoint::from(changed))))
}
