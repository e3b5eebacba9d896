//! `POST /webhooks/endpoints`: be told of events.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Deserialize;
use services::webhooks::create;
use web::{Caller, ETag, Problem, ValidJson};

use crate::WebhooksState;
use crate::dto::{EventType, WebhookEndpointWithSecret, callable, kinds};

/// Where events shall go.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://hooks.example.com/innkeep", "description": "The channel manager",
    "events": ["booking.confirmed", "booking.cancelled"]
}))]
pub(crate) struct NewWebhookEndpoint {
    /// An https URL on port 443 or 8443 of a public address.
    #[garde(length(bytes, min = 1, max = 2048))]
    #[schema(min_length = 1, max_length = 2048)]
    url: String,
    /// Your note.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    #[schema(max_length = 200)]
    description: String,
    /// What it shall be told.
    #[garde(length(min = 1, max = 15))]
    #[schema(min_items = 1, max_items = 15)]
    events: Vec<EventType>,
}

/// Be told of what happens to the bookings, payments and reviews of your own properties.
///
/// Each event is a POST by the Standard Webhooks specification, signed with the secret that this answer alone shows. It
/// names ids and states; ask the API for more. Events of one booking come one after another, numbered by
/// `data.sequence`; what is not answered with 2xx within 15 seconds is tried again over three days. The same event may
/// come twice: `webhook-id` tells.
#[utoipa::path(
    post, path = "/webhooks/endpoints", tag = "webhooks", operation_id = "create_webhook_endpoint",
    request_body = NewWebhookEndpoint,
    responses(
        (status = 201, description = "The endpoint, with its secret", body = WebhookEndpointWithSecret,
         headers(("ETag" = String), ("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_webhook_endpoint(
    State(state): State<WebhooksState>,
    caller: Caller,
    ValidJson(new): ValidJson<NewWebhookEndpoint>,
) -> Result<impl IntoResponse, Problem> {
    let url = callable(&state, &new.url)?;
    let ctx = state.app().ctx();
    let (made, secret) =
        create(ctx, caller.user_id, &url, new.description.trim(), &kinds(&new.events)).await?;
    let location = [(LOCATION, format!("/webhooks/endpoints/{}", made.id))];
    let tag = ETag::version(made.version);
    Ok((StatusCode::CREATED, tag, location, Json(WebhookEndpointWithSecret::from((made, secret)))))
}
