//! `GET /webhooks/endpoints/{endpoint_id}/deliveries` and `POST /webhooks/deliveries/{delivery_id}/redeliver`: the log.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use domain::ids::{WebhookDeliveryId, WebhookEndpointId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::webhooks::{log, redeliver};
use store::webhooks::{Attempt, Delivery, DeliveryState};
use uuid::Uuid;
use web::{App, Caller, Page, Paging, PathId, Problem, ValidQuery};

use crate::dto::EventType;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookDeliveryState)]
pub(crate) enum Standing {
    /// It is tried, or tried again.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It was given up.
    Failed,
}

impl From<Standing> for DeliveryState {
    fn from(state: Standing) -> Self {
        match state {
            Standing::Pending => Self::Pending,
            Standing::Delivered => Self::Delivered,
            Standing::Failed => Self::Failed,
        }
    }
}

impl From<DeliveryState> for Standing {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Pending => Self::Pending,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Failed => Self::Failed,
        }
    }
}

/// Which deliveries.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDeliveries {
    /// Those in this state alone.
    #[garde(skip)]
    #[param(inline)]
    state: Option<Standing>,
    /// How many to a page.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// One call of an endpoint.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookAttempt {
    /// Its number, from 1.
    #[schema(minimum = 1)]
    number: u32,
    /// When it ended.
    at: Timestamp,
    /// What the endpoint answered.
    #[schema(minimum = 100, maximum = 999)]
    status: Option<u16>,
    /// Why there was no answer, such as `timed_out` or `address_not_public`.
    #[schema(max_length = 100)]
    error: Option<String>,
    /// How long it took.
    #[schema(minimum = 0)]
    duration_ms: u64,
}

/// The telling of one event to one endpoint.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01993f2e-7c1a-7e6b-9d3c-2f1f0a9b8c7d", "endpoint_id": "01993f2e-0000-7000-8000-000000000001",
    "event_id": "01993f2e-0000-7000-8000-000000000002", "type": "booking.confirmed",
    "booking_id": "01993f2e-0000-7000-8000-000000000003", "sequence": 2, "created_at": "2026-12-01T09:30:00Z",
    "state": "delivered", "next_attempt_at": null,
    "attempts": [{"number": 1, "at": "2026-12-01T09:30:01Z", "status": 204, "error": null, "duration_ms": 87}]
}))]
pub(crate) struct WebhookDelivery {
    /// Which one.
    id: Uuid,
    /// To which endpoint.
    endpoint_id: Uuid,
    /// The event: `webhook-id` is `evt_` and this.
    event_id: Uuid,
    /// What happened.
    r#type: EventType,
    /// Of which booking.
    booking_id: Uuid,
    /// The event's place among those of the booking, from 1.
    #[schema(minimum = 1)]
    sequence: i64,
    /// When it happened.
    created_at: Timestamp,
    state: Standing,
    /// When it is tried next.
    next_attempt_at: Option<Timestamp>,
    /// The last twenty, the oldest first.
    #[schema(max_items = 20)]
    attempts: Vec<WebhookAttempt>,
}

impl From<Attempt> for WebhookAttempt {
    fn from(attempt: Attempt) -> Self {
        let Attempt { number, at, status, error, duration_ms } = attempt;
        Self { number, at, status, error, duration_ms }
    }
}

impl From<Delivery> for WebhookDelivery {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.into(),
            endpoint_id: delivery.endpoint_id.into(),
            event_id: delivery.event_id.into(),
            r#type: delivery.kind.into(),
            booking_id: delivery.booking_id.into(),
            sequence: delivery.sequence,
            created_at: delivery.created_at,
            state: delivery.state.into(),
            next_attempt_at: delivery.next_attempt_at,
            attempts: delivery.attempts.into_iter().map(Into::into).collect(),
        }
    }
}

/// What one of your endpoints was told, the newest first; kept for 30 days.
#[utoipa::path(
    get, path = "/webhooks/endpoints/{endpoint_id}/deliveries", tag = "webhooks",
    operation_id = "list_webhook_deliveries",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint"), ListDeliveries),
    responses(
        (status = 200, description = "A page", body = Page<WebhookDelivery>, headers(("Link" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn list_webhook_deliveries(
    State(app): State<App>,
    caller: Caller,
    PathId(endpoint_id): PathId<WebhookEndpointId>,
    uri: Uri,
    ValidQuery(query): ValidQuery<ListDeliveries>,
) -> Result<impl IntoResponse, Problem> {
    let list = ("/webhooks/endpoints/deliveries", &(caller.user_id, endpoint_id, query.state));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let state = query.state.map(Into::into);
    let found = log(app.ctx(), caller.user_id, endpoint_id, state, after, paging.rows()).await?;
    let page: Page<WebhookDelivery> = paging.page(found, |row| (row.created_at, Uuid::from(row.id)))?;
    Ok(page.respond(&uri))
}

/// Send an event again that was delivered or given up.
///
/// It goes out with the same `webhook-id` and by the same schedule, before later events of its booking.
#[utoipa::path(
    post, path = "/webhooks/deliveries/{delivery_id}/redeliver", tag = "webhooks", operation_id = "redeliver_webhook",
    params(("delivery_id" = uuid::Uuid, Path, description = "The delivery")),
    responses((status = 202, description = "It is on its way", body = WebhookDelivery), web::Problems),
)]
pub(crate) async fn redeliver_webhook(
    State(app): State<App>,
    caller: Caller,
    PathId(delivery_id): PathId<WebhookDeliveryId>,
) -> Result<impl IntoResponse, Problem> {
    let delivery = redeliver(app.ctx(), caller.user_id, delivery_id).await?;
    Ok((StatusCode::ACCEPTED, Json(WebhookDelivery::from(delivery))))
}
