//! A stand-in for Lambda: starts a function's binary as a process of its own and hands it events by the Runtime API,
//! as the service does with the deployed one.
//!
//! [`Function`] is one execution environment: one event at a time, others wait. [`api_gateway`] is what an HTTP API
//! puts around it: requests become events of payload format 2.0, and the function's answers become responses.

pub mod api_gateway;
mod function;
mod runtime_api;

pub use function::{Function, Settings};
pub use runtime_api::InvocationError;
