//! What the integration tests are made with: a system of its own for each test, typed people, and answers to look at.

mod answer;
mod people;
mod system;
mod trade;

pub use answer::{Answer, Call};
pub use people::Person;
pub use system::{System, cluster};
pub use trade::{Dates, listing_body};
