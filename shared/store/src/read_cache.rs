//! What was read once, kept for others who ask the same: a cache beside the record of truth, in DynamoDB.
//!
//! An item has its `revision`, the `body` and when the record of truth was read for it (`read_at`, milliseconds). One that
//! was revoked has no body: it stays, so that a reader who was slower than the change cannot put the past back. No item
//! ever goes to an earlier revision, in whatever order fills and revocations arrive.
//!
//! Nothing depends on it: whoever gets an error reads the record of truth.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::LazyClient;
use crate::dynamo::{DynamoError, number, text, took_place};

const TABLE: &str = "read cache";
/// How long a call may take: the record of truth is not much farther away.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long an item stays, in seconds: longer than any reader may be under way with what it read.
const KEPT_SECONDS: i64 = 86_400;
/// Longer bodies are not kept: an item has 400 KB at most.
const MAX_BODY: usize = 300_000;

/// What is in the cache under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its revision.
    pub revision: i64,
    /// What was read; nothing where it was revoked.
    pub body: Option<String>,
    /// When the record of truth was asked for it, in milliseconds of the Unix epoch.
    pub read_at_ms: i64,
}

/// The table of the cache.
#[derive(Clone, Debug)]
pub struct CacheTable {
    client: LazyClient<Client>,
    table: String,
}

impl CacheTable {
    /// A handle; nothing is called until it is used.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into().map(impatient), table: table.into() }
    }

    /// What is there under `key`.
    pub async fn look(&self, key: &str) -> Result<Option<Kept>, DynamoError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| DynamoError::from_sdk(&error))?;
        output.item.map(|item| kept(&item)).transpose()
    }

    /// Keeps what was read at `read_at`, unless a later revision is there or was revoked. Answers whether it is kept.
    pub async fn keep(
        &self,
        key: &str,
        revision: i64,
        body: &str,
        read_at: Timestamp,
    ) -> Result<bool, DynamoError> {
        if body.len() > MAX_BODY {
            return Ok(false);
        }
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(key))
            .item("revision", number(revision))
            .item("body", text(body))
            .item("read_at", number(read_at.as_millisecond()))
            .item("expires_at", number(read_at.as_second() + KEPT_SECONDS))
            .condition_expression("attribute_not_exists(revision) OR revision <= :revision")
            .expression_attribute_values(":revision", number(revision))
            .send()
            .await;
        took_place(result)
    }

    /// Takes away what is older than `revision`, and lets nothing older in. Said late or twice it changes nothing.
    pub async fn revoke(&self, key: &str, revision: i64, now: Timestamp) -> Result<bool, DynamoError> {
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(key))
            .item("revision", number(revision))
            .item("read_at", number(now.as_millisecond()))
            .item("expires_at", number(now.as_second() + KEPT_SECONDS))
            .condition_expression("attribute_not_exists(revision) OR revision < :revision")
            .expression_attribute_values(":revision", number(revision))
            .send()
            .await;
        took_place(result)
    }

    /// Asks to be the one who reads the record of truth for an item that is there, for `lease` from `now` on. Answers
    /// false while somebody else is. A lease that ends beyond that was given by a clock since set back, and counts not.
    pub async fn lease(&self, key: &str, now: Timestamp, lease: Duration) -> Result<bool, DynamoError> {
        let now_ms = now.as_millisecond();
        let until = now_ms.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key))
            .update_expression("SET leased_until = :until")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(leased_until) OR leased_until <= :now
                 OR leased_until > :until)",
            )
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":until", number(until))
            .send()
            .await;
        took_place(result)
    }
}

fn kept(item: &HashMap<String, AttributeValue>) -> Result<Kept, DynamoError> {
    let number = |attribute: &'static str| {
        let value =
            item.get(attribute).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
        value.ok_or(DynamoError::Inconsistent { table: TABLE, attribute })
    };
    Ok(Kept {
        revision: number("revision")?,
        body: item.get("body").and_then(|value| value.as_s().ok()).cloned(),
        read_at_ms: number("read_at")?,
    })
}

/// One attempt, and not a long one.
fn impatient(client: &Client) -> Client {
    let config = client.config();
    let timeouts = config.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
    let config = config
        .to_builder()
        .timeout_config(timeouts.operation_timeout(PATIENCE).build())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}
