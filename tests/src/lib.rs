//! What the integration tests are made with: a system of its own for each test, typed people, and answers to look at.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    clippy::return_self_not_must_use,
    reason = "a test that cannot go on panics, and its arguments are made where they are handed over"
)]

mod answer;
mod browser;
mod bundle;
mod crashing;
mod document;
mod history;
pub mod infra;
mod people;
mod process;
pub mod rights;
mod system;
mod template;
mod trade;

pub use answer::{Answer, Call};
pub use browser::Browser;
pub use bundle::{Bundle, binary};
pub use crashing::{Crashing, Moment};
pub use document::{Operation, document, operations, resolved};
pub use history::{Attempt, Claim, Fault, Outcome, faults_of_race};
pub use people::Person;
pub use process::{Innkeep, Visitor};
pub use system::{System, cluster};
pub use template::{DeployedFunction, Template};
pub use trade::{Dates, listing_body};
