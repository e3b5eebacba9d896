//! Shapes that several operations share.

use domain::invalid::Invalid;
use domain::refusal::Refusal;
use domain::webhooks::{DisabledReason, EventKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::webhooks::Secret;
use store::webhooks::Endpoint;
use uuid::Uuid;

use crate::WebhooksState;

/// What an endpoint may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = WebhookEventType)]
pub(crate) enum EventType {
    /// A guest asks to stay.
    #[serde(rename = "booking.requested")]
    BookingRequested,
    /// A stay is booked.
    #[serde(rename = "booking.confirmed")]
    BookingConfirmed,
    /// Something about a booking changed; its state did not.
    #[serde(rename = "booking.updated")]
    BookingUpdated,
    /// A request was declined.
    #[serde(rename = "booking.declined")]
    BookingDeclined,
    /// A request was withdrawn by its guest.
    #[serde(rename = "booking.withdrawn")]
    BookingWithdrawn,
    /// A request ended unanswered.
    #[serde(rename = "booking.expired")]
    BookingExpired,
    /// A stay was called off by either side.
    #[serde(rename = "booking.cancelled")]
    BookingCancelled,
    /// The guest has arrived.
    #[serde(rename = "booking.checked_in")]
    BookingCheckedIn,
    /// The stay is over.
    #[serde(rename = "booking.completed")]
    BookingCompleted,
    /// The guest did not come.
    #[serde(rename = "booking.no_show")]
    BookingNoShow,
    /// The guest's money was taken.
    #[serde(rename = "payment.captured")]
    PaymentCaptured,
    /// Money went back to the guest.
    #[serde(rename = "payment.refunded")]
    PaymentRefunded,
    /// The guest's bank took the money back and asks why.
    #[serde(rename = "payment.disputed")]
    PaymentDisputed,
    /// A guest's review became public.
    #[serde(rename = "review.revealed")]
    ReviewRevealed,
    /// A public review was removed.
    #[serde(rename = "review.removed")]
    ReviewRemoved,
}

/// The domain's kinds, each once, in their own order.
pub(crate) fn kinds(wanted: &[EventType]) -> Vec<EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| wanted.contains(&EventType::from(*kind))).collect()
}

impl From<EventKind> for EventType {
    fn from(kind: EventKind) -> Self {
        match kind {
            EventKind::BookingRequested => Self::BookingRequested,
            EventKind::BookingConfirmed => Self::BookingConfirmed,
            EventKind::BookingUpdated => Self::BookingUpdated,
            EventKind::BookingDeclined => Self::BookingDeclined,
            EventKind::BookingWithdrawn => Self::BookingWithdrawn,
            EventKind::BookingExpired => Self::BookingExpired,
            EventKind::BookingCancelled => Self::BookingCancelled,
            EventKind::BookingCheckedIn => Self::BookingCheckedIn,
            EventKind::BookingCompleted => Self::BookingCompleted,
            EventKind::BookingNoShow => Self::BookingNoShow,
            EventKind::PaymentCaptured => Self::PaymentCaptured,
            EventKind::PaymentRefunded => Self::PaymentRefunded,
            EventKind::PaymentDisputed => Self::PaymentDisputed,
            EventKind::ReviewRevealed => Self::ReviewRevealed,
            EventKind::ReviewRemoved => Self::ReviewRemoved,
        }
    }
}

/// Why an endpoint is not called.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookDisabledReason)]
pub(crate) enum Disabled {
    /// Its owner switched it off.
    ByOwner,
    /// Not one attempt succeeded for three days.
    Failing,
    /// It answered 410.
    Gone,
}

impl From<DisabledReason> for Disabled {
    fn from(reason: DisabledReason) -> Self {
        match reason {
            DisabledReason::ByOwner => Self::ByOwner,
            DisabledReason::Failing => Self::Failing,
            DisabledReason::Gone => Self::Gone,
        }
    }
}

/// Where events go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01993f2e-7c1a-7e6b-9d3c-2f1f0a9b8c7d", "url": "https://hooks.example.com/innkeep",
    "description": "The channel manager", "events": ["booking.confirmed", "booking.cancelled"], "enabled": true,
    "disabled_reason": null, "failing_since": null, "previous_secret_until": null,
    "created_at": "2026-12-01T09:30:00Z", "updated_at": "2026-12-01T09:30:00Z"
}))]
pub(crate) struct WebhookEndpoint {
    /// Which one.
    id: Uuid,
    /// Its URL.
    #[schema(max_length = 2048)]
    url: String,
    /// Your note.
    #[schema(max_length = 200)]
    description: String,
    /// What it is told.
    #[schema(min_items = 1, max_items = 15)]
    events: Vec<EventType>,
    /// Whether it is called.
    enabled: bool,
    /// Why it is not.
    disabled_reason: Option<Disabled>,
    /// Since when not one attempt succeeded; `null` where the last one did.
    failing_since: Option<Timestamp>,
    /// Until when the secret before the present one signs along.
    previous_secret_until: Option<Timestamp>,
    /// When it was made.
    created_at: Timestamp,
    /// When you last changed it.
    updated_at: Timestamp,
}

impl From<Endpoint> for WebhookEndpoint {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id.into(),
            url: endpoint.url,
            description: endpoint.description,
            events: endpoint.events.into_iter().map(Into::into).collect(),
            enabled: endpoint.disabled.is_none(),
            disabled_reason: endpoint.disabled.map(Into::into),
            failing_since: endpoint.failing_since,
            previous_secret_until: endpoint.previous_secret_until,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
        }
    }
}

/// An endpoint with its new secret, which is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "endpoint": {
        "id": "01993f2e-7c1a-7e6b-9d3c-2f1f0a9b8c7d", "url": "https://hooks.example.com/innkeep",
        "description": "The channel manager", "events": ["booking.confirmed", "booking.cancelled"], "enabled": true,
        "disabled_reason": null, "failing_since": null, "previous_secret_until": null,
        "created_at": "2026-12-01T09:30:00Z", "updated_at": "2026-12-01T09:30:00Z"
    },
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
}))]
pub(crate) struct WebhookEndpointWithSecret {
    endpoint: WebhookEndpoint,
    /// What signs: `whsec_` and Base64.
    #[schema(max_length = 100)]
    secret: String,
}

impl From<(Endpoint, Secret)> for WebhookEndpointWithSecret {
    fn from((endpoint, secret): (Endpoint, Secret)) -> Self {
        Self { endpoint: endpoint.into(), secret: secret.text() }
    }
}

/// A URL that may be called, or a refusal that names the field.
pub(crate) fn callable(state: &WebhooksState, url: &str) -> Result<String, Refusal> {
    state.check(url).map_err(|refused| {
        let detail = format!("Give an https URL on port 443 or 8443 of a public address: {refused}.");
        Invalid::new(refused.code(), detail).refuse("/url")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_the_domains_kinds_by_the_same_names() {
        for kind in EventKind::ALL {
            let dto = EventType::from(*kind);
            assert_eq!(serde_json::to_value(dto).unwrap(), serde_json::to_value(kind).unwrap());
        }
    }

    #[test]
    fn what_is_named_twice_counts_once() {
        let wanted = [EventType::ReviewRemoved, EventType::BookingConfirmed, EventType::ReviewRemoved];
        assert_eq!(kinds(&wanted), [EventKind::BookingConfirmed, EventKind::ReviewRemoved]);
    }
}
