//! What an owner does with endpoints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{UserId, WebhookDeliveryId, WebhookEndpointId};
use domain::messages::{MessageBody, WebhookMessage};
use domain::random::hex;
use domain::refusal::{Refusal, RefusalClass};
use domain::webhooks::{EventKind, ROTATION_OVERLAP};
use jiff::Timestamp;
use store::webhooks::{self, Change, Delivery, DeliveryState, Endpoint, MAX_ENDPOINTS, NewEndpoint};
use uuid::Uuid;

use crate::{Ctx, Failure};

/// The bytes of a secret: within the 24 to 64 of the specification.
const SECRET_BYTES: usize = 32;

/// What signs, as its owner gets to see it once.
#[derive(Clone)]
pub struct Secret {
    hex: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

impl Secret {
    fn new(ctx: &Ctx) -> Self {
        Self { hex: hex::<SECRET_BYTES>(ctx.entropy.as_ref()) }
    }

    /// `whsec_` and the bytes in Base64, as the specification writes secrets.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(super::deliver::bytes(&self.hex).unwrap_or_default()))
    }
}

/// Makes an endpoint. Refuses more than [`MAX_ENDPOINTS`] (`too_many_webhook_endpoints`).
pub async fn create(
    ctx: &Ctx,
    owner: UserId,
    url: &str,
    description: &str,
    events: &[EventKind],
) -> Result<(Endpoint, Secret), Failure> {
    let secret = Secret::new(ctx);
    let new = NewEndpoint {
        id: ctx.new_id(),
        owner,
        url,
        description,
        events,
        secret: &secret.hex,
        now: ctx.now(),
    };
    let made = webhooks::insert(&ctx.db, &new).await?.ok_or_else(|| {
        let detail = format!("Delete one first: there are at most {MAX_ENDPOINTS}.");
        Refusal::conflict("too_many_webhook_endpoints", detail)
    })?;
    Ok((made, secret))
}

/// The owner's endpoints, the oldest first.
pub async fn list(ctx: &Ctx, owner: UserId) -> Result<Vec<Endpoint>, Failure> {
    Ok(webhooks::list(&ctx.db, owner).await?)
}

/// The owner's endpoint.
pub async fn get(ctx: &Ctx, owner: UserId, id: WebhookEndpointId) -> Result<Endpoint, Failure> {
    webhooks::find(&ctx.db, owner, id).await?.ok_or(Failure::NotFound)
}

/// Changes the owner's endpoint, if it is at `version` where one is given.
pub async fn change(
    ctx: &Ctx,
    owner: UserId,
    id: WebhookEndpointId,
    version: Option<i64>,
    wanted: &Change<'_>,
) -> Result<Endpoint, Failure> {
    if let Some(changed) = webhooks::change(&ctx.db, owner, id, version, wanted, ctx.now()).await? {
        return Ok(changed);
    }
    get(ctx, owner, id).await?;
    let detail = "The endpoint has changed since it was read. Read it again.";
    Err(Refusal::new(RefusalClass::Precondition, "precondition_failed", detail).into())
}

/// Takes the owner's endpoint away, with its log.
pub async fn delete(ctx: &Ctx, owner: UserId, id: WebhookEndpointId) -> Result<(), Failure> {
    if webhooks::delete(&ctx.db, owner, id).await? { Ok(()) } else { Err(Failure::NotFound) }
}

/// Gives the owner's endpoint a new secret. The old one signs along for [`ROTATION_OVERLAP`].
pub async fn rotate(ctx: &Ctx, owner: UserId, id: WebhookEndpointId) -> Result<(Endpoint, Secret), Failure> {
    let (secret, now) = (Secret::new(ctx), ctx.now());
    let until = now.checked_add(ROTATION_OVERLAP).unwrap_or(Timestamp::MAX);
    let rotated = webhooks::rotate(&ctx.db, owner, id, &secret.hex, now, until).await?;
    Ok((rotated.ok_or(Failure::NotFound)?, secret))
}

/// The log of the owner's endpoint, the newest first.
pub async fn log(
    ctx: &Ctx,
    owner: UserId,
    id: WebhookEndpointId,
    state: Option<DeliveryState>,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<Delivery>, Failure> {
    let found = webhooks::deliveries(&ctx.db, owner, id, state, after, limit).await?;
    if found.is_empty() {
        get(ctx, owner, id).await?;
    }
    Ok(found)
}

/// Asks for a delivery again.
pub async fn redeliver(ctx: &Ctx, owner: UserId, id: WebhookDeliveryId) -> Result<Delivery, Failure> {
    let asked = webhooks::redeliver(&ctx.db, owner, id, ctx.now()).await?;
    let (delivery, stream) = asked.ok_or(Failure::NotFound)?;
    let body = WebhookMessage::Deliver { endpoint_id: stream.endpoint_id, booking_id: stream.booking_id };
    ctx.publish(&[ctx.message(MessageBody::Webhooks(body))]).await;
    Ok(delivery)
}
