//! `POST /payments/webhooks/stripe`: the provider's events.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::messages::ProviderEventId;
use serde::Serialize;
use services::payments::{IncomingEvent, receive_event};
use stripe::{EventKind, SignatureError};
use web::{Problem, RawBody};

use crate::PaymentsState;

/// The header with the instant and the signatures.
const SIGNATURE: &str = "stripe-signature";

/// The event is stored.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({"received": true}))]
pub(crate) struct Received {
    /// Always true.
    received: bool,
}

/// Take an event of the payment provider: its signature is checked, it is stored once, and worked in the background.
#[utoipa::path(
    post, path = "/payments/webhooks/stripe", tag = "payments", operation_id = "receive_stripe_event",
    params(("Stripe-Signature" = String, Header, description = "`t=…,v1=…` by Stripe's scheme")),
    request_body(content = serde_json::Value, description = "An event of Stripe"),
    security(()),
    responses((status = 200, description = "Stored, now or before", body = Received), web::Problems),
)]
pub(crate) async fn receive_stripe_event(
    State(state): State<PaymentsState>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Json<Received>, Problem> {
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ctx = state.app().ctx();
    let event = state.provider().verify(&body, header).await?.map_err(refused)?;
    let id = ProviderEventId::try_from(event.id).map_err(|_| refused(SignatureError::NoEvent))?;
    let payload = std::str::from_utf8(&body).map_err(|_| refused(SignatureError::NoEvent))?;
    let (kind, is_acted_on) = (event.kind.name(), !matches!(event.kind, EventKind::Other(_)));
    receive_event(ctx, &IncomingEvent { id, kind, payload, is_acted_on }).await?;
    Ok(Json(Received { received: true }))
}

/// One answer for all that is wrong: whoever forges learns nothing from it.
fn refused(error: SignatureError) -> Problem {
    tracing::warn!(%error, "a webhook is refused");
    Problem::new(StatusCode::BAD_REQUEST, "invalid_signature", "The signature does not fit this body now.")
}
