//! DynamoDB, by the embedded engine `dynoxide`.
//!
//! Items past their TTL stay until they are overwritten: no sweep runs, as AWS may take days over it and readers must
//! compare the expiry themselves. The engine reads the machine's clock, not the local system's, for stream records,
//! table creation and the ten minutes of a transaction's client token. `TransactionConflict` is never answered.

use std::path::PathBuf;

use dynoxide::Database;

use crate::error::StartError;
use crate::server::{Bound, HttpServer, raised};

/// Where the tables are kept.
#[derive(Clone, Debug, Default)]
pub struct DynamoDbOptions {
    /// Where `dynamodb.sqlite` lies; `None` keeps the tables in memory.
    pub data_dir: Option<PathBuf>,
}

/// The running service. Request bodies end at 16 MiB, as on AWS.
#[derive(Debug)]
pub struct DynamoDb {
    server: HttpServer,
}

impl DynamoDb {
    /// Opens the tables and serves them; tables are created through the SDK.
    ///
    /// # Errors
    /// When the database or a loopback port cannot be had.
    pub async fn start(options: DynamoDbOptions) -> Result<Self, StartError> {
        let database = open(options)?;
        let bound = Bound::loopback().await?;
        let server = bound.serve_with(async move |listener, stopping| {
            if let Err(error) =
                dynoxide::server::serve_with_shutdown(listener, database, raised(stopping)).await
            {
                tracing::error!(error, "the local DynamoDB ended");
            }
        });
        Ok(Self { server })
    }

    /// The endpoint for an SDK client.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Lets calls under way finish, and closes the port.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn open(options: DynamoDbOptions) -> Result<Database, StartError> {
    let file = options.data_dir.map(|folder| folder.join("dynamodb.sqlite"));
    let opened = match &file {
        Some(file) => {
            let folder = file.parent().unwrap_or(file);
            std::fs::create_dir_all(folder).map_err(StartError::io(folder.display().to_string()))?;
            Database::new(&file.to_string_lossy())
        }
        None => Database::memory(),
    };
    opened.map_err(|error| StartError::Database {
        file: file.unwrap_or_else(|| PathBuf::from(":memory:")),
        reason: error.to_string(),
    })
}
