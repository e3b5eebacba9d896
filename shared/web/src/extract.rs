//! Extractors that parse at the edge and answer problem documents.

mod body;
mod client_ip;
mod idempotency_key;
mod json;
mod objects;
mod path;
mod query;
mod wrong;

pub use body::RawBody;
pub(crate) use body::read;
pub use client_ip::ClientIp;
pub use idempotency_key::IdempotencyKey;
pub use json::{DEFAULT_JSON_LIMIT, ValidJson, valid};
pub use objects::object;
pub use path::PathId;
pub use query::ValidQuery;
