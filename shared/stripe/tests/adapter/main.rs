//! The adapter against the stand-in provider, over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod faults;
mod hosts;
mod payments;
mod refunds;
mod signature;
mod support;
mod webhooks;
