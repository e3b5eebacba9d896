//! The Data API as the real SDK meets it, over a real PostgreSQL.

mod faults;
mod limits;
mod parameters;
mod postgres;
mod results;
mod sessions;
mod support;
mod transactions;
