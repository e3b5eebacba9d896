//! Secrets Manager: values in versions, versions under stages.
//!
//! Values lie unencrypted in a file that only its owner can read: this is for secrets made on and for this machine.

mod operations;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use rusqlite::Transaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::database::Database;
use crate::error::{AwsError, StartError};
use crate::server::{Bound, HttpServer};
use crate::wire::{self, Dialect};
use crate::{ACCOUNT, REGION};

const DIALECT: Dialect = Dialect {
    content_type: "application/x-amz-json-1.1",
    target_prefix: "secretsmanager.",
    error_namespace: "",
    query_compatible: false,
    // A value of 64 KiB, each character of it escaped.
    max_body: 512 * 1024,
};

/// How the secrets are kept.
#[derive(Clone, Debug)]
pub struct SecretsOptions {
    /// Where `secrets.sqlite` lies; `None` keeps the secrets in memory.
    pub data_dir: Option<PathBuf>,
    /// Gives versions their date.
    pub clock: SharedClock,
    /// Makes the random end of an ARN.
    pub entropy: SharedEntropy,
    /// The region in ARNs.
    pub region: String,
}

impl SecretsOptions {
    /// Secrets in memory, in the default region.
    pub fn in_memory(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { data_dir: None, clock, entropy, region: REGION.to_owned() }
    }
}

/// The running service.
#[derive(Debug)]
pub struct Secrets {
    server: HttpServer,
}

/// One call, as seen inside its transaction.
#[derive(Debug)]
struct Call {
    /// Milliseconds since 1970.
    now: i64,
    entropy: SharedEntropy,
    region: Arc<str>,
}

impl Call {
    /// An ARN with six random characters at its end, as Secrets Manager makes them.
    fn arn(&self, name: &str) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut random = [0; 6];
        self.entropy.fill(&mut random);
        let suffix: String = random
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
            .map(|b| char::from(*b))
            .collect();
        format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{name}-{suffix}", self.region)
    }
}

impl Secrets {
    /// Opens the secrets and serves them.
    ///
    /// # Errors
    /// When the database or a loopback port cannot be had.
    pub async fn start(options: SecretsOptions) -> Result<Self, StartError> {
        let database = Database::open(options.data_dir.as_deref(), "secrets.sqlite", store::SCHEMA)?;
        let bound = Bound::loopback().await?;
        let region: Arc<str> = options.region.as_str().into();
        let router = wire::router(DIALECT, move |operation, body| {
            let (clock, entropy) = (&options.clock, Arc::clone(&options.entropy));
            let call = Call { now: clock.now().as_millisecond(), entropy, region: Arc::clone(&region) };
            dispatch(database.clone(), call, operation, body)
        });
        Ok(Self { server: bound.serve(router) })
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

async fn dispatch(database: Database, call: Call, operation: String, body: Bytes) -> Result<Value, AwsError> {
    match operation.as_str() {
        "CreateSecret" => run(&database, call, &body, operations::create).await,
        "PutSecretValue" => run(&database, call, &body, operations::put_value).await,
        "GetSecretValue" => run(&database, call, &body, operations::get_value).await,
        "DescribeSecret" => run(&database, call, &body, operations::describe).await,
        "UpdateSecretVersionStage" => run(&database, call, &body, operations::update_stage).await,
        other => Err(wire::unknown_operation(other)),
    }
}

async fn run<I, O>(
    database: &Database,
    call: Call,
    body: &[u8],
    operation: fn(&Transaction<'_>, &Call, &I) -> Result<O, AwsError>,
) -> Result<Value, AwsError>
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
{
    let input: I = wire::parse(body)?;
    let output = database.run(move |transaction| operation(transaction, &call, &input)).await?;
    Ok(serde_json::to_value(output)?)
}
