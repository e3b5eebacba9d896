//! Token buckets: how much somebody may do in a while.
//!
//! Beside its number an item may hold an instant from which on its subject's access tokens are good: whoever counts a
//! request learns in the same call whether its token was ended.
//!
//! Each bucket is one item with one number, the instant at which it will be full again (the generic cell rate algorithm:
//! the same as a bucket that fills evenly, without a timer). They live beside the kept answers: both are short-lived
//! facts about requests, under keys of their own.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;

use crate::LazyClient;
use crate::dynamo::{DynamoError, number, text};

const TABLE: &str = "limits";
/// How long a call may take, a second try included; it takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);
/// At most so long before a second try.
const BACKOFF: Duration = Duration::from_millis(25);
/// How often a take is tried again when others take at the same moment.
const ATTEMPTS: usize = 8;

/// How much is allowed: a bucket of `quota` tokens that fills in `window_seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name, as clients see it.
    pub name: &'static str,
    /// How many at once, and per window.
    pub quota: u32,
    /// How long an empty bucket takes to fill, in seconds.
    pub window_seconds: u32,
}

impl Policy {
    /// The milliseconds in which one token comes back.
    fn interval_ms(&self) -> i64 {
        (i64::from(self.window_seconds) * 1000 / i64::from(self.quota.max(1))).max(1)
    }

    fn window_ms(&self) -> i64 {
        self.interval_ms() * i64::from(self.quota)
    }

    fn level(&self, full_at_ms: i64, now_ms: i64) -> Level {
        let missing_ms = (full_at_ms - now_ms).max(0);
        let left = (self.window_ms() - missing_ms).max(0) / self.interval_ms();
        Level { left: u32::try_from(left).unwrap_or(u32::MAX), full_in_seconds: seconds(missing_ms) }
    }
}

/// What is left in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Tokens.
    pub left: u32,
    /// When it is full again, in seconds.
    pub full_in_seconds: u32,
}

/// What became of an attempt to take tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// They were there.
    Yes(Level),
    /// They were not; nothing was taken.
    No {
        /// When they will be there, in seconds, if nobody takes any meanwhile.
        wait_seconds: u32,
    },
}

/// What counting a request of somebody told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What became of the tokens of the bucket.
    pub taken: Taken,
    /// From which second of the Unix epoch on access tokens of the subject are good; none where all are.
    pub good_from: Option<i64>,
}

/// The buckets.
#[derive(Clone, Debug)]
pub struct LimitTable {
    client: LazyClient<Client>,
    table: String,
}

impl LimitTable {
    /// A handle; nothing is called until it is used.
    ///
    /// Every request waits for its counting, so what DynamoDB does not answer in a second is not waited for, and one
    /// slip is tried again at once.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into().map(impatient), table: table.into() }
    }

    /// Takes `tokens` from the bucket of a subject, all or none. `subject` is a digest: no address is kept in the clear.
    pub async fn take(
        &self,
        policy: &Policy,
        subject: &str,
        tokens: u32,
        now: Timestamp,
    ) -> Result<Taken, DynamoError> {
        Ok(self.see(policy, subject, tokens, now).await?.taken)
    }

    /// The same, with what is known of the subject's access tokens.
    pub async fn see(
        &self,
        policy: &Policy,
        subject: &str,
        tokens: u32,
        now: Timestamp,
    ) -> Result<Seen, DynamoError> {
        let now_ms = now.as_millisecond();
        let cost_ms = policy.interval_ms() * i64::from(tokens);
        let latest_ms = now_ms + policy.window_ms() - cost_ms;
        let key = key(policy, subject);
        for _ in 0..ATTEMPTS {
            // A bucket in use: it becomes full so much later, if that is not too late.
            match self.postpone(&key, now_ms, latest_ms, cost_ms).await? {
                Step::Done(item) => return Ok(item.seen(Taken::Yes(policy.level(item.full_at_ms, now_ms)))),
                Step::Found(item) if item.full_at_ms > latest_ms => {
                    let wait_seconds = seconds(item.full_at_ms - latest_ms);
                    return Ok(item.seen(Taken::No { wait_seconds }));
                }
                Step::Found(_) => {}
            }
            // A full one, or none yet.
            if latest_ms < now_ms {
                continue;
            }
            if let Step::Done(item) = self.begin(&key, now_ms, cost_ms).await? {
                return Ok(item.seen(Taken::Yes(policy.level(item.full_at_ms, now_ms))));
            }
        }
        Err(DynamoError::Unavailable("a bucket is taken from by too many at once".to_owned()))
    }

    /// Fills the bucket of a subject.
    pub async fn refill(&self, policy: &Policy, subject: &str) -> Result<(), DynamoError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", text(key(policy, subject)))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DynamoError::from_sdk(&error))
    }

    /// Ends the access tokens of a subject that were issued before `good_from`, in seconds of the Unix epoch. Kept for
    /// an hour: no token lives as long.
    pub async fn end_tokens(
        &self,
        policy: &Policy,
        subject: &str,
        good_from: i64,
        now: Timestamp,
    ) -> Result<(), DynamoError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key(policy, subject)))
            .update_expression(
                "SET good_from = :good_from, full_at_ms = if_not_exists(full_at_ms, :now), expires_at = :expires",
            )
            .expression_attribute_values(":good_from", number(good_from))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":expires", expiry(now.as_millisecond() + policy.window_ms()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DynamoError::from_sdk(&error))
    }

    async fn postpone(
        &self,
        key: &str,
        now_ms: i64,
        latest_ms: i64,
        cost_ms: i64,
    ) -> Result<Step, DynamoError> {
        let change = self
            .change(key, expiry(latest_ms + cost_ms))
            .update_expression("SET full_at_ms = full_at_ms + :cost, expires_at = :expires")
            .condition_expression("full_at_ms BETWEEN :now AND :latest")
            .expression_attribute_values(":cost", number(cost_ms))
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":latest", number(latest_ms.max(now_ms)));
        step(change.send().await)
    }

    async fn begin(&self, key: &str, now_ms: i64, cost_ms: i64) -> Result<Step, DynamoError> {
        let change = self
            .change(key, expiry(now_ms + cost_ms))
            .update_expression("SET full_at_ms = :full_at, expires_at = :expires")
            .condition_expression("attribute_not_exists(full_at_ms) OR full_at_ms < :now")
            .expression_attribute_values(":full_at", number(now_ms + cost_ms))
            .expression_attribute_values(":now", number(now_ms));
        step(change.send().await)
    }

    /// A change of a bucket that answers the whole item, also where it does not take place.
    fn change(&self, key: &str, expires_at: AttributeValue) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key))
            .expression_attribute_values(":expires", expires_at)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// A bucket as it is stored.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    full_at_ms: i64,
    good_from: Option<i64>,
}

impl Bucket {
    fn seen(self, taken: Taken) -> Seen {
        Seen { taken, good_from: self.good_from }
    }
}

enum Step {
    /// It was taken from, and is so now.
    Done(Bucket),
    /// Nothing was taken; it is so.
    Found(Bucket),
}

fn step(result: Result<UpdateItemOutput, SdkError<UpdateItemError>>) -> Result<Step, DynamoError> {
    match result {
        Ok(output) => bucket(output.attributes()).map(Step::Done),
        Err(SdkError::ServiceError(error)) => match error.err() {
            UpdateItemError::ConditionalCheckFailedException(failed) => {
                bucket(failed.item()).map(Step::Found)
            }
            _ => Err(DynamoError::from_sdk(&SdkError::ServiceError(error))),
        },
        Err(error) => Err(DynamoError::from_sdk(&error)),
    }
}

/// What is not there is full since ever.
fn bucket(item: Option<&HashMap<String, AttributeValue>>) -> Result<Bucket, DynamoError> {
    let read =
        |attribute| item.and_then(|item| item.get(attribute)).map(|value| read(value, attribute)).transpose();
    Ok(Bucket { full_at_ms: read("full_at_ms")?.unwrap_or(i64::MIN), good_from: read("good_from")? })
}

/// The same client, that gives up soon.
fn impatient(client: &Client) -> Client {
    let config = client.config();
    let timeouts = config.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
    let retries = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(BACKOFF);
    let config = config
        .to_builder()
        .timeout_config(timeouts.operation_timeout(PATIENCE).build())
        .retry_config(retries)
        .build();
    Client::from_conf(config)
}

/// Whole seconds, rounded up.
fn seconds(milliseconds: i64) -> u32 {
    u32::try_from((milliseconds.max(0) + 999) / 1000).unwrap_or(u32::MAX)
}

fn key(policy: &Policy, subject: &str) -> String {
    format!("limit#{}#{subject}", policy.name)
}

/// An hour after the bucket is full its item says nothing any more.
fn expiry(full_at_ms: i64) -> AttributeValue {
    number(full_at_ms.div_euclid(1000) + 3_600)
}

fn read(value: &AttributeValue, attribute: &'static str) -> Result<i64, DynamoError> {
    let number = value.as_n().ok().and_then(|value| value.parse().ok());
    number.ok_or(DynamoError::Inconsistent { table: TABLE, attribute })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_by_what_is_taken_and_fills_evenly() {
        let policy = Policy { name: "x", quota: 60, window_seconds: 60 };
        assert_eq!(policy.interval_ms(), 1000);
        assert_eq!(policy.level(0, 5_000), Level { left: 60, full_in_seconds: 0 });
        assert_eq!(policy.level(6_000, 5_000), Level { left: 59, full_in_seconds: 1 });
        assert_eq!(policy.level(65_000, 5_000), Level { left: 0, full_in_seconds: 60 });
    }
}
