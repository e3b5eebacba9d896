//! The integration tests: the whole system over HTTP, each test on a system of its own.

mod accounts;
mod architecture;
mod journey;
mod races;
