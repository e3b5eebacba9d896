//! The trait of the use cases, by the operations beside.

use async_trait::async_trait;
use domain::ids::{PaymentId, PayoutId};
use domain::money::Money;
use jiff::Timestamp;
use services::gateway::{
    AccountLink, AccountRequest, Authorisation, AuthoriseRequest, GatewayError, IdempotencyKey, Listed,
    Listing, PaymentGateway, ProviderAccount, ProviderAccountId, ProviderDispute, ProviderDisputeId,
    ProviderEvent, ProviderMovement, ProviderPayment, ProviderPaymentId, ProviderRefund, ProviderTransfer,
    RefundRequest, TransferRequest,
};

use crate::client::StripeClient;
use crate::wire;

#[async_trait]
impl PaymentGateway for StripeClient {
    async fn authorise(
        &self,
        key: &IdempotencyKey,
        request: &AuthoriseRequest,
    ) -> Result<Authorisation, GatewayError> {
        Ok(self.create_intent(key, request).await?)
    }

    async fn capture(
        &self,
        key: &IdempotencyKey,
        payment: &ProviderPaymentId,
        amount: Money,
    ) -> Result<ProviderPayment, GatewayError> {
        Ok(self.capture_intent(key, payment, amount).await?)
    }

    async fn void(
        &self,
        key: &IdempotencyKey,
        payment: &ProviderPaymentId,
    ) -> Result<ProviderPayment, GatewayError> {
        Ok(self.cancel_intent(key, payment).await?)
    }

    async fn refund(
        &self,
        key: &IdempotencyKey,
        request: &RefundRequest,
    ) -> Result<ProviderRefund, GatewayError> {
        Ok(self.create_refund(key, request).await?)
    }

    async fn retrieve(&self, payment: &ProviderPaymentId) -> Result<ProviderPayment, GatewayError> {
        Ok(self.retrieve_intent(payment.as_str()).await?)
    }

    async fn find_by_metadata(
        &self,
        payment_id: PaymentId,
        created_after: Timestamp,
    ) -> Result<Option<ProviderPayment>, GatewayError> {
        Ok(self.find_intent(payment_id, created_after).await?)
    }

    async fn refunds(&self, payment: &ProviderPaymentId) -> Result<Vec<ProviderRefund>, GatewayError> {
        Ok(self.list_refunds(payment).await?)
    }

    async fn retrieve_dispute(&self, dispute: &ProviderDisputeId) -> Result<ProviderDispute, GatewayError> {
        Ok(self.read_dispute(dispute).await?)
    }

    async fn create_account(
        &self,
        key: &IdempotencyKey,
        request: &AccountRequest,
    ) -> Result<ProviderAccount, GatewayError> {
        Ok(self.make_account(key, request).await?)
    }

    async fn account_link(&self, account: &ProviderAccountId) -> Result<AccountLink, GatewayError> {
        Ok(self.make_link(account).await?)
    }

    async fn retrieve_account(&self, account: &ProviderAccountId) -> Result<ProviderAccount, GatewayError> {
        Ok(self.read_account(account).await?)
    }

    async fn find_transfer(&self, payout: PayoutId) -> Result<Option<ProviderTransfer>, GatewayError> {
        Ok(self.find_transfer_of(payout).await?)
    }

    async fn transfer(
        &self,
        key: &IdempotencyKey,
        request: &TransferRequest,
    ) -> Result<ProviderTransfer, GatewayError> {
        Ok(self.make_transfer(key, request).await?)
    }

    async fn list_events(&self, listing: &Listing<'_>) -> Result<Listed<ProviderEvent>, GatewayError> {
        Ok(self.list_events_made(listing).await?)
    }

    async fn list_payments(&self, listing: &Listing<'_>) -> Result<Listed<ProviderPayment>, GatewayError> {
        let expand = Some("data.latest_charge.balance_transaction");
        Ok(self.list_made::<wire::Intent, _>("/v1/payment_intents", expand, listing).await?)
    }

    async fn list_refunds(&self, listing: &Listing<'_>) -> Result<Listed<ProviderRefund>, GatewayError> {
        Ok(self.list_made::<wire::Refund, _>("/v1/refunds", None, listing).await?)
    }

    async fn list_transfers(&self, listing: &Listing<'_>) -> Result<Listed<ProviderTransfer>, GatewayError> {
        Ok(self.list_made::<wire::Transfer, _>("/v1/transfers", None, listing).await?)
    }

    async fn list_disputes(&self, listing: &Listing<'_>) -> Result<Listed<ProviderDispute>, GatewayError> {
        Ok(self.list_made::<wire::Dispute, _>("/v1/disputes", None, listing).await?)
    }

    async fn list_movements(&self, listing: &Listing<'_>) -> Result<Listed<ProviderMovement>, GatewayError> {
        Ok(self.list_movements_made(listing).await?)
    }
}
