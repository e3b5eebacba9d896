//! What goes to the payment provider and what comes back.

use std::fmt::{self, Display};

use domain::ids::{BookingId, PaymentId, PayoutId, RefundId, UserId};
use domain::money::Money;
use jiff::Timestamp;

/// Says "this very step" to the provider: the same key again is the same step, never a second one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Derives the key from the thing that is worked on (a payment, a refund, a host), the step, and the generation of the step,
    /// which counts up only when the step is deliberately done anew.
    pub fn derive(subject: impl Display, step: &str, generation: u32) -> Self {
        Self(format!("{subject}:{step}:{generation}"))
    }

    /// The key as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Declares the provider's names of its objects: opaque text.
macro_rules! provider_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as the provider wrote it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The name as the provider wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

provider_ids! {
    /// The provider's name of a payment.
    ProviderPaymentId;
    /// The provider's name of what was taken from the card; money is sent on from it.
    ProviderChargeId;
    /// The provider's name of a refund.
    ProviderRefundId;
    /// The provider's name of a host's account.
    ProviderAccountId;
    /// The provider's name of a transfer to a host.
    ProviderTransferId;
    /// The provider's name of a dispute.
    ProviderDisputeId;
    /// The provider's name of a movement of the platform's balance.
    ProviderMovementId;
}

/// A payment to authorise.
#[derive(Clone, Debug)]
pub struct AuthoriseRequest {
    /// How much to hold on the card.
    pub amount: Money,
    /// The provider's token of a payment method; never card data.
    pub payment_method: String,
    /// Kept with the payment at the provider; what it is found again by.
    pub payment_id: PaymentId,
    /// Kept with the payment at the provider.
    pub booking_id: BookingId,
    /// Joins the payment to the transfers made from it.
    pub transfer_group: String,
}

/// What came of an authorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorisation {
    /// The provider's name of the payment; a declined one has one too.
    pub provider_id: ProviderPaymentId,
    /// What the bank said.
    pub outcome: AuthorisationOutcome,
}

/// What the bank said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorisationOutcome {
    /// The money is held.
    Authorised,
    /// The guest must prove who they are first.
    RequiresAction {
        /// Where the guest does so; absent if only the provider's own script can.
        url: Option<String>,
        /// For the provider's script in the guest's browser; no secret from the guest, but from everybody else.
        client_secret: String,
    },
    /// The bank said no.
    Declined(Decline),
}

/// A bank's no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("declined: {code}")]
pub struct Decline {
    /// The bank's or the provider's reason, such as `insufficient_funds`; may hint at fraud, so it is not for the guest.
    pub code: String,
    /// What the guest may be told.
    pub message: &'static str,
}

/// Where a payment stands at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderPaymentState {
    /// The guest must prove who they are.
    RequiresAction {
        /// Where the guest does so; absent if only the provider's own script can.
        url: Option<String>,
        /// For the provider's script in the guest's browser.
        client_secret: String,
    },
    /// The money is held.
    Authorised,
    /// The money is taken, wholly or in part.
    Captured,
    /// The bank, or the guest, said no.
    Declined(Decline),
    /// It ended without money being taken: voided, or lapsed.
    Cancelled,
    /// The provider is still working on it.
    Processing,
}

/// A payment at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderPayment {
    /// The provider's name of it.
    pub provider_id: ProviderPaymentId,
    /// What was taken from the card, once a bank was asked.
    pub charge_id: Option<ProviderChargeId>,
    /// Our payment, from its metadata; absent if another system made it.
    pub payment_id: Option<PaymentId>,
    /// Where it stands.
    pub state: ProviderPaymentState,
    /// What it is about.
    pub amount: Money,
    /// What was taken.
    pub captured: Money,
    /// What the provider keeps of it; absent before it is taken, and from whatever an event says.
    pub fee: Option<ProviderFee>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What the provider keeps for its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderFee {
    /// The movement that it is part of: a fee is one of these, and never counted twice.
    pub movement: ProviderMovementId,
    /// How much, in the currency of the balance; below zero where it is given back.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

/// Why the platform's balance at the provider moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// A guest paid.
    Charge,
    /// A guest was given something back, or it came back from the bank.
    Refund,
    /// A host was sent something.
    Transfer,
    /// A bank took something, or gave it back.
    Dispute,
    /// The provider was paid for its work, apart from any payment.
    Fee,
    /// Between the balance and the platform's own bank.
    OwnPayout,
    /// What nothing of ours asks for, in the provider's word for it.
    Other(String),
}

/// A movement of the platform's balance at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderMovement {
    /// The provider's name of it.
    pub provider_id: ProviderMovementId,
    /// Why it moved.
    pub kind: MovementKind,
    /// The payment that it belongs to, if it does.
    pub payment: Option<ProviderPaymentId>,
    /// What came, before the fee; below zero what went.
    pub amount: Money,
    /// What the provider kept; below zero what it gave back.
    pub fee: Money,
    /// When it moved.
    pub created_at: Timestamp,
}

/// Money to give back.
#[derive(Clone, Debug)]
pub struct RefundRequest {
    /// The payment it comes from.
    pub provider_id: ProviderPaymentId,
    /// How much.
    pub amount: Money,
    /// Kept with the refund at the provider.
    pub payment_id: PaymentId,
    /// Kept with the refund at the provider; what it is found again by.
    pub refund_id: RefundId,
}

/// Where a refund stands at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderRefundState {
    /// On its way; the provider tells when it arrived or failed.
    Pending,
    /// Given back. A bank may still send it back days later.
    Succeeded,
    /// Not given back; the money is with the platform again.
    Failed,
}

/// A refund at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRefund {
    /// The provider's name of it.
    pub provider_id: ProviderRefundId,
    /// Our refund, from its metadata; absent if another system made it.
    pub refund_id: Option<RefundId>,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: ProviderRefundState,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A host's account to make.
#[derive(Clone, Debug)]
pub struct AccountRequest {
    /// Kept with the account at the provider.
    pub user_id: UserId,
    /// The host's mail address.
    pub email: String,
    /// Where the host lives: ISO 3166-1, two capital letters.
    pub country: String,
}

/// Whether a host can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// The host has not finished the onboarding.
    Pending,
    /// The host can be paid.
    Enabled,
    /// The provider wants more before it pays.
    Restricted,
}

/// A host's account with the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAccount {
    /// The provider's name of it.
    pub provider_id: ProviderAccountId,
    /// Whether the host can be paid.
    pub state: AccountState,
    /// What the provider wants now, in its own words.
    pub requirements: Vec<String>,
    /// Until when it wants it, if it says so.
    pub due_at: Option<Timestamp>,
    /// Why the account is not, or no longer, enabled, in the provider's word for it.
    pub disabled_reason: Option<String>,
}

/// A page of the provider where a host is onboarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    /// Where to send the host; for the host alone.
    pub url: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Money to send to a host.
#[derive(Clone, Debug)]
pub struct TransferRequest {
    /// Whom to.
    pub account: ProviderAccountId,
    /// How much; from the platform's balance at the provider.
    pub amount: Money,
    /// Kept with the transfer at the provider; what it is found again by.
    pub payout_id: PayoutId,
}

/// A transfer at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderTransfer {
    /// The provider's name of it.
    pub provider_id: ProviderTransferId,
    /// Our payout, from its metadata; absent if another system made it.
    pub payout_id: Option<PayoutId>,
    /// Whom to.
    pub account: ProviderAccountId,
    /// How much.
    pub amount: Money,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where a dispute stands at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderDisputeState {
    /// A bank only asks; it took nothing.
    Inquiry,
    /// The bank took the money and has not decided.
    Open,
    /// The money is back.
    Won,
    /// The money is gone.
    Lost,
}

/// A dispute at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderDispute {
    /// The provider's name of it.
    pub provider_id: ProviderDisputeId,
    /// The payment that it is about; absent for what another system made.
    pub payment: Option<ProviderPaymentId>,
    /// How much is disputed.
    pub amount: Money,
    /// The provider's word for why, such as `fraudulent`.
    pub reason: String,
    /// Where it stands.
    pub state: ProviderDisputeState,
    /// Until when evidence counts.
    pub evidence_due_at: Option<Timestamp>,
    /// When the bank took the money.
    pub created_at: Timestamp,
}

/// Which objects of a list: those made in a half-open window, after one of them.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// From this instant on, in whole seconds.
    pub from: Timestamp,
    /// Before this instant.
    pub to: Timestamp,
    /// The object after which the list goes on, by the provider's name.
    pub after: Option<&'a str>,
}

/// A page of a list, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The objects.
    pub items: Vec<T>,
    /// The object after which the list goes on, if it does.
    pub next: Option<String>,
}

/// An event of the provider, whether it was delivered or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's name of it.
    pub id: String,
    /// The provider's word for what it tells of.
    pub kind: String,
    /// The event as it is sent: JSON.
    pub payload: String,
    /// Whether anything here acts on its kind.
    pub is_acted_on: bool,
}
