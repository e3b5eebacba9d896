//! PostgreSQL and the Data API over it.

use std::time::Duration;

use anyhow::Context as _;
use local_data_api::postgres::{Postgres, PostgresOptions};
use local_data_api::{DataApi, DataApiOptions};

/// The cluster that every function names.
pub const CLUSTER_ARN: &str = "arn:aws:rds:us-east-1:000000000000:cluster:innkeep-local";
/// The owner's secret: migrations only.
pub const OWNER_SECRET_ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:innkeep-owner";
/// The functions' secret.
pub(crate) const APP_SECRET_ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:innkeep-app";
/// The functions' role.
pub(crate) const APP_ROLE: &str = "innkeep_app";

/// A PostgreSQL with the Data API before it. Several systems may share one, each in a database of its own.
pub struct Cluster {
    data_api: DataApi,
    postgres: Postgres,
    app_password: String,
}

impl Cluster {
    /// Finds, fetches or starts a PostgreSQL, and serves the Data API over it.
    pub async fn start(options: PostgresOptions) -> anyhow::Result<Self> {
        // A given server asks every role for the password that its URL carries.
        let app_password =
            given_password(options.database_url.as_deref()).unwrap_or_else(|| "local".to_owned());
        let postgres = Postgres::start(options).await.context("no PostgreSQL could be had")?;
        let data_api = DataApi::start(DataApiOptions {
            secrets: vec![
                (OWNER_SECRET_ARN.to_owned(), postgres.url("postgres")),
                (APP_SECRET_ARN.to_owned(), postgres.url_as(APP_ROLE, "postgres")),
            ],
            default_database: None,
            call_time_limit: Duration::from_secs(45),
            transaction_idle_limit: Duration::from_mins(3),
            connections: 64,
            ..DataApiOptions::new(CLUSTER_ARN, OWNER_SECRET_ARN, postgres.url("postgres"))
        })
        .context("the Data API could not be served")?;
        Ok(Self { data_api, postgres, app_password })
    }

    /// The Data API.
    pub fn data_api(&self) -> &DataApi {
        &self.data_api
    }

    /// The PostgreSQL.
    pub fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    pub(crate) fn app_password(&self) -> &str {
        &self.app_password
    }

    /// Makes the database unless it is there.
    pub async fn ensure_database(&self, name: &str) -> anyhow::Result<()> {
        if !self.postgres.database_exists(name).await? {
            self.postgres.create_database(name, None).await?;
        }
        Ok(())
    }

    /// Makes a database as a copy of another one, which nobody may be using.
    pub async fn clone_database(&self, template: &str, name: &str) -> anyhow::Result<()> {
        self.data_api.close_database(template);
        Ok(self.postgres.create_database(name, Some(template)).await?)
    }

    /// Removes a database.
    pub async fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        self.data_api.close_database(name);
        Ok(self.postgres.drop_database(name).await?)
    }

    /// Stops the Data API, then a PostgreSQL that was started here.
    pub async fn stop(self) {
        drop(self.data_api);
        self.postgres.stop().await;
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cluster").field("origin", &self.postgres.origin()).finish_non_exhaustive()
    }
}

fn given_password(url: Option<&str>) -> Option<String> {
    let (_, rest) = url?.split_once("://")?;
    let (login, _) = rest.split('/').next()?.rsplit_once('@')?;
    let (_, password) = login.split_once(':')?;
    (!password.is_empty()).then(|| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::given_password;

    #[test]
    fn the_password_of_a_url_is_found() {
        assert_eq!(given_password(Some("postgres://u:secret@h:5432/db")), Some("secret".to_owned()));
        assert_eq!(given_password(Some("postgres://u@h/db")), None);
        assert_eq!(given_password(None), None);
    }
}
