//! The integration tests: the whole system over HTTP, each test on a system of its own.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics, in its helpers too"
)]

mod accounts;
mod architecture;
mod bundle;
mod crash;
mod faults;
mod journey;
mod races;
mod template;
