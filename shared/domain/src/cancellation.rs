//! What a cancellation gives back.
//!
//! A policy is data. The booking keeps the policy it was made under, so that neither a listing's change nor a new version
//! touches it. Deadlines stand at the listing's check-in time in its zone: days are calendar days there, hours are
//! elapsed hours; the instant of a deadline itself is still in time.

mod deadlines;
mod policy;
mod settle;

use crate::coded::coded;

pub use deadlines::{Deadline, deadlines};
pub use policy::{Arrival, Cutoff, FullRefundWindow, Late, PolicySnapshot, Tier};
pub(crate) use settle::removed_share;
pub use settle::{
    CancellationCase, Charged, PREVIEW_TTL, RefundRule, Settlement, SettlementKind, SettlementLine, settle,
};

coded! {
    /// The policies that a host may choose from.
    CancellationPolicyCode, "unknown_cancellation_policy" {
        /// Free until 24 hours before check-in; then the nights stayed and one more are kept.
        Flexible = "flexible",
        /// Free until 5 days before; then the nights stayed, one more and half of the rest are kept.
        Moderate = "moderate",
        /// Free until 14 days before, half until 7.
        Limited = "limited",
        /// Free until 30 days before, half until 7.
        Firm = "firm",
        /// Free within 48 hours of booking and 14 days before, half until 7 days before.
        Strict = "strict",
        /// Nothing comes back.
        NonRefundable = "non_refundable",
    }
}

coded! {
    /// Who cancels.
    CancelledBy, "unknown_canceller" {
        /// The guest: the policy decides.
        Guest = "guest",
        /// The host: everything goes back.
        Host = "host",
        /// The platform, for extenuating circumstances: everything goes back; audited with its reason.
        Admin = "admin",
    }
}

#[cfg(test)]
mod tests;
