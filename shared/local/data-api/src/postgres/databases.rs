//! Databases: made from a template, dropped, administered.

use tokio_postgres::NoTls;
use tokio_postgres::types::{ToSql, Type};

use super::{Postgres, PostgresError};

impl Postgres {
    /// Makes a database, empty or as a copy of `template`, to which nobody may be connected meanwhile.
    pub async fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), PostgresError> {
        let template = template.unwrap_or("template0");
        let sql = format!("CREATE DATABASE {} TEMPLATE {}", identifier(name), identifier(template));
        self.execute(&self.admin, &sql).await
    }

    /// Drops a database if it exists, and ends whoever is connected to it.
    pub async fn drop_database(&self, name: &str) -> Result<(), PostgresError> {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(name));
        self.execute(&self.admin, &sql).await
    }

    /// Whether a database of this name exists.
    pub async fn database_exists(&self, name: &str) -> Result<bool, PostgresError> {
        let client = self.connect(&self.admin).await?;
        Ok(client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await?.is_some())
    }

    /// Runs statements, separated by semicolons, on a database as the administrator.
    pub async fn execute(&self, database: &str, statements: &str) -> Result<(), PostgresError> {
        Ok(self.connect(database).await?.batch_execute(statements).await?)
    }

    /// The rows of a query with one column of text, as the administrator; parameters are texts too.
    pub async fn texts(
        &self,
        database: &str,
        query: &str,
        parameters: &[&str],
    ) -> Result<Vec<String>, PostgresError> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            parameters.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
        let rows = self.connect(database).await?.query_typed(query, &parameters).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// A new connection, as the administrator. It lives on the caller's async runtime until it is dropped.
    pub async fn connect(&self, database: &str) -> Result<tokio_postgres::Client, PostgresError> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an administrator's connection ended");
            }
        });
        Ok(client)
    }
}

/// Quotes a name for use in SQL.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
