//! The words of the ledger: its accounts, and what is posted to them.
//!
//! The journals themselves are posted by the database, in the statement of the effect that they tell of; see
//! `docs/ledger.md`. A debit is above zero, a credit below.

use crate::coded::coded;

coded! {
    /// An account of the chart.
    Account, "unknown_ledger_account" {
        /// What the payment provider holds for the platform. An asset.
        ProviderBalance = "provider_balance",
        /// What banks took back and have not decided about. An asset.
        DisputedFunds = "disputed_funds",
        /// Hosts' shares of stays, not released yet. A liability.
        HostPending = "host_pending",
        /// Hosts' shares that are released and not sent; a debit where a host owes. A liability.
        HostPayable = "host_payable",
        /// Sent to hosts, not confirmed by the provider. A liability.
        PayoutsInTransit = "payouts_in_transit",
        /// Promised to guests, not confirmed by the provider. A liability.
        RefundsPayable = "refunds_payable",
        /// Taxes that the platform hands to the authorities. A liability.
        TaxesPayable = "taxes_payable",
        /// Guests' service fees. Income.
        GuestFees = "guest_fees",
        /// Hosts' service fees. Income.
        HostFees = "host_fees",
        /// What the provider keeps for its work. An expense.
        ProviderFees = "provider_fees",
        /// What will not come. An expense.
        WriteOffs = "write_offs",
    }
}

coded! {
    /// What a journal tells of; one journal for each event of one row.
    JournalEvent, "unknown_journal_event" {
        /// A guest's money was taken.
        Capture = "capture",
        /// Some of it was promised back.
        Refund = "refund",
        /// The promised money left.
        RefundSucceeded = "refund_succeeded",
        /// The bank sent back what had left.
        RefundReturned = "refund_returned",
        /// The promise is void; its amount may be refunded again.
        RefundFailed = "refund_failed",
        /// A part of a host's share became payable.
        Release = "release",
        /// Money was told to go to a host.
        Payout = "payout",
        /// It went.
        PayoutPaid = "payout_paid",
        /// It did not.
        PayoutFailed = "payout_failed",
        /// A guest's bank took money back.
        DisputeOpened = "dispute_opened",
        /// The bank gave it back.
        DisputeWon = "dispute_won",
        /// It is gone.
        DisputeLost = "dispute_lost",
        /// The provider kept its fee.
        ProviderFee = "provider_fee",
        /// The staff gave something up.
        WriteOff = "write_off",
    }
}
