//! All persistence: the Data API client, DynamoDB, one file per aggregate, migrations.

pub mod audit;
pub mod bookings;
pub mod claims;
pub mod cohosts;
pub mod db;
pub mod deliveries;
pub mod disputes;
pub mod dynamo;
pub mod figures;
pub mod host_accounts;
pub mod idempotency;
pub mod keys;
mod lazy;
pub mod limits;
pub mod migrations;
pub mod modifications;
pub mod outbox;
pub mod payments;
pub mod payouts;
pub mod photos;
pub mod promotions;
pub mod properties;
pub mod provider_events;
pub mod quotes;
pub mod receipts;
pub mod reconciliation;
pub mod refunds;
pub mod reviews;
pub mod roles;
pub mod sessions;
pub mod single_use_tokens;
pub mod trail;
pub mod users;

pub use db::{Db, DbError, Statement};
pub use dynamo::DynamoError;
pub use lazy::LazyClient;
