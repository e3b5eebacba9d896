//! Paying hosts: releasing what is earned, and sending what is payable.

use domain::ids::{OutboxId, PayoutId};
use domain::messages::{MessageBody, PaymentMessage};
use domain::payout::{Arrival, next_release, payout};
use jiff::Timestamp;
use store::bookings::{Applied, Cause};
use store::payouts::{self, Due, DueRelease, NewPayout, NewRelease, Payout, PayoutState, Sending};

use super::{close, is_our_defect, key_may_be_forgotten};
use crate::gateway::{
    GatewayError, IdempotencyKey, PaymentGateway, ProviderAccountId, ProviderTransfer, TransferRequest,
};
use crate::{Ctx, Failure};

/// Releases up to `limit` parts of earnings that are due at `now`; answers how many bookings were looked at.
pub async fn release_due(ctx: &Ctx, now: Timestamp, limit: u32) -> Result<u32, Failure> {
    let due = payouts::due_releases(&ctx.db, now, limit).await?;
    let mut releases = Vec::with_capacity(due.len());
    for booking in &due {
        releases.extend(release_of(booking, now)?);
    }
    if !releases.is_empty() {
        payouts::release(&ctx.db, &releases, now).await?;
    }
    Ok(u32::try_from(due.len()).unwrap_or(limit))
}

fn release_of(booking: &DueRelease, now: Timestamp) -> Result<Option<NewRelease>, Failure> {
    let arrival = Arrival {
        stay: booking.stay,
        zone: &booking.zone,
        check_in_time: booking.check_in_time,
        checked_in_at: booking.checked_in_at,
    };
    let release = next_release(&arrival, booking.pending, booking.parts_released, now);
    Ok(release.map_err(Failure::internal)?.map(|release| NewRelease {
        booking_id: booking.booking_id,
        part: release.part,
        amount: release.amount.amount(),
        next_at: release.next_at,
    }))
}

/// Begins up to `limit` payouts to hosts who are due something at `now`; answers how many hosts were looked at.
pub async fn open_due(ctx: &Ctx, now: Timestamp, limit: u32) -> Result<u32, Failure> {
    let due = payouts::due(&ctx.db, now, limit).await?;
    for host in &due {
        open(ctx, host, now).await?;
    }
    Ok(u32::try_from(due.len()).unwrap_or(limit))
}

async fn open(ctx: &Ctx, due: &Due, now: Timestamp) -> Result<(), Failure> {
    let Some((amount, items)) = payout(due.currency, &due.items).map_err(Failure::internal)? else {
        return Ok(());
    };
    let id: PayoutId = ctx.new_id();
    let messages = [ctx.message(MessageBody::Payments(PaymentMessage::Payout { payout_id: id }))];
    let new = NewPayout {
        id,
        host: due.host_id,
        amount,
        provider_account: &due.provider_account,
        items: &items,
        messages: &messages,
        now,
    };
    if payouts::open(&ctx.db, &new).await? {
        ctx.publish(&messages).await;
    }
    Ok(())
}

/// Asks the provider to send a payout, and records what it said. One that ended is left alone.
pub async fn send_payout(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payout_id: PayoutId,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let found = payouts::find(&ctx.db, payout_id).await?;
    let Some(payout) = found.filter(|payout| payout.state == PayoutState::Pending) else {
        return close(ctx, cause).await;
    };
    match ask(ctx, gateway, &payout).await? {
        Ok(transfer) => {
            let sent = Sending::Paid(transfer.provider_id.as_str());
            settle(ctx, payout_id, sent, cause).await
        }
        Err(code) => settle(ctx, payout_id, Sending::Failed(code), cause).await,
    }
}

/// The transfer at the provider, or a stable code of why it refuses to make one.
async fn ask(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payout: &Payout,
) -> Result<Result<ProviderTransfer, &'static str>, Failure> {
    if key_may_be_forgotten(payout.created_at, ctx.now())
        && let Some(known) = gateway.find_transfer(payout.id).await?
    {
        return Ok(Ok(known));
    }
    let request = TransferRequest {
        account: ProviderAccountId::new(payout.provider_account.clone()),
        amount: payout.amount,
        payout_id: payout.id,
    };
    let key = IdempotencyKey::derive(format_args!("payout:{}", payout.id), "transfer", 1);
    let error = match gateway.transfer(&key, &request).await {
        Ok(transfer) => return Ok(Ok(transfer)),
        Err(error) => error,
    };
    let code = match &error {
        _ if is_our_defect(&error) => return Err(error.into()),
        GatewayError::Rejected { code, .. } => failure_code(code),
        GatewayError::NotFound => "account_unknown",
        _ => return Err(error.into()),
    };
    // Refused; unless an earlier attempt went through and was not heard of.
    if let Some(known) = gateway.find_transfer(payout.id).await? {
        return Ok(Ok(known));
    }
    tracing::error!(payout = %payout.id, %error, "the provider refuses to pay a host");
    Ok(Err(code))
}

/// A refusal's stable code for the host.
fn failure_code(code: &str) -> &'static str {
    match code {
        "insufficient_capabilities_for_transfer" | "account_invalid" | "transfers_not_allowed" => {
            "account_restricted"
        }
        "balance_insufficient" => "try_again_later",
        _ => "provider_rejected",
    }
}

async fn settle(ctx: &Ctx, payout: PayoutId, sending: Sending<'_>, cause: Cause<'_>) -> Result<(), Failure> {
    let applied = payouts::settle(&ctx.db, payout, sending, cause, ctx.now()).await?;
    if applied == Applied::Stale {
        close(ctx, cause).await?;
    }
    Ok(())
}
