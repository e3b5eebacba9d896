//! AWS clients: one HTTP client for all, made from the environment alone, without a call.
//!
//! The HTTP client trusts Amazon's five roots and nothing else: loading the machine's root certificates would be
//! three quarters of a function's start-up. A client is built when it is first asked for, and a function links only
//! the SDKs whose clients it builds: those that few functions call are built by their callers with
//! [`Aws::client`]. `aws_config`'s own loader is left aside: it looks for profiles, containers and instance metadata
//! that a function does not have, and Lambda sets all that is needed in the environment.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use store::LazyClient;

use crate::config::{ConfigError, Env, load_with};
use crate::http::Http1;

/// <https://www.amazontrust.com/repository/>: Amazon Root CA 1 to 4 and Starfield Services Root G2.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");
/// A TCP and TLS handshake within a region takes some milliseconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why there are no AWS clients.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The environment lacks what Lambda always sets.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nobody has credentials for this process.
    #[error("no credentials were found")]
    NoCredentials,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made: {0}")]
    Http(String),
}

/// The source of all AWS clients. Cheap to clone; clones share clients and connections.
#[derive(Clone)]
pub struct Aws {
    inner: Arc<Inner>,
}

struct Inner {
    config: SdkConfig,
    dynamodb: OnceLock<LazyClient<aws_sdk_dynamodb::Client>>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("region", &self.inner.config.region()).finish_non_exhaustive()
    }
}

impl Aws {
    /// Reads region, credentials and endpoint URLs from `env`. Calls nothing.
    pub fn from_env(env: &Env) -> Result<Self, AwsError> {
        Self::with_roots(env, AMAZON_ROOTS)
    }

    /// Reads region and endpoint URLs from `env`, and takes credentials from where the SDKs look for them: the environment, a
    /// container's or an instance's role, a web identity. For processes outside Lambda; it may call those places.
    pub async fn from_chain(env: &Env) -> Result<Self, AwsError> {
        let region = Region::new(load_with(env, |reader| reader.required("AWS_REGION"))?);
        let http = http_client(AMAZON_ROOTS)?;
        let chain = aws_config::defaults(BehaviorVersion::latest())
            .region(region.clone())
            .http_client(http.clone())
            .load()
            .await;
        let credentials = chain.credentials_provider().ok_or(AwsError::NoCredentials)?;
        Ok(Self::assemble(env, region, credentials, http))
    }

    /// As [`Aws::from_env`], trusting these root certificates (PEM, several in one) instead of Amazon's.
    pub fn with_roots(env: &Env, roots: &[u8]) -> Result<Self, AwsError> {
        let (region, credentials) = load_with(env, |reader| {
            let credentials = Credentials::new(
                reader.required("AWS_ACCESS_KEY_ID"),
                reader.required("AWS_SECRET_ACCESS_KEY"),
                env.get("AWS_SESSION_TOKEN"),
                None,
                "environment",
            );
            (reader.required("AWS_REGION"), credentials)
        })?;
        let credentials = SharedCredentialsProvider::new(credentials);
        Ok(Self::assemble(env, Region::new(region), credentials, http_client(roots)?))
    }

    fn assemble(
        env: &Env,
        region: Region,
        credentials: SharedCredentialsProvider,
        http: SharedHttpClient,
    ) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .credentials_provider(credentials)
            .http_client(http)
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .service_config(EndpointUrls(env.clone()))
            .build();
        Self { inner: Arc::new(Inner { config, dynamodb: OnceLock::new() }) }
    }

    /// What clients are built from.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.inner.config
    }

    /// A client of the RDS Data API that never sends a statement again by itself: `store::Db` decides that by the
    /// class of the error.
    pub fn rdsdata(&self) -> LazyClient<aws_sdk_rdsdata::Client> {
        self.client(|config| {
            let config = aws_sdk_rdsdata::config::Builder::from(config).retry_config(RetryConfig::disabled());
            aws_sdk_rdsdata::Client::from_conf(config.build())
        })
    }

    /// A client of DynamoDB.
    pub fn dynamodb(&self) -> LazyClient<aws_sdk_dynamodb::Client> {
        self.inner.dynamodb.get_or_init(|| self.client(aws_sdk_dynamodb::Client::new)).clone()
    }

    /// A client of SQS.
    pub fn sqs(&self) -> LazyClient<aws_sdk_sqs::Client> {
        self.client(aws_sdk_sqs::Client::new)
    }

    /// A client of any service, which `make` makes of the configuration when it is first used:
    /// `aws.client(aws_sdk_s3::Client::new)`.
    pub fn client<C>(&self, make: impl FnOnce(&SdkConfig) -> C + Send + Sync + 'static) -> LazyClient<C> {
        let config = self.inner.config.clone();
        LazyClient::new(move || make(&config))
    }
}

/// True where the SDK could not reach the service at all or was told to come later: the class of
/// `services::Failure::Unavailable`.
pub fn is_unavailable<E, R>(error: &SdkError<E, R>) -> bool {
    matches!(error, SdkError::TimeoutError(_) | SdkError::DispatchFailure(_))
}

fn http_client(roots: &[u8]) -> Result<SharedHttpClient, AwsError> {
    let client = Http1::new(roots, CONNECT_TIMEOUT).map_err(|error| AwsError::Http(error.to_string()))?;
    Ok(SharedHttpClient::new(client))
}

/// `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`: how another service than AWS's own is put in its place.
#[derive(Debug)]
struct EndpointUrls(Env);

impl LoadServiceConfig for EndpointUrls {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().replace([' ', '-'], "_").to_uppercase();
        self.0.get(&format!("{}_{service}", key.env())).or_else(|| self.0.get(key.env()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> Env {
        let pairs = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_RDS_DATA", "http://127.0.0.1:1/data"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1/dynamodb"),
        ];
        Env::from_map(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn clients_are_made_without_a_call() {
        let aws = Aws::from_env(&env()).unwrap();
        assert_eq!(aws.rdsdata().config().region().unwrap().as_ref(), "eu-central-1");
        assert!(!aws.rdsdata().config().retry_config().unwrap().has_retry());
        assert!(format!("{:?}", aws.dynamodb().config()).contains("http://127.0.0.1:1/dynamodb"));
        assert!(format!("{:?}", aws.rdsdata().config()).contains("http://127.0.0.1:1/data"));
    }

    #[test]
    fn what_lambda_sets_is_required() {
        let AwsError::Config(error) =
            Aws::from_env(&Env::from_map(std::collections::HashMap::new())).unwrap_err()
        else {
            panic!("a configuration error")
        };
        assert_eq!(error.missing, ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"]);
    }

    #[test]
    fn five_roots_are_pinned() {
        let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 5);
    }
}
