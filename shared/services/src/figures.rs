//! What is counted, for whoever watches a deployment: names of metrics, and the places that count them.
//!
//! Without a recorder (in tests, on one machine) counting does nothing.

/// A booking that holds its nights.
pub const BOOKINGS_MADE: &str = "bookings_made";
/// A booking that was refused because somebody else has its nights.
pub const BOOKINGS_CONFLICTED: &str = "bookings_conflicted";
/// A payment whose amount is set aside.
pub const PAYMENTS_AUTHORISED: &str = "payments_authorised";
/// A payment whose amount is taken.
pub const PAYMENTS_CAPTURED: &str = "payments_captured";
/// A payment that the bank or the guest refused.
pub const PAYMENTS_FAILED: &str = "payments_failed";
/// A refund that is sent.
pub const PAYMENTS_REFUNDED: &str = "payments_refunded";
/// A calendar of another platform that was read.
pub const FEEDS_READ: &str = "feeds_read";
/// A calendar of another platform that could not be read.
pub const FEEDS_FAILED: &str = "feeds_failed";
/// A stay that was found on nights which are taken elsewhere.
pub const FEED_CONFLICTS: &str = "feed_conflicts";
/// Seconds that the oldest message has waited in the outbox; looked at each minute.
pub const OUTBOX_AGE_SECONDS: &str = "outbox_age_seconds";
/// Differences between the provider's books and ours that nobody has settled; looked at each minute.
pub const RECONCILIATION_BREAKS: &str = "reconciliation_breaks";
/// A process that started.
pub const COLD_STARTS: &str = "cold_starts";

/// All of them; the dashboard shows each.
pub const ALL: &[&str] = &[
    BOOKINGS_MADE,
    BOOKINGS_CONFLICTED,
    PAYMENTS_AUTHORISED,
    PAYMENTS_CAPTURED,
    PAYMENTS_FAILED,
    PAYMENTS_REFUNDED,
    FEEDS_READ,
    FEEDS_FAILED,
    FEED_CONFLICTS,
    OUTBOX_AGE_SECONDS,
    RECONCILIATION_BREAKS,
    COLD_STARTS,
];

/// One more.
pub fn count(name: &'static str) {
    metrics::counter!(name).increment(1);
}

/// What it is now: sent once, where a gauge would be sent again and again.
pub fn level(name: &'static str, value: f64) {
    metrics::histogram!(name).record(value);
}
