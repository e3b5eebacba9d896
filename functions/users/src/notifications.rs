//! `GET` and `PATCH /users/me/notifications`: what one wants to be told.

use axum::Json;
use axum::extract::State;
use domain::notification::{Channel, NotificationKind};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use services::notifications::{self, Preference};
use store::notification_preferences::Way;
use web::{App, Caller, Problem, ValidJson};

use crate::register::{invalid_fields, keep};

/// Whether you are told of a kind on a channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NotificationPreference {
    /// What is told: `security`, `receipts`, `disputes`, `bookings`, `stays`, `reviews`, `messages`, `listings`.
    #[schema(max_length = 50)]
    kind: &'static str,
    /// How: `email`.
    #[schema(max_length = 50)]
    channel: &'static str,
    /// Whether you are told.
    enabled: bool,
    /// Why it cannot be turned off; `null` where it can.
    #[schema(max_length = 200)]
    required_because: Option<&'static str>,
}

/// Every kind on every channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NotificationPreferences {
    /// In a fixed order.
    #[schema(max_items = 100)]
    items: Vec<NotificationPreference>,
}

impl From<Vec<Preference>> for NotificationPreferences {
    fn from(all: Vec<Preference>) -> Self {
        let shown = |one: Preference| NotificationPreference {
            kind: one.way.kind.code(),
            channel: one.way.channel.code(),
            enabled: one.enabled,
            required_because: one.duty.map(domain::notification::Duty::reason),
        };
        Self { items: all.into_iter().map(shown).collect() }
    }
}

/// What to change; what is not named stays as it is.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"changes": [{"kind": "messages", "channel": "email", "enabled": false}]}))]
pub(crate) struct NotificationChanges {
    /// All of them are made, or none.
    #[garde(length(min = 1, max = 50), dive)]
    #[schema(min_items = 1, max_items = 50)]
    changes: Vec<NotificationChange>,
}

/// One change.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotificationChange {
    /// What is told.
    #[garde(length(bytes, min = 1, max = 50))]
    #[schema(min_length = 1, max_length = 50)]
    kind: String,
    /// How.
    #[garde(length(bytes, min = 1, max = 50))]
    #[schema(min_length = 1, max_length = 50)]
    channel: String,
    /// Whether you want to be told.
    #[garde(skip)]
    enabled: bool,
}

impl NotificationChanges {
    fn parse(&self) -> Result<Vec<(Way, bool)>, Refusal> {
        let (mut errors, mut changes) = (Vec::new(), Vec::new());
        for (index, change) in self.changes.iter().enumerate() {
            let at = |name: &str| format!("/changes/{index}/{name}");
            let kind = keep(change.kind.parse::<NotificationKind>(), &at("kind"), &mut errors);
            let channel = keep(change.channel.parse::<Channel>(), &at("channel"), &mut errors);
            if let (Some(kind), Some(channel)) = (kind, channel) {
                changes.push((Way { kind, channel }, change.enabled));
            }
        }
        if errors.is_empty() { Ok(changes) } else { Err(invalid_fields(errors)) }
    }
}

/// What you are told, and how.
#[utoipa::path(
    get, path = "/users/me/notifications", tag = "users", operation_id = "list_preferences",
    responses((status = 200, description = "Every kind on every channel", body = NotificationPreferences), web::Problems),
)]
pub(crate) async fn list_preferences(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<NotificationPreferences>, Problem> {
    Ok(Json(notifications::preferences(app.ctx(), caller.user_id).await?.into()))
}

/// Choose what you are told. It counts for every mail that is sent from then on.
///
/// What the account's safety, the law or a booking asks for cannot be turned off.
#[utoipa::path(
    patch, path = "/users/me/notifications", tag = "users", operation_id = "change_preferences",
    request_body = NotificationChanges,
    responses((status = 200, description = "Every kind on every channel", body = NotificationPreferences), web::Problems),
)]
pub(crate) async fn change_preferences(
    State(app): State<App>,
    caller: Caller,
    ValidJson(changes): ValidJson<NotificationChanges>,
) -> Result<Json<NotificationPreferences>, Problem> {
    let changes = changes.parse()?;
    Ok(Json(notifications::change_preferences(app.ctx(), caller.user_id, &changes).await?.into()))
}
