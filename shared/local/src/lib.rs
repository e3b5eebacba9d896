//! The whole system on one machine.
//!
//! [`Stack`] starts what a deployment has: the functions' own routers and workers with the real SDKs, behind a gateway
//! that behaves like API Gateway, over stand-ins for the AWS services and a real PostgreSQL. `cargo run` serves it to
//! people, and the tests start the same thing, each on a database of its own.

mod access;
pub mod container;
pub mod cors;
mod database;
mod docs;
mod environment;
mod functions;
mod gateway;
pub mod import;
pub mod operator;
mod pages;
pub mod plan;
mod provision;
mod pump;
mod records;
mod routes;
mod schedule;
pub mod seed;
mod stack;

pub use container::{Container, ContainerOptions};
pub use database::{CLUSTER_ARN, Cluster, OWNER_SECRET_ARN};
pub use environment::Names;
pub use functions::{Deployed, deploy};
pub use gateway::{Function, Gateway};
pub use pump::{Parked, Worker};
pub use schedule::Tick;
pub use stack::{Handles, Stack, StackOptions};
