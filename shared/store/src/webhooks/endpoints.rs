//! Who wants to be told of what.

use domain::ids::{UserId, WebhookEndpointId};
use domain::webhooks::{DisabledReason, EventKind};
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// How many endpoints somebody may have.
pub const MAX_ENDPOINTS: u32 = 10;

/// An endpoint as its owner sees it; the secrets are not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// Which one.
    pub id: WebhookEndpointId,
    /// Where events go.
    pub url: String,
    /// The owner's note.
    pub description: String,
    /// The types that it wants.
    pub events: Vec<EventKind>,
    /// Why it is not called; `None` while it is.
    pub disabled: Option<DisabledReason>,
    /// When the attempts began to fail that no success has followed.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before this one signs along.
    pub previous_secret_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner last changed it.
    pub updated_at: Timestamp,
    /// For `If-Match`.
    pub version: i64,
}

/// SQL: an endpoint `e` as [`Endpoint`] reads it.
macro_rules! endpoint_json {
    () => {
        "jsonb_build_object('id', e.id, 'url', e.url, 'description', e.description, 'events', to_jsonb(e.events),
             'disabled', e.disabled, 'failing_since', e.failing_since,
             'previous_secret_until', e.previous_secret_until, 'created_at', e.created_at,
             'updated_at', e.updated_at, 'version', e.version)"
    };
}

/// An endpoint to be made.
#[derive(Clone, Debug)]
pub struct NewEndpoint<'a> {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose it is.
    pub owner: UserId,
    /// Where events go.
    pub url: &'a str,
    /// The owner's note.
    pub description: &'a str,
    /// The types that it wants.
    pub events: &'a [EventKind],
    /// What signs, as hexadecimal digits.
    pub secret: &'a str,
    /// When it is made.
    pub now: Timestamp,
}

/// Makes an endpoint; `None` where its owner has [`MAX_ENDPOINTS`].
pub async fn insert(db: &Db, new: &NewEndpoint<'_>) -> Result<Option<Endpoint>, DbError> {
    let sql = concat!(
        "WITH made AS (
             INSERT INTO webhook_endpoints (id, owner_id, url, description, events, secret, created_at, updated_at)
             SELECT :id::uuid, :owner::uuid, :url, :description,
                    ARRAY(SELECT jsonb_array_elements_text(:events::jsonb)), decode(:secret, 'hex'),
                    :now::timestamptz, :now::timestamptz
             WHERE (SELECT count(*) FROM webhook_endpoints o WHERE o.owner_id = :owner::uuid) < :most::int8
             ON CONFLICT DO NOTHING RETURNING *)
         SELECT (",
        endpoint_json!(),
        ")::text FROM (SELECT * FROM made UNION ALL
             SELECT * FROM webhook_endpoints o WHERE o.id = :id::uuid AND o.owner_id = :owner::uuid) e"
    );
    let statement = Statement::new(sql)
        .uuid("id", new.id)
        .uuid("owner", new.owner)
        .text("url", new.url)
        .text("description", new.description)
        .json("events", &new.events)?
        .text("secret", new.secret)
        .instant("now", new.now)
        .int("most", i64::from(MAX_ENDPOINTS))
        .idempotent();
    db.optional(statement).await
}

/// The owner's endpoints, the oldest first.
pub async fn list(db: &Db, owner: UserId) -> Result<Vec<Endpoint>, DbError> {
    let sql = concat!(
        "SELECT (",
        endpoint_json!(),
        ")::text FROM webhook_endpoints e WHERE e.owner_id = :owner::uuid ORDER BY e.id"
    );
    db.rows(Statement::new(sql).uuid("owner", owner).idempotent()).await
}

/// The owner's endpoint.
pub async fn find(db: &Db, owner: UserId, id: WebhookEndpointId) -> Result<Option<Endpoint>, DbError> {
    let sql = concat!(
        "SELECT (",
        endpoint_json!(),
        ")::text FROM webhook_endpoints e WHERE e.id = :id::uuid AND e.owner_id = :owner::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).uuid("owner", owner).idempotent()).await
}

/// What an owner changes; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change<'a> {
    /// Where events go.
    pub url: Option<&'a str>,
    /// The note.
    pub description: Option<&'a str>,
    /// The types that it wants.
    pub events: Option<&'a [EventKind]>,
    /// Whether it is called. Switching it on forgets how long it failed.
    pub enabled: Option<bool>,
}

/// Changes the owner's endpoint, if it is at `version`, or at any without one; `None` where it is not.
pub async fn change(
    db: &Db,
    owner: UserId,
    id: WebhookEndpointId,
    version: Option<i64>,
    change: &Change<'_>,
    now: Timestamp,
) -> Result<Option<Endpoint>, DbError> {
    let sql = concat!(
        "UPDATE webhook_endpoints e SET url = coalesce(:url, e.url),
             description = coalesce(:description, e.description),
             events = CASE WHEN :events::jsonb IS NULL OR :events::jsonb = 'null' THEN e.events
                 ELSE ARRAY(SELECT jsonb_array_elements_text(:events::jsonb)) END,
             disabled = CASE WHEN :enabled::boolean THEN NULL WHEN NOT :enabled::boolean THEN 'by_owner'
                 ELSE e.disabled END,
             failing_since = CASE WHEN :enabled::boolean THEN NULL ELSE e.failing_since END,
             updated_at = :now::timestamptz, version = e.version + 1
         WHERE e.id = :id::uuid AND e.owner_id = :owner::uuid AND (:version::int8 IS NULL OR e.version = :version::int8)
         RETURNING (",
        endpoint_json!(),
        ")::text"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("owner", owner)
        .int("version", version)
        .text("url", change.url)
        .text("description", change.description)
        .json("events", &change.events)?
        .boolean("enabled", change.enabled)
        .instant("now", now);
    db.optional(statement).await
}

/// Takes the owner's endpoint away, with its log; false where there is none.
pub async fn delete(db: &Db, owner: UserId, id: WebhookEndpointId) -> Result<bool, DbError> {
    let statement =
        Statement::new("DELETE FROM webhook_endpoints WHERE id = :id::uuid AND owner_id = :owner::uuid")
            .uuid("id", id)
            .uuid("owner", owner);
    Ok(db.affected(statement).await? > 0)
}

/// Gives the owner's endpoint a new secret (hexadecimal digits); the old one signs along until `overlap_until`.
pub async fn rotate(
    db: &Db,
    owner: UserId,
    id: WebhookEndpointId,
    secret: &str,
    now: Timestamp,
    overlap_until: Timestamp,
) -> Result<Option<Endpoint>, DbError> {
    let sql = concat!(
        "UPDATE webhook_endpoints e SET previous_secret = e.secret,
             previous_secret_until = :until::timestamptz, secret = decode(:secret, 'hex'),
             updated_at = :now::timestamptz, version = e.version + 1
         WHERE e.id = :id::uuid AND e.owner_id = :owner::uuid
         RETURNING (",
        endpoint_json!(),
        ")::text"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("owner", owner)
        .text("secret", secret)
        .instant("now", now)
        .instant("until", overlap_until);
    db.optional(statement).await
}
