//! Transfers to hosts.

use domain::ids::PayoutId;
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
            payout_id: transfer.metadata.get("payout_id").and_then(|id| id.parse().ok()),
            account: ProviderAccountId::new(transfer.destination),
            amount: from_provider(transfer.amount, &transfer.currency)?,
            created_at: instant(transfer.created)?,
        })
    }
}

/// A page of transfers.
struct Transfers(Vec<ProviderTransfer>);

impl TryFrom<wire::Page<wire::Transfer>> for Transfers {
    type Error = Unreadable;

    fn try_from(page: wire::Page<wire::Transfer>) -> Result<Self, Unreadable> {
        page.data.into_iter().map(ProviderTransfer::try_from).collect::<Result<_, _>>().map(Self)
    }
}

/// Joins all that is made for a payout; a list can be asked for by it.
fn group(payout: PayoutId) -> String {
    format!("payout:{payout}")
}

impl StripeClient {
    pub(crate) async fn make_transfer(
        &self,
        key: &IdempotencyKey,
        request: &TransferRequest,
    ) -> Result<ProviderTransfer, CallError> {
        let parameters = vec![
            ("amount", to_provider(request.amount)?.to_string()),
            ("currency", request.amount.currency().code().to_ascii_lowercase()),
            ("destination", request.account.to_string()),
            ("transfer_group", group(request.payout_id)),
            ("metadata[payout_id]", request.payout_id.to_string()),
        ];
        self.call::<wire::Transfer, _>(Call::post("/v1/transfers".to_owned(), parameters, Some(key))).await
    }

    pub(crate) async fn find_transfer_of(
        &self,
        payout: PayoutId,
    ) -> Result<Option<ProviderTransfer>, CallError> {
        let parameters = vec![("transfer_group", group(payout)), ("limit", "100".to_owned())];
        let call = Call::get("/v1/transfers".to_owned(), parameters);
        let Transfers(all) = self.call::<wire::Page<wire::Transfer>, _>(call).await?;
        Ok(all.into_iter().find(|transfer| transfer.payout_id == Some(payout)))
    }
}
