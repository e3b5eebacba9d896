//! Refunds.

use services::gateway::{
    IdempotencyKey, ProviderPaymentId, ProviderRefund, ProviderRefundId, ProviderRefundState, RefundRequest,
};

use crate::amount::{from_provider, to_provider};
use crate::client::{Call, StripeClient, Unreadable};
use crate::failure::CallError;
use crate::payments::instant;
use crate::wire;

impl TryFrom<wire::Refund> for ProviderRefund {
    type Error = Unreadable;

    fn try_from(refund: wire::Refund) -> Result<Self, Unreadable> {
        let state = match refund.status.as_deref() {
            Some("pending" | "requires_action") => ProviderRefundState::Pending,
            Some("succeeded") => ProviderRefundState::Succeeded,
            Some("failed" | "canceled") => ProviderRefundState::Failed,
            _ => return Err(Unreadable),
        };
        let metadata = refund.metadata.unwrap_or_default();
        Ok(Self {
            provider_id: ProviderRefundId::new(refund.id),
            refund_id: metadata.get("refund_id").and_then(|id| id.parse().ok()),
            amount: from_provider(refund.amount, &refund.currency)?,
            state,
            created_at: instant(refund.created)?,
        })
    }
}

/// A page of refunds.
struct Refunds {
    refunds: Vec<ProviderRefund>,
    has_more: bool,
}

impl TryFrom<wire::Page<wire::Refund>> for Refunds {
    type Error = Unreadable;

    fn try_from(page: wire::Page<wire::Refund>) -> Result<Self, Unreadable> {
        let refunds = page.data.into_iter().map(ProviderRefund::try_from).collect::<Result<_, _>>()?;
        Ok(Self { refunds, has_more: page.has_more })
    }
}

impl StripeClient {
    pub(crate) async fn create_refund(
        &self,
        key: &IdempotencyKey,
        request: &RefundRequest,
    ) -> Result<ProviderRefund, CallError> {
        let parameters = vec![
            ("payment_intent", request.provider_id.to_string()),
            ("amount", to_provider(request.amount)?.to_string()),
            ("metadata[payment_id]", request.payment_id.to_string()),
            ("metadata[refund_id]", request.refund_id.to_string()),
        ];
        self.call::<wire::Refund, _>(Call::post("/v1/refunds".to_owned(), parameters, Some(key))).await
    }

    pub(crate) async fn list_refunds(
        &self,
        payment: &ProviderPaymentId,
    ) -> Result<Vec<ProviderRefund>, CallError> {
        let mut all: Vec<ProviderRefund> = Vec::new();
        loop {
            let mut parameters = vec![("payment_intent", payment.to_string()), ("limit", "100".to_owned())];
            parameters.extend(all.last().map(|last| ("starting_after", last.provider_id.to_string())));
            let call = Call::get("/v1/refunds".to_owned(), parameters);
            let page: Refunds = self.call::<wire::Page<wire::Refund>, _>(call).await?;
            let more = page.has_more && !page.refunds.is_empty();
            all.extend(page.refunds);
            if !more {
                return Ok(all);
            }
        }
    }
}
