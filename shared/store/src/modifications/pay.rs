//! What the charge of a modification comes to.

use domain::ids::PaymentId;
use domain::messages::Message;
use jiff::Timestamp;

use super::Result;
use crate::bookings::{Applied, Cause};
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// Until when the nights of a payment are held: those of its modification that is being paid, or of the booking that it is
/// for. `None` where nothing is held for it any more.
pub async fn hold_of_payment(db: &Db, payment: PaymentId) -> Result<Option<Timestamp>> {
    let hold: Option<Option<Timestamp>> = db
        .optional(
            Statement::new(
                "SELECT coalesce(to_jsonb(CASE WHEN p.modification_id IS NULL THEN b.hold_expires_at
                     ELSE (SELECT m.expires_at FROM modifications m
                           WHERE m.id = p.modification_id AND m.state = 'paying') END), 'null')::text
                 FROM payments p JOIN bookings b ON b.id = p.booking_id WHERE p.id = :payment::uuid",
            )
            .uuid("payment", payment)
            .idempotent(),
        )
        .await?;
    Ok(hold.flatten())
}

/// Records that the provider has set the difference aside, and swaps the stays. Where the modification is over,
/// `late_messages` go out in place of `messages`.
pub async fn authorised(
    db: &Db,
    payment: PaymentId,
    provider_id: &str,
    cause: Cause<'_>,
    messages: &[Message],
    late_messages: &[Message],
    now: Timestamp,
) -> Result<Applied> {
    let statement = Statement::new(
        "SELECT to_jsonb(modification_authorised(:payment::uuid, :provider_id, :message::uuid, :provider_event,
             :outbox::jsonb, :late_outbox::jsonb, :now::timestamptz))::text",
    )
    .uuid("payment", payment)
    .text("provider_id", provider_id)
    .uuid_opt("message", cause.message)
    .text("provider_event", cause.provider_event)
    .text("outbox", messages_json(messages)?.as_str())
    .text("late_outbox", messages_json(late_messages)?.as_str())
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}

/// Records that the difference is not paid: the nights that were held for it are free, the booking is as it was.
pub async fn unpaid(
    db: &Db,
    payment: PaymentId,
    provider_id: Option<&str>,
    failure: &str,
    cause: Cause<'_>,
    messages: &[Message],
    now: Timestamp,
) -> Result<Applied> {
    let statement = Statement::new(
        "SELECT to_jsonb(modification_unpaid(:payment::uuid, :failure, :provider_id, :message::uuid,
             :provider_event, :outbox::jsonb, :now::timestamptz))::text",
    )
    .uuid("payment", payment)
    .text("failure", failure)
    .text("provider_id", provider_id)
    .uuid_opt("message", cause.message)
    .text("provider_event", cause.provider_event)
    .text("outbox", messages_json(messages)?.as_str())
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}
