//! An endpoint for webhooks that was switched off, and who is told.

use domain::ids::WebhookEndpointId;
use domain::webhooks::DisabledReason;
use serde::Deserialize;

use super::facts::{Person, person_json};
use crate::db::{Db, DbError, Statement};

/// An endpoint, and its owner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookFacts {
    /// Whose it is.
    pub owner: Person,
    /// Where events went.
    pub url: String,
    /// Why it is not called; `None` where it is again.
    pub disabled: Option<DisabledReason>,
}

/// The endpoint, with whose it is.
pub async fn webhook(db: &Db, id: WebhookEndpointId) -> Result<Option<WebhookFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('url', e.url, 'disabled', e.disabled, 'owner', ",
        person_json!("o"),
        ")::text FROM webhook_endpoints e JOIN users o ON o.id = e.owner_id WHERE e.id = :id::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}
