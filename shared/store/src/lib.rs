//! All persistence: the Data API client, DynamoDB, one file per aggregate, migrations.

pub mod db;
pub mod migrations;
pub mod outbox;

pub use db::{Db, DbError, Statement};
