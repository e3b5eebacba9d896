//! Believing what the provider reports of disputes.

use store::bookings::Cause;
use store::disputes::{self, DisputeState, Report};

use super::{Seen, close};
use crate::gateway::{
    PaymentGateway, ProviderDispute, ProviderDisputeId, ProviderDisputeState, ProviderPaymentId,
};
use crate::{Ctx, Failure};

/// Something changed about a dispute: reads it anew, since reports may come in any order.
pub async fn observe_dispute(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    dispute: &ProviderDisputeId,
    cause: Cause<'_>,
) -> Result<Seen, Failure> {
    let report = gateway.retrieve_dispute(dispute).await?;
    record_dispute(ctx, gateway, &report, cause).await
}

/// Records what the provider says of a dispute. Its payment may not be known as captured yet: then that is recorded
/// first.
pub(super) async fn record_dispute(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    report: &ProviderDispute,
    cause: Cause<'_>,
) -> Result<Seen, Failure> {
    let (Some(payment), Some(state)) = (&report.payment, state_of(report.state)) else {
        // A bank that only asks takes nothing.
        close(ctx, cause).await?;
        return Ok(Seen::Recorded);
    };
    if keep(ctx, report, payment, state, cause).await? {
        return Ok(Seen::Recorded);
    }
    let known =
        super::observe_payment(ctx, gateway, &gateway.retrieve(payment).await?, Cause::default()).await?;
    let kept = known == Seen::Recorded && keep(ctx, report, payment, state, cause).await?;
    Ok(if kept { Seen::Recorded } else { Seen::Unknown })
}

async fn keep(
    ctx: &Ctx,
    report: &ProviderDispute,
    payment: &ProviderPaymentId,
    state: DisputeState,
    cause: Cause<'_>,
) -> Result<bool, Failure> {
    let report = Report {
        id: ctx.new_id(),
        provider_id: report.provider_id.as_str(),
        payment: payment.as_str(),
        amount: report.amount,
        reason: &report.reason,
        state,
        evidence_due_at: report.evidence_due_at,
        opened_at: report.created_at,
        cause,
        now: ctx.now(),
    };
    Ok(disputes::record(&ctx.db, &report).await?)
}

const fn state_of(state: ProviderDisputeState) -> Option<DisputeState> {
    match state {
        ProviderDisputeState::Inquiry => None,
        ProviderDisputeState::Open => Some(DisputeState::Open),
        ProviderDisputeState::Won => Some(DisputeState::Won),
        ProviderDisputeState::Lost => Some(DisputeState::Lost),
    }
}
