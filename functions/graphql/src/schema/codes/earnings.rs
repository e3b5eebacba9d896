//! Where money stands on its way to hosts, and what the staff decides.

use async_graphql::Enum;

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::payouts::PayoutState")]
pub(crate) enum PayoutState {
    /// To be asked of the provider, or asked.
    Pending,
    /// Sent.
    Paid,
    /// Refused by the provider; what it was for is payable again.
    Failed,
}

/// Where a host's account with the payment provider stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::host_accounts::HostAccountState")]
pub(crate) enum OnboardingState {
    /// Nothing is known of it yet.
    Pending,
    /// The host can be paid.
    Enabled,
    /// The provider wants something first.
    Restricted,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::disputes::DisputeState")]
pub(crate) enum DisputeState {
    /// The bank has not decided.
    Open,
    /// The money is back.
    Won,
    /// The money is gone.
    Lost,
}

/// What a document says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::receipts::ReceiptKind")]
pub(crate) enum ReceiptKind {
    /// What was paid.
    Receipt,
    /// What went back.
    CreditNote,
}

/// What becomes of a review that somebody complained about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::reviews::ReportOutcome")]
pub(crate) enum ReviewDecision {
    /// A tombstone stays; the listing's ratings are corrected.
    Removed,
    /// It stands.
    Kept,
}
