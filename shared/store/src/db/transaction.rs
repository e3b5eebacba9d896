//! A transaction over several calls; only migrations need one.

use serde::de::DeserializeOwned;

use super::{Db, DbError, Statement, decode_all, first_column};

/// An open transaction. Dropped without [`Transaction::commit`] it lapses: the service rolls it back.
#[derive(Debug)]
pub struct Transaction {
    db: Db,
    id: String,
}

impl Transaction {
    pub(super) async fn begin(db: Db) -> Result<Self, DbError> {
        let output = db
            .client
            .begin_transaction()
            .resource_arn(&db.cluster_arn)
            .secret_arn(&db.secret_arn)
            .database(&db.database)
            .send()
            .await
            .map_err(DbError::from_sdk)?;
        let id = output.transaction_id.ok_or(DbError::NoRow)?;
        Ok(Self { db, id })
    }

    /// All rows of a statement, each decoded from its JSON column. Nothing is retried inside a transaction.
    pub async fn rows<R: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<R>, DbError> {
        let output = self.db.execute_once(&statement, Some(&self.id)).await?;
        decode_all(&first_column(output))
    }

    /// Runs a statement whose rows do not matter.
    pub async fn run(&self, statement: Statement) -> Result<(), DbError> {
        self.db.execute_once(&statement, Some(&self.id)).await.map(|_| ())
    }

    /// Makes the changes permanent. After [`DbError::OutcomeUnknown`] read back by key.
    pub async fn commit(self) -> Result<(), DbError> {
        self.db
            .client
            .commit_transaction()
            .resource_arn(&self.db.cluster_arn)
            .secret_arn(&self.db.secret_arn)
            .transaction_id(&self.id)
            .send()
            .await
            .map(|_| ())
            .map_err(DbError::from_sdk)
    }

    /// Takes the changes back.
    pub async fn rollback(self) -> Result<(), DbError> {
        self.db
            .client
            .rollback_transaction()
            .resource_arn(&self.db.cluster_arn)
            .secret_arn(&self.db.secret_arn)
            .transaction_id(&self.id)
            .send()
            .await
            .map(|_| ())
            .map_err(DbError::from_sdk)
    }
}
