//! All persistence: the Data API client, DynamoDB, one file per aggregate, migrations.

pub mod db;
pub mod dynamo;
pub mod idempotency;
pub mod keys;
pub mod migrations;
pub mod outbox;

pub use db::{Db, DbError, Statement};
pub use dynamo::DynamoError;
