//! Use cases shared by REST, GraphQL and the workers.
mod context;
mod failure;
pub mod gateway;
pub mod passwords;
mod publisher;
pub mod tokens;
pub mod users;

pub use context::Ctx;
pub use failure::Failure;
pub use publisher::{PublishError, Publisher};
