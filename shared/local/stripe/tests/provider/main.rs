//! The provider over its wire, as a caller without an adapter sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod durability;
mod idempotency;
mod lists;
mod money;
mod support;
mod time;
mod webhooks;
