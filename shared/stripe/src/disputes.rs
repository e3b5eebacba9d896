//! Disputes.

use services::gateway::{ProviderDispute, ProviderDisputeId, ProviderDisputeState, ProviderPaymentId};

use crate::amount::from_provider;
use crate::client::{Call, StripeClient, Unreadable};
use crate::failure::CallError;
use crate::payments::{instant, segment};
use crate::wire;

impl TryFrom<wire::Dispute> for ProviderDispute {
    type Error = Unreadable;

    fn try_from(dispute: wire::Dispute) -> Result<Self, Unreadable> {
        // https://docs.stripe.com/api/disputes/object
        let state = match dispute.status.as_str() {
            "won" => ProviderDisputeState::Won,
            "lost" => ProviderDisputeState::Lost,
            "needs_response" | "under_review" => ProviderDisputeState::Open,
            status if status.starts_with("warning_") || status == "prevented" => {
                ProviderDisputeState::Inquiry
            }
            _ => return Err(Unreadable),
        };
        let due = dispute.evidence_details.and_then(|details| details.due_by).filter(|due| *due > 0);
        Ok(Self {
            provider_id: ProviderDisputeId::new(dispute.id),
            payment: dispute.payment_intent.map(ProviderPaymentId::new),
            amount: from_provider(dispute.amount, &dispute.currency)?,
            reason: dispute.reason,
            state,
            evidence_due_at: due.map(instant).transpose()?,
            created_at: instant(dispute.created)?,
        })
    }
}

impl StripeClient {
    pub(crate) async fn read_dispute(
        &self,
        dispute: &ProviderDisputeId,
    ) -> Result<ProviderDispute, CallError> {
        let path = format!("/v1/disputes/{}", segment(dispute.as_str())?);
        self.call::<wire::Dispute, _>(Call::get(path, Vec::new())).await
    }
}
