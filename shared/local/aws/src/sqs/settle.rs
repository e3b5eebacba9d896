//! Deleting a received message, and changing how long it stays unseen.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::batch::{self, BatchResult, Settled};
use super::engine::{Call, Naming};
use super::error;
use super::store;
use crate::error::AwsError;

/// What a receipt handle says: it names one delivery of one message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) queue: String,
    pub(super) seq: i64,
    pub(super) nonce: String,
}

impl Receipt {
    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}:{}", self.queue, self.seq, self.nonce))
    }

    fn decode(handle: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
        let mut parts = text.splitn(3, ':');
        let queue = parts.next()?.to_owned();
        let seq = parts.next()?.parse().ok()?;
        Some(Self { queue, seq, nonce: parts.next()?.to_owned() })
    }
}

/// What a receipt handle stands for now.
enum Delivery {
    /// The message, and when it can be received again (milliseconds since 1970).
    Open { seq: i64, visible_at: i64 },
    /// Somebody deleted the message.
    Gone,
}

/// Looks a handle up; one of another queue or an earlier delivery is refused.
fn delivery(transaction: &Transaction<'_>, queue: &str, handle: &str) -> Result<Delivery, AwsError> {
    if handle.is_empty() {
        return Err(error::missing_parameter("ReceiptHandle"));
    }
    let invalid = || error::invalid_receipt("The input receipt handle is not a valid receipt handle.");
    let receipt = Receipt::decode(handle).filter(|receipt| receipt.queue == queue).ok_or_else(invalid)?;
    let row = transaction
        .prepare_cached("SELECT receipt, visible_at FROM messages WHERE seq = ?1")?
        .query_row([receipt.seq], |row| Ok((row.get::<_, Option<String>>(0)?, row.get(1)?)))
        .optional()?;
    match row {
        None => Ok(Delivery::Gone),
        Some((current, visible_at)) if current.as_deref() == Some(&receipt.nonce) => {
            Ok(Delivery::Open { seq: receipt.seq, visible_at })
        }
        Some(_) => {
            Err(error::invalid_receipt("The receipt handle has expired: the message was received again."))
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteMessage {
    #[serde(default)]
    queue_url: String,
    #[serde(default)]
    receipt_handle: String,
}

pub(super) fn delete(
    transaction: &Transaction<'_>,
    _: &Call,
    input: &DeleteMessage,
) -> Result<Value, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    delete_one(transaction, &queue.name, &input.receipt_handle)?;
    Ok(json!({}))
}

/// Deleting twice is no error, as on AWS.
fn delete_one(transaction: &Transaction<'_>, queue: &str, handle: &str) -> Result<(), AwsError> {
    if let Delivery::Open { seq, .. } = delivery(transaction, queue, handle)? {
        transaction.prepare_cached("DELETE FROM messages WHERE seq = ?1")?.execute([seq])?;
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Batch<E> {
    #[serde(default)]
    queue_url: String,
    #[serde(default = "Vec::new")]
    entries: Vec<E>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteEntry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    receipt_handle: String,
}

pub(super) fn delete_batch(
    transaction: &Transaction<'_>,
    _: &Call,
    input: &Batch<DeleteEntry>,
) -> Result<BatchResult<Settled>, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
    batch::collect(input.entries.iter().map(|entry| {
        let outcome = delete_one(transaction, &queue.name, &entry.receipt_handle);
        (entry.id.clone(), outcome.map(|()| Settled { id: entry.id.clone() }))
    }))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeVisibility {
    #[serde(default)]
    queue_url: String,
    #[serde(default)]
    receipt_handle: String,
    visibility_timeout: Option<i64>,
}

pub(super) fn change_visibility(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &ChangeVisibility,
) -> Result<Value, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    change_one(transaction, call, &queue.name, &input.receipt_handle, input.visibility_timeout)?;
    Ok(json!({}))
}

fn change_one(
    transaction: &Transaction<'_>,
    call: &Call,
    queue: &str,
    handle: &str,
    seconds: Option<i64>,
) -> Result<(), AwsError> {
    let seconds = seconds.ok_or_else(|| error::missing_parameter("VisibilityTimeout"))?;
    if !(0..=43_200).contains(&seconds) {
        let reason = "for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.";
        return Err(error::invalid_parameter(format!("Value {seconds} {reason}")));
    }
    match delivery(transaction, queue, handle)? {
        Delivery::Open { seq, visible_at } if visible_at > call.now => {
            transaction
                .prepare_cached("UPDATE messages SET visible_at = ?2 WHERE seq = ?1")?
                .execute(params![seq, call.now.saturating_add(seconds * 1000)])?;
            call.touch(queue);
            Ok(())
        }
        Delivery::Open { .. } => Err(error::not_in_flight()),
        Delivery::Gone => Err(error::invalid_parameter(
            "Reason: Message does not exist or is not available for visibility timeout change.",
        )),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeEntry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    receipt_handle: String,
    visibility_timeout: Option<i64>,
}

pub(super) fn change_visibility_batch(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &Batch<ChangeEntry>,
) -> Result<BatchResult<Settled>, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
    batch::collect(input.entries.iter().map(|entry| {
        let outcome =
            change_one(transaction, call, &queue.name, &entry.receipt_handle, entry.visibility_timeout);
        (entry.id.clone(), outcome.map(|()| Settled { id: entry.id.clone() }))
    }))
}
