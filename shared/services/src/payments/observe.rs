//! Believing what the provider reports, whoever heard of it: a webhook, a look-up, the answer to a step.

use domain::payment::PaymentState;
use store::bookings::Cause;
use store::host_accounts::{self, HostAccountState, Standing};
use store::payments::{self, Payment};
use store::refunds;

use super::{close, outcomes};
use crate::gateway::{
    AccountState, PaymentGateway, ProviderAccount, ProviderAccountId, ProviderPayment, ProviderPaymentState,
    ProviderRefund, ProviderRefundState,
};
use crate::{Ctx, Failure};

/// Whether a report was about something of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was, and all that follows from it is recorded.
    Recorded,
    /// Nothing of ours has that name: it is too early, or another system's. Its cause is not done.
    Unknown,
}

/// A payment as it stands at the provider.
pub async fn observe_payment(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    report: &ProviderPayment,
    cause: Cause<'_>,
) -> Result<Seen, Failure> {
    let Some(id) = report.payment_id else {
        // Made by another system with the same account at the provider.
        close(ctx, cause).await?;
        return Ok(Seen::Recorded);
    };
    let Some(payment) = payments::find(&ctx.db, id).await? else { return Ok(Seen::Unknown) };
    record(ctx, gateway, &payment, report, cause).await?;
    Ok(Seen::Recorded)
}

/// Records what the provider says of one of our payments.
pub(super) async fn record(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment: &Payment,
    report: &ProviderPayment,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let (id, booking, provider_id) = (payment.id, payment.booking_id, &report.provider_id);
    match &report.state {
        ProviderPaymentState::Authorised => outcomes::authorised(ctx, gateway, id, provider_id, cause).await,
        ProviderPaymentState::Captured => {
            // The authorisation is what moves the booking, and it was not heard of.
            if matches!(payment.state, PaymentState::Processing | PaymentState::RequiresAction) {
                outcomes::authorised(ctx, gateway, id, provider_id, Cause::default()).await?;
            }
            if payment.state.allows_another_attempt() {
                tracing::error!(payment = %id, %provider_id, state = %payment.state, "money was taken for a payment that had ended");
            }
            // An event does not tell what the provider keeps.
            let fee = match &report.fee {
                None if is_open(payment.state) => gateway.retrieve(provider_id).await?.fee,
                fee => fee.clone(),
            };
            outcomes::captured(ctx, id, report.captured, fee, cause).await
        }
        ProviderPaymentState::RequiresAction { url, client_secret } => {
            let action = (url.as_deref(), client_secret.as_str());
            outcomes::action_required(ctx, id, booking, provider_id, action, cause).await
        }
        ProviderPaymentState::Declined(decline) => {
            tracing::info!(payment = %id, code = decline.code, "declined");
            let code = outcomes::failure_code(decline);
            outcomes::declined(ctx, id, Some(provider_id), code, cause).await
        }
        ProviderPaymentState::Cancelled => {
            if payment.state.is_captured() {
                tracing::error!(payment = %id, %provider_id, "the provider says cancelled of what was captured");
            }
            outcomes::cancelled(ctx, id, Some(provider_id), cause).await
        }
        ProviderPaymentState::Processing => close(ctx, cause).await,
    }
}

/// Whether a payment may still be captured: then what is told of its capture is news.
const fn is_open(state: PaymentState) -> bool {
    matches!(state, PaymentState::Processing | PaymentState::RequiresAction | PaymentState::Authorised)
}

/// A refund as it stands at the provider.
pub async fn observe_refund(ctx: &Ctx, report: &ProviderRefund, cause: Cause<'_>) -> Result<Seen, Failure> {
    let Some(id) = report.refund_id else {
        tracing::warn!(refund = %report.provider_id, "a refund that was not asked for here");
        close(ctx, cause).await?;
        return Ok(Seen::Recorded);
    };
    if refunds::find(&ctx.db, id).await?.is_none() {
        return Ok(Seen::Unknown);
    }
    super::send_refund::record(ctx, id, report, cause).await?;
    Ok(Seen::Recorded)
}

/// Where a refund stands, in our terms.
pub(super) const fn refund_state(state: ProviderRefundState) -> domain::payment::RefundState {
    match state {
        ProviderRefundState::Pending => domain::payment::RefundState::Pending,
        ProviderRefundState::Succeeded => domain::payment::RefundState::Succeeded,
        ProviderRefundState::Failed => domain::payment::RefundState::Failed,
    }
}

/// Something changed about a host's account: reads it anew, since reports may come in any order.
pub async fn observe_account(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    account: &ProviderAccountId,
    cause: Cause<'_>,
) -> Result<Seen, Failure> {
    let report = gateway.retrieve_account(account).await?;
    let standing = standing_of(report);
    let known = host_accounts::update(&ctx.db, account.as_str(), &standing, cause, ctx.now()).await?;
    Ok(if known { Seen::Recorded } else { Seen::Unknown })
}

/// What the provider says of an account, in our terms.
pub(super) fn standing_of(account: ProviderAccount) -> Standing {
    Standing {
        state: match account.state {
            AccountState::Pending => HostAccountState::Pending,
            AccountState::Enabled => HostAccountState::Enabled,
            AccountState::Restricted => HostAccountState::Restricted,
        },
        requirements: account.requirements,
        due_at: account.due_at,
        disabled_reason: account.disabled_reason,
    }
}
