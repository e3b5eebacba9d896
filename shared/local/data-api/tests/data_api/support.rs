//! One PostgreSQL and one Data API for all tests, a database and a client for each.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_rdsdata::Client;
use aws_sdk_rdsdata::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_rdsdata::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_rdsdata::operation::execute_statement::ExecuteStatementOutput;
use aws_sdk_rdsdata::operation::execute_statement::builders::ExecuteStatementFluentBuilder;
use aws_sdk_rdsdata::types::{Field, SqlParameter, TypeHint};
use local_data_api::postgres::{Postgres, PostgresOptions};
use local_data_api::{DataApi, DataApiOptions};

pub(crate) const RESOURCE: &str = "arn:aws:rds:eu-central-1:123456789012:cluster:test";
pub(crate) const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:test";

pub(crate) fn postgres() -> &'static Postgres {
    static POSTGRES: LazyLock<Postgres> = LazyLock::new(|| {
        block_on(Postgres::start(PostgresOptions::temporary())).expect("a PostgreSQL to test with")
    });
    &POSTGRES
}

/// Runs a future on a runtime of its own, also from within another.
pub(crate) fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        scope.spawn(move || runtime.block_on(future)).join().unwrap()
    })
}

pub(crate) fn options() -> DataApiOptions {
    DataApiOptions::new(RESOURCE, SECRET, postgres().url("postgres"))
}

fn shared_api() -> &'static DataApi {
    static API: LazyLock<DataApi> = LazyLock::new(|| DataApi::start(options()).unwrap());
    &API
}

/// A database of the test's own, and the API it is reached by.
pub(crate) struct Test {
    pub(crate) database: String,
    pub(crate) client: Client,
    own: Option<DataApi>,
}

impl Test {
    pub(crate) async fn new() -> Self {
        Self::start(None).await
    }

    /// With an API of its own, because its options differ or it counts what all calls do.
    pub(crate) async fn with(options: DataApiOptions) -> Self {
        Self::start(Some(DataApi::start(options).unwrap())).await
    }

    async fn start(own: Option<DataApi>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        tokio::task::spawn_blocking(postgres).await.unwrap().create_database(&database, None).await.unwrap();
        let url = own.as_ref().unwrap_or_else(|| shared_api()).url();
        Self { database, client: client(&url), own }
    }

    pub(crate) fn api(&self) -> &DataApi {
        self.own.as_ref().unwrap_or_else(|| shared_api())
    }

    pub(crate) fn statement(&self, sql: &str) -> ExecuteStatementFluentBuilder {
        let call = self.client.execute_statement().resource_arn(RESOURCE).secret_arn(SECRET);
        call.database(&self.database).sql(sql)
    }

    pub(crate) async fn run(&self, sql: &str) -> ExecuteStatementOutput {
        self.statement(sql).send().await.unwrap()
    }

    /// The only value of a result.
    pub(crate) async fn value(&self, sql: &str) -> Field {
        self.run(sql).await.records()[0][0].clone()
    }

    pub(crate) async fn text(&self, sql: &str) -> String {
        self.value(sql).await.as_string_value().unwrap().clone()
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        *self.value(sql).await.as_long_value().unwrap()
    }

    pub(crate) async fn error(&self, sql: &str) -> Problem {
        problem(self.statement(sql).send().await)
    }

    pub(crate) async fn begin(&self) -> String {
        let call = self.client.begin_transaction().resource_arn(RESOURCE).secret_arn(SECRET);
        call.database(&self.database).send().await.unwrap().transaction_id().unwrap().to_owned()
    }

    pub(crate) async fn commit(&self, id: &str) -> Result<(), Problem> {
        let call = self.client.commit_transaction().resource_arn(RESOURCE).secret_arn(SECRET);
        call.transaction_id(id).send().await.map(drop).map_err(Problem::from)
    }

    pub(crate) async fn rollback(&self, id: &str) -> Result<(), Problem> {
        let call = self.client.rollback_transaction().resource_arn(RESOURCE).secret_arn(SECRET);
        call.transaction_id(id).send().await.map(drop).map_err(Problem::from)
    }
}

/// The SDK's client without retries, so that a test sees each answer.
pub(crate) fn client(url: &str) -> Client {
    let config = aws_sdk_rdsdata::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .retry_config(aws_sdk_rdsdata::config::retry::RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// What a failed call answered; status 0 when the transport broke.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl<E: ProvideErrorMetadata> From<SdkError<E>> for Problem {
    fn from(error: SdkError<E>) -> Self {
        let status = match &error {
            SdkError::ServiceError(_) => {
                error.raw_response().map_or(0, |response| response.status().as_u16())
            }
            _ => 0,
        };
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        Self {
            status,
            code: metadata.and_then(|meta| meta.code()).unwrap_or_default().to_owned(),
            message: metadata.and_then(|meta| meta.message()).unwrap_or_default().to_owned(),
        }
    }
}

pub(crate) fn problem<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, SdkError<E>>,
) -> Problem {
    result.expect_err("the call should fail").into()
}

impl Problem {
    #[track_caller]
    pub(crate) fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code.as_str()), (status, code), "{}", self.message);
    }

    /// The `SQLState` at the message's end.
    #[track_caller]
    pub(crate) fn is_state(&self, state: &str) {
        self.is(400, "DatabaseErrorException");
        assert!(self.message.ends_with(&format!("; SQLState: {state}")), "{}", self.message);
    }

    #[track_caller]
    pub(crate) fn is_bad_request(&self, part: &str) {
        self.is(400, "BadRequestException");
        assert!(self.message.contains(part), "{}", self.message);
    }
}

pub(crate) fn parameter(name: &str, value: Field) -> SqlParameter {
    SqlParameter::builder().name(name).value(value).build()
}

pub(crate) fn text(name: &str, value: &str) -> SqlParameter {
    parameter(name, Field::StringValue(value.to_owned()))
}

pub(crate) fn long(name: &str, value: i64) -> SqlParameter {
    parameter(name, Field::LongValue(value))
}

pub(crate) fn null(name: &str) -> SqlParameter {
    parameter(name, Field::IsNull(true))
}

pub(crate) fn hinted(name: &str, value: &str, hint: TypeHint) -> SqlParameter {
    SqlParameter::builder().name(name).value(Field::StringValue(value.to_owned())).type_hint(hint).build()
}

/// Asks again and again until it is so.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
