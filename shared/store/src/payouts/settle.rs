//! How a payout ends.

use domain::ids::PayoutId;
use jiff::Timestamp;

use super::Result;
use crate::bookings::{Applied, Cause};
use crate::db::{Db, Statement};

/// What the provider made of a payout.
#[derive(Clone, Copy, Debug)]
pub enum Sending<'a> {
    /// Sent, under the provider's name of the transfer.
    Paid(&'a str),
    /// Refused, for a reason of a stable code.
    Failed(&'a str),
}

/// Records the end of a payout; one that ended before stays as it is.
pub async fn settle(
    db: &Db,
    id: PayoutId,
    sending: Sending<'_>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Applied> {
    let (state, provider_id, failure) = match sending {
        Sending::Paid(transfer) => ("paid", Some(transfer), None),
        Sending::Failed(code) => ("failed", None, Some(code)),
    };
    let statement = Statement::new(
        "WITH settled AS (
             UPDATE payouts SET state = :state, provider_id = :provider_id, failure = :failure,
                    updated_at = :now::timestamptz, version = version + 1
             WHERE id = :id::uuid AND state = 'pending' RETURNING id),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM settled WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM settled) THEN 'moved'::text ELSE 'stale' END)::text",
    )
    .uuid("id", id)
    .text("state", state)
    .text("provider_id", provider_id)
    .text("failure", failure)
    .uuid_opt("message", cause.message)
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}
