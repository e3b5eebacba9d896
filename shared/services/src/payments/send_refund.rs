//! Asking the provider to give money back.

use domain::ids::{OutboxId, RefundId};
use domain::payment::RefundState;
use store::bookings::{Applied, Cause};
use store::refunds::{self, Refund};

use super::observe::refund_state;
use super::{close, is_our_defect, key_may_be_forgotten};
use crate::gateway::{
    GatewayError, IdempotencyKey, PaymentGateway, ProviderPaymentId, ProviderRefund, RefundRequest,
};
use crate::{Ctx, Failure, figures};

/// Sends a refund and records what the provider said. One that was sent is left alone: the provider reports its end.
pub async fn send_refund(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    refund_id: RefundId,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let Some((refund, payment)) = refunds::find(&ctx.db, refund_id).await? else {
        return close(ctx, cause).await;
    };
    if refund.state != RefundState::Pending || refund.provider_id.is_some() {
        return close(ctx, cause).await;
    }
    let payment = payment.ok_or_else(|| Failure::internal("a captured payment without a name"))?;
    match ask(ctx, gateway, &refund, &ProviderPaymentId::new(payment)).await? {
        Some(report) => record(ctx, refund_id, &report, cause).await,
        None => settle(ctx, refund_id, RefundState::Failed, None, cause).await,
    }
}

/// The refund at the provider; `None` where it refuses to make one.
async fn ask(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    refund: &Refund,
    payment: &ProviderPaymentId,
) -> Result<Option<ProviderRefund>, Failure> {
    if key_may_be_forgotten(refund.created_at, ctx.now())
        && let Some(known) = look_up(gateway, refund, payment).await?
    {
        return Ok(Some(known));
    }
    let request = RefundRequest {
        provider_id: payment.clone(),
        amount: refund.amount,
        payment_id: refund.payment_id,
        refund_id: refund.id,
    };
    let key = IdempotencyKey::derive(format_args!("refund:{}", refund.id), "create", 1);
    match gateway.refund(&key, &request).await {
        Ok(report) => Ok(Some(report)),
        Err(error @ (GatewayError::Rejected { .. } | GatewayError::Declined(_) | GatewayError::NotFound))
            if !is_our_defect(&error) =>
        {
            tracing::error!(refund = %refund.id, %error, "the provider refuses to refund");
            look_up(gateway, refund, payment).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn look_up(
    gateway: &dyn PaymentGateway,
    refund: &Refund,
    payment: &ProviderPaymentId,
) -> Result<Option<ProviderRefund>, Failure> {
    let all = gateway.refunds(payment).await?;
    Ok(all.into_iter().find(|known| known.refund_id == Some(refund.id)))
}

/// Records where the provider says a refund stands.
pub(super) async fn record(
    ctx: &Ctx,
    refund_id: RefundId,
    report: &ProviderRefund,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    settle(ctx, refund_id, refund_state(report.state), Some(report.provider_id.as_str()), cause).await
}

async fn settle(
    ctx: &Ctx,
    refund_id: RefundId,
    state: RefundState,
    provider_id: Option<&str>,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    if state == RefundState::Failed {
        tracing::error!(%refund_id, provider_id, "a refund failed; its amount may be refunded again");
    }
    let applied = refunds::settle(&ctx.db, refund_id, state, provider_id, cause, ctx.now()).await?;
    if applied == Applied::Moved && state == RefundState::Succeeded {
        figures::count(figures::PAYMENTS_REFUNDED);
    }
    if applied == Applied::Stale {
        close(ctx, cause).await?;
    }
    Ok(())
}
