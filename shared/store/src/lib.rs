//! All persistence: the Data API client, DynamoDB, one file per aggregate, migrations.

pub mod db;

pub use db::{Db, DbError, Statement};
