//! The Data API as the real SDK meets it, over a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step is a failed test, in helpers too"
)]

mod faults;
mod limits;
mod parameters;
mod postgres;
mod results;
mod sessions;
mod support;
mod transactions;
