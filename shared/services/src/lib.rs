//! Use cases shared by REST, GraphQL and the workers.
pub mod audit;
pub mod bookings;
pub mod calendar_links;
pub mod cohosts;
mod context;
mod failure;
pub mod figures;
pub mod gateway;
pub mod messages;
pub mod modifications;
pub mod notifications;
pub mod passwords;
pub mod payments;
pub mod photos;
pub mod promotions;
pub mod properties;
mod publisher;
pub mod quotes;
pub mod read_cache;
pub mod reviews;
pub mod schedule;
pub mod tokens;
pub mod totp;
pub mod users;

pub use context::Ctx;
pub use failure::Failure;
pub use publisher::{PublishError, Publisher};
