//! Transfers to hosts.

use services::gateway::{
    IdempotencyKey, ProviderAccountId, ProviderTransfer, ProviderTransferId, TransferRequest,
};

use crate::amount::{from_provider, to_provider};
use crate::client::{Call, StripeClient, Unreadable};
use crate::failure::CallError;
use crate::payments::instant;
use crate::wire;

impl TryFrom<wire::Transfer> for ProviderTransfer {
    type Error = Unreadable;

    fn try_from(transfer: wire::Transfer) -> Result<Self, Unreadable> {
        Ok(Self {
            provider_id: ProviderTransferId::new(transfer.id),
            account: ProviderAccountId::new(transfer.destination),
            amount: from_provider(transfer.amount, &transfer.currency)?,
            created_at: instant(transfer.created)?,
        })
    }
}

impl StripeClient {
    pub(crate) async fn make_transfer(
        &self,
        key: &IdempotencyKey,
        request: &TransferRequest,
    ) -> Result<ProviderTransfer, CallError> {
        let mut parameters = vec![
            ("amount", to_provider(request.amount)?.to_string()),
            ("currency", request.amount.currency().code().to_ascii_lowercase()),
            ("destination", request.account.to_string()),
            ("transfer_group", request.transfer_group.clone()),
            ("metadata[booking_id]", request.booking_id.to_string()),
        ];
        parameters
            .extend(request.charge_id.as_ref().map(|charge| ("source_transaction", charge.to_string())));
        self.call::<wire::Transfer, _>(Call::post("/v1/transfers".to_owned(), parameters, Some(key))).await
    }
}
