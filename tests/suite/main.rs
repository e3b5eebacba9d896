//! The integration tests: the whole system over HTTP, each test on a system of its own.
#![expect(missing_docs, reason = "tests are named for what they prove")]

mod accounts;
mod architecture;
mod journey;
