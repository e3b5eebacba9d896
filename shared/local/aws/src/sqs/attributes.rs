//! A queue's settings and their bounds.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::engine::Call;
use super::error;
use super::store;
use crate::error::AwsError;

/// The largest message in bytes. AWS has raised its own to 1 MiB; the older limit keeps messages small everywhere.
pub(super) const MAX_MESSAGE: usize = 262_144;

/// Name, least, most and default of the numeric attributes; seconds, but for the size in bytes.
const NUMBERS: &[(&str, i64, i64, i64)] = &[
    ("DelaySeconds", 0, 900, 0),
    ("MaximumMessageSize", 1024, 262_144, 262_144),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// Kept and given back, without an effect here.
const INERT: &[&str] = &[
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];

const REDRIVE_POLICY: &str = "RedrivePolicy";

/// What was set, by the attribute's name; defaults are not stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct QueueAttributes(BTreeMap<String, String>);

/// When a message is given up, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RedrivePolicy {
    /// The dead-letter queue's name.
    pub(super) dead_letter_queue: String,
    /// A message received this often is moved instead of received once more; 1-1000.
    pub(super) max_receive_count: i64,
}

impl QueueAttributes {
    /// Takes over `changes`, or refuses them all. An empty text removes an attribute that is no number.
    pub(super) fn apply(
        &mut self,
        transaction: &Transaction<'_>,
        call: &Call,
        queue: &str,
        changes: &BTreeMap<String, String>,
    ) -> Result<(), AwsError> {
        for (name, value) in changes {
            check(transaction, call, queue, name, value)?;
            if value.is_empty() {
                self.0.remove(name);
            } else {
                self.0.insert(name.clone(), value.clone());
            }
        }
        Ok(())
    }

    /// Whether the queue already has all that `wanted` asks for.
    pub(super) fn satisfies(&self, wanted: &BTreeMap<String, String>) -> bool {
        wanted.iter().all(|(name, value)| {
            let present = self.get(name);
            let document = |text: &str| serde_json::from_str::<Value>(text).ok();
            present.as_deref() == Some(value)
                || present
                    .and_then(|present| document(&present))
                    .is_some_and(|it| document(value) == Some(it))
        })
    }

    /// The attribute as text, if it has a value.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let default =
            || NUMBERS.iter().find(|(known, ..)| *known == name).map(|(.., default)| default.to_string());
        self.0.get(name).cloned().or_else(default)
    }

    /// A numeric attribute.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// The redrive policy, if there is one.
    pub(super) fn redrive_policy(&self, call: &Call) -> Result<Option<RedrivePolicy>, AwsError> {
        self.0.get(REDRIVE_POLICY).map(|value| parse_redrive_policy(call, value)).transpose()
    }

    /// Every attribute that has a value.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let names =
            NUMBERS.iter().map(|(name, ..)| *name).chain(INERT.iter().copied()).chain([REDRIVE_POLICY]);
        names.filter_map(|name| Some((name.to_owned(), self.get(name)?))).collect()
    }
}

fn check(
    transaction: &Transaction<'_>,
    call: &Call,
    queue: &str,
    name: &str,
    value: &str,
) -> Result<(), AwsError> {
    let refuse = |reason: &str| Err(error::invalid_attribute_value(name, reason));
    if let Some((_, least, most, _)) = NUMBERS.iter().find(|(known, ..)| *known == name) {
        let within = value.parse::<i64>().is_ok_and(|number| (least..=most).contains(&&number));
        return if within { Ok(()) } else { refuse(&format!("must be {least} to {most}.")) };
    }
    if name == REDRIVE_POLICY && !value.is_empty() {
        let policy = parse_redrive_policy(call, value)?;
        if policy.dead_letter_queue == queue {
            return refuse("a queue cannot be its own dead letters.");
        }
        if store::find_queue(transaction, &policy.dead_letter_queue)?.is_none() {
            return refuse("the dead-letter target does not exist.");
        }
    }
    match name {
        "FifoQueue" | "ContentBasedDeduplication" => {
            Err(error::unsupported("There are no FIFO queues here."))
        }
        name if is_settable(name) => Ok(()),
        name => Err(error::invalid_attribute_name(name)),
    }
}

/// Whether `name` is an attribute that callers may set.
pub(super) fn is_settable(name: &str) -> bool {
    name == REDRIVE_POLICY || INERT.contains(&name) || NUMBERS.iter().any(|(known, ..)| *known == name)
}

fn parse_redrive_policy(call: &Call, text: &str) -> Result<RedrivePolicy, AwsError> {
    let refuse = |reason: &str| error::invalid_attribute_value(REDRIVE_POLICY, reason);
    let document: Value = serde_json::from_str(text).map_err(|_| refuse("it is not JSON."))?;
    let arn =
        document["deadLetterTargetArn"].as_str().ok_or_else(|| refuse("deadLetterTargetArn is missing."))?;
    let count = &document["maxReceiveCount"];
    // Consoles and templates write the count as text as often as not.
    let count = count.as_i64().or_else(|| count.as_str()?.parse().ok());
    let max_receive_count = count
        .filter(|count| (1..=1000).contains(count))
        .ok_or_else(|| refuse("maxReceiveCount must be 1 to 1000."))?;
    let name =
        call.naming.name_in_arn(arn).ok_or_else(|| refuse("the target's ARN is not of this account."))?;
    Ok(RedrivePolicy { dead_letter_queue: name.to_owned(), max_receive_count })
}
