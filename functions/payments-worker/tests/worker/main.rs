//! The worker with a real database behind the Data API and the provider's stand-in: each step, broken off and repeated.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests stand outside of test functions"
)]

mod events;
mod hosts;
mod paying;
mod refunds;
mod support;
mod voiding;
