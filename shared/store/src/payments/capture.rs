//! The end of what was set aside: taken, or let go.

use domain::ids::PaymentId;
use domain::money::Money;
use jiff::Timestamp;

use super::Result;
use crate::bookings::{Applied, Cause};
use crate::db::{Db, Statement};
use crate::provider_fees::NewFee;

/// Records that the provider has taken `captured`, and what it keeps of it. Only what is authorised can be: whoever hears
/// of a capture first records the authorisation, which moves the booking.
pub async fn record_captured(
    db: &Db,
    payment: PaymentId,
    captured: Money,
    fee: Option<&NewFee>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Applied> {
    let statement = Statement::new(
        "WITH ended AS (
             UPDATE payments SET state = 'captured', captured = :captured::int8, captured_at = :now::timestamptz,
                    updated_at = :now::timestamptz, version = version + 1
             WHERE id = :payment::uuid AND state = 'authorised' AND currency = :currency RETURNING id),
         kept AS (
             INSERT INTO provider_fees (provider_id, payment_id, currency, amount, at)
             SELECT :fee, ended.id, :fee_currency, :fee_amount::int8, :fee_at::timestamptz
             FROM ended WHERE :fee_amount::int8 <> 0
             ON CONFLICT DO NOTHING),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM ended WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM ended WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM ended) THEN 'moved'::text ELSE 'stale' END)::text",
    )
    .int("captured", captured.amount())
    .text("currency", captured.currency().code())
    .text("fee", fee.map(|fee| fee.movement.as_str()))
    .text("fee_currency", fee.map(|fee| fee.currency.code()))
    .int("fee_amount", fee.map(|fee| fee.amount))
    .instant("fee_at", fee.map(|fee| fee.at));
    db.one(bind(statement, payment, cause, now)).await
}

/// Records that nothing was taken and nothing is set aside any more.
pub async fn record_cancelled(
    db: &Db,
    payment: PaymentId,
    provider_id: Option<&str>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Applied> {
    let statement = Statement::new(
        "WITH ended AS (
             UPDATE payments SET state = 'cancelled', next_action = NULL,
                    provider_id = coalesce(:provider_id, provider_id), updated_at = :now::timestamptz,
                    version = version + 1
             WHERE id = :payment::uuid AND state IN ('processing', 'requires_action', 'authorised') RETURNING id),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM ended WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM ended WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM ended) THEN 'moved'::text ELSE 'stale' END)::text",
    )
    .text("provider_id", provider_id);
    db.one(bind(statement, payment, cause, now)).await
}

fn bind(statement: Statement, payment: PaymentId, cause: Cause<'_>, now: Timestamp) -> Statement {
    statement
        .uuid("payment", payment)
        .uuid_opt("message", cause.message)
        .text("provider_event", cause.provider_event)
        .instant("now", now)
        .idempotent()
}
