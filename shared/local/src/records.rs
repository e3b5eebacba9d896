//! What the console reads of the database: past the Data API, so that its faults, limits and counts know nothing of it.

use anyhow::Context as _;
use serde::de::DeserializeOwned;

use crate::stack::Handles;

impl Handles {
    /// The rows of a query with one column of JSON as text; parameters are texts and cast by the query.
    pub(crate) async fn records<T: DeserializeOwned>(
        &self,
        query: &str,
        parameters: &[&str],
    ) -> anyhow::Result<Vec<T>> {
        let database = self.variables.get("DB_NAME").context("no database")?;
        let rows = self.cluster.postgres().texts(database, query, parameters).await?;
        rows.iter().map(|row| Ok(serde_json::from_str(row)?)).collect()
    }
}
