//! A finished router over a real DynamoDB stand-in: what every function gets from this crate.

mod caller;
mod idempotency;
mod limits;
mod paging;
mod requests;
mod world;
