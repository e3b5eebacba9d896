//! Making, finding, setting and emptying queues.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attributes::{QueueAttributes, is_settable};
use super::engine::{Call, Naming};
use super::error;
use super::store::{self, Queue};
use crate::ACCOUNT;
use crate::error::AwsError;

/// A queue can be emptied once in this many milliseconds.
const PURGE_INTERVAL: i64 = 60_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateQueue {
    #[serde(default)]
    pub(super) queue_name: String,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    /// Taken and forgotten.
    #[serde(default, rename = "tags")]
    pub(super) _tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueUrl {
    pub(super) queue_url: String,
}

pub(super) fn create(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &CreateQueue,
) -> Result<QueueUrl, AwsError> {
    let name = input.queue_name.as_str();
    check_name(name)?;
    let queue_url = call.naming.url(name);
    if let Some(queue) = store::find_queue(transaction, name)? {
        if !queue.attributes.satisfies(&input.attributes) {
            return Err(error::queue_exists(
                "A queue already exists with the same name and a different value.",
            ));
        }
        return Ok(QueueUrl { queue_url });
    }
    let mut attributes = QueueAttributes::default();
    attributes.apply(transaction, call, name, &input.attributes)?;
    transaction.execute(
        "INSERT INTO queues (name, attributes, created_at, modified_at) VALUES (?1, ?2, ?3, ?3)",
        params![name, serde_json::to_string(&attributes)?, call.now],
    )?;
    Ok(QueueUrl { queue_url })
}

fn check_name(name: &str) -> Result<(), AwsError> {
    if name.strip_suffix(".fifo").is_some() {
        return Err(error::unsupported("There are no FIFO queues here."));
    }
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if letters && (1..=80).contains(&name.len()) {
        return Ok(());
    }
    Err(error::invalid_parameter(
        "A queue's name has 1 to 80 alphanumeric characters, hyphens or underscores.",
    ))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueUrl {
    #[serde(default)]
    queue_name: String,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    owner: Option<String>,
}

pub(super) fn get_url(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &GetQueueUrl,
) -> Result<QueueUrl, AwsError> {
    if input.owner.as_ref().is_some_and(|owner| owner != ACCOUNT) {
        return Err(error::no_such_queue());
    }
    let queue = store::queue(transaction, &input.queue_name)?;
    Ok(QueueUrl { queue_url: call.naming.url(&queue.name) })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueAttributes {
    #[serde(default)]
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

pub(super) fn get_attributes(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &GetQueueAttributes,
) -> Result<Value, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    let computed = computed_attributes(transaction, call, &queue)?;
    let mut all = queue.attributes.all();
    let everything = input.attribute_names.iter().any(|name| name == "All");
    if !everything {
        for name in &input.attribute_names {
            if !computed.contains_key(name) && !is_settable(name) {
                return Err(error::invalid_attribute_name(name));
            }
        }
    }
    all.extend(computed);
    all.retain(|name, _| everything || input.attribute_names.contains(name));
    Ok(json!({"Attributes": all}))
}

fn computed_attributes(
    transaction: &Transaction<'_>,
    call: &Call,
    queue: &Queue,
) -> Result<BTreeMap<String, String>, AwsError> {
    let counts = store::counts(transaction, &queue.name, call.now)?;
    let seconds = |millis: i64| (millis / 1000).to_string();
    Ok([
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("CreatedTimestamp", seconds(queue.created_at)),
        ("LastModifiedTimestamp", seconds(queue.modified_at)),
        ("QueueArn", call.naming.arn(&queue.name)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SetQueueAttributes {
    #[serde(default)]
    queue_url: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

pub(super) fn set_attributes(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &SetQueueAttributes,
) -> Result<Value, AwsError> {
    let mut queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    queue.attributes.apply(transaction, call, &queue.name, &input.attributes)?;
    transaction.execute(
        "UPDATE queues SET attributes = ?2, modified_at = ?3 WHERE name = ?1",
        params![queue.name, serde_json::to_string(&queue.attributes)?, call.now],
    )?;
    // A lower maxReceiveCount may move messages; whoever waits there shall see them.
    call.touch(&queue.name);
    Ok(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ListQueues {
    queue_name_prefix: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueUrls {
    queue_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) fn list(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &ListQueues,
) -> Result<QueueUrls, AwsError> {
    let limit = input.max_results.unwrap_or(1000);
    if !(1..=1000).contains(&limit) {
        return Err(error::invalid_parameter("MaxResults must be 1 to 1000."));
    }
    let mut names = store::queue_names(transaction)?;
    names.retain(|name| input.queue_name_prefix.as_deref().is_none_or(|prefix| name.starts_with(prefix)));
    // The token is the last name of the page before.
    names.retain(|name| input.next_token.as_deref().is_none_or(|last| name.as_str() > last));
    let more = names.len() > limit;
    names.truncate(limit);
    // As on AWS, only a caller who asked for pages gets a token.
    let next_token = names.last().filter(|_| more && input.max_results.is_some()).cloned();
    Ok(QueueUrls { queue_urls: names.iter().map(|name| call.naming.url(name)).collect(), next_token })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PurgeQueue {
    #[serde(default)]
    pub(super) queue_url: String,
}

pub(super) fn purge(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &PurgeQueue,
) -> Result<Value, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    if queue.purged_at.is_some_and(|at| call.now.saturating_sub(at) < PURGE_INTERVAL) {
        return Err(error::purge_in_progress(&queue.name));
    }
    transaction.execute("DELETE FROM messages WHERE queue = ?1", [&queue.name])?;
    transaction.execute("UPDATE queues SET purged_at = ?2 WHERE name = ?1", params![queue.name, call.now])?;
    Ok(json!({}))
}
