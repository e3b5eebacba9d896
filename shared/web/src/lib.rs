//! HTTP plumbing: serving, problem documents, extractors, the caller, idempotency, pagination.

mod app;
pub mod caller;
mod compress;
pub mod cursor;
pub mod dto;
pub mod etag;
pub mod extract;
mod idempotency;
mod keys;
mod limits;
pub mod media;
mod negotiate;
pub mod openapi;
pub mod operations;
pub mod paging;
pub mod problem;
mod request;
mod serve;
#[cfg(test)]
mod tests;
pub(crate) mod version;

pub use app::{App, AppParts, Edge, LIMITS};
pub use caller::{AdminCaller, Caller, OptionalCaller};
pub use cursor::{CursorCodec, CursorScope, Page};
pub use etag::{ETag, IfMatch, IfNoneMatch};
pub use extract::{ClientIp, IdempotencyKey, PathId, RawBody, ValidJson, ValidQuery};
pub use paging::{PageQuery, Paging};
pub use problem::{NotStarted, Problem, Problems};
pub use serve::{Error, finish, serve};
