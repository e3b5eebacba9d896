//! The RDS Data API over a real PostgreSQL, for one machine.
//!
//! [`postgres`] finds, starts or fetches a PostgreSQL. [`DataApi`] serves the five operations of the Data API
//! over it on 127.0.0.1, with the types, limits and errors of the service, so that code written against the real
//! SDK meets here what it will meet there. Where the service's behaviour is uncertain it is the stricter one.
//!
//! Faults can be switched on while it runs: see [`Faults`].

mod calls;
mod failure;
mod faults;
mod journal;
mod metadata;
mod numeric;
mod parameters;
mod pool;
pub mod postgres;
mod present;
mod results;
mod routes;
mod server;
mod service;
mod session;
mod sql;
mod transactions;
mod wire;

pub use faults::{FaultPlan, Faults, Outage};
pub use journal::LoggedStatement;
pub use server::{DataApi, DataApiOptions, StartError};
