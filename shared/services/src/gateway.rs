//! The payment provider, as the use cases see it.
//!
//! Money reaches the provider only through here. Every operation that changes something there takes an [`IdempotencyKey`] that
//! the caller derives from what it does, so that the same step sent twice is one step. The provider forgets keys after 24 hours:
//! an older step is looked up by [`PaymentGateway::find_by_metadata`] before it is sent again.

mod types;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::{PaymentId, PayoutId};
use domain::money::Money;
use jiff::Timestamp;

pub use types::{
    AccountLink, AccountRequest, AccountState, Authorisation, AuthorisationOutcome, AuthoriseRequest,
    Decline, IdempotencyKey, Listed, Listing, MovementKind, ProviderAccount, ProviderAccountId,
    ProviderChargeId, ProviderDispute, ProviderDisputeId, ProviderDisputeState, ProviderEvent, ProviderFee,
    ProviderMovement, ProviderMovementId, ProviderPayment, ProviderPaymentId, ProviderPaymentState,
    ProviderRefund, ProviderRefundId, ProviderRefundState, ProviderTransfer, ProviderTransferId,
    RefundRequest, TransferRequest,
};

/// Why the provider did not do what was asked, by what the caller is to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// A bank's no that comes as an error; another payment method may help.
    #[error(transparent)]
    Declined(Decline),
    /// Nothing was done. The same step with the same key may work later.
    #[error("the payment provider is away for the moment")]
    Retryable {
        /// How long the provider asks to wait, if it says so.
        after: Option<Duration>,
    },
    /// Nobody knows whether it was done. The same step with the same key finds out, or a look-up by metadata.
    #[error("the payment provider's answer was lost")]
    OutcomeUnknown,
    /// The provider refuses what was asked, and will again: a defect of ours, or a step that its state no longer allows.
    #[error("the payment provider refused: {code}: {message}")]
    Rejected {
        /// The provider's code, such as `charge_already_refunded`.
        code: String,
        /// The provider's words, for the log.
        message: String,
    },
    /// The provider knows no such object.
    #[error("the payment provider knows no such object")]
    NotFound,
}

/// The payment provider.
#[async_trait]
pub trait PaymentGateway: Debug + Send + Sync {
    /// Holds money on a card without taking it. A decline is an outcome, not an error.
    async fn authorise(
        &self,
        key: &IdempotencyKey,
        request: &AuthoriseRequest,
    ) -> Result<Authorisation, GatewayError>;

    /// Takes `amount` of what is held, once; the rest is released.
    async fn capture(
        &self,
        key: &IdempotencyKey,
        payment: &ProviderPaymentId,
        amount: Money,
    ) -> Result<ProviderPayment, GatewayError>;

    /// Releases what is held, or gives up waiting for the guest. Nothing must have been taken.
    async fn void(
        &self,
        key: &IdempotencyKey,
        payment: &ProviderPaymentId,
    ) -> Result<ProviderPayment, GatewayError>;

    /// Gives back some of what was taken.
    async fn refund(
        &self,
        key: &IdempotencyKey,
        request: &RefundRequest,
    ) -> Result<ProviderRefund, GatewayError>;

    /// The payment as it stands now.
    async fn retrieve(&self, payment: &ProviderPaymentId) -> Result<ProviderPayment, GatewayError>;

    /// The newest payment that carries our id, made at `created_after` or later; the bound keeps the look-up short.
    async fn find_by_metadata(
        &self,
        payment_id: PaymentId,
        created_after: Timestamp,
    ) -> Result<Option<ProviderPayment>, GatewayError>;

    /// All refunds of a payment, newest first.
    async fn refunds(&self, payment: &ProviderPaymentId) -> Result<Vec<ProviderRefund>, GatewayError>;

    /// A dispute as it stands now.
    async fn retrieve_dispute(&self, dispute: &ProviderDisputeId) -> Result<ProviderDispute, GatewayError>;

    /// Makes an account for a host, who must then be onboarded.
    async fn create_account(
        &self,
        key: &IdempotencyKey,
        request: &AccountRequest,
    ) -> Result<ProviderAccount, GatewayError>;

    /// A page where a host is onboarded; short-lived, so it is asked for anew each time and takes no key.
    async fn account_link(&self, account: &ProviderAccountId) -> Result<AccountLink, GatewayError>;

    /// A host's account as it stands now.
    async fn retrieve_account(&self, account: &ProviderAccountId) -> Result<ProviderAccount, GatewayError>;

    /// The transfer that was made for a payout, if one was.
    async fn find_transfer(&self, payout: PayoutId) -> Result<Option<ProviderTransfer>, GatewayError>;

    /// Sends money to a host.
    async fn transfer(
        &self,
        key: &IdempotencyKey,
        request: &TransferRequest,
    ) -> Result<ProviderTransfer, GatewayError>;

    /// Events, to find those that were not delivered; the provider keeps them for 30 days.
    async fn list_events(&self, listing: &Listing<'_>) -> Result<Listed<ProviderEvent>, GatewayError>;

    /// Payments.
    async fn list_payments(&self, listing: &Listing<'_>) -> Result<Listed<ProviderPayment>, GatewayError>;

    /// Refunds of all payments.
    async fn list_refunds(&self, listing: &Listing<'_>) -> Result<Listed<ProviderRefund>, GatewayError>;

    /// Transfers.
    async fn list_transfers(&self, listing: &Listing<'_>) -> Result<Listed<ProviderTransfer>, GatewayError>;

    /// Disputes.
    async fn list_disputes(&self, listing: &Listing<'_>) -> Result<Listed<ProviderDispute>, GatewayError>;

    /// Movements of the platform's balance.
    async fn list_movements(&self, listing: &Listing<'_>) -> Result<Listed<ProviderMovement>, GatewayError>;
}
