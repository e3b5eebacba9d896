//! `SendMessage` and `SendMessageBatch`.

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::attributes::MAX_MESSAGE;
use super::batch::{self, BatchResult};
use super::engine::{Call, Naming};
use super::error;
use super::message::{Draft, MessageAttributes, md5_hex, md5_of_attributes};
use super::store::{self, Queue};
use crate::error::AwsError;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendMessage {
    #[serde(default)]
    queue_url: String,
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: MessageAttributes,
    #[serde(default)]
    message_system_attributes: MessageAttributes,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sent {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    pub(super) message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    md5_of_body: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_attributes: Option<String>,
}

pub(super) fn send(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &SendMessage,
) -> Result<Sent, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    let draft = Draft::new(
        &input.message_body,
        input.delay_seconds,
        &input.message_attributes,
        &input.message_system_attributes,
    )?;
    put(transaction, call, &queue, &draft)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendMessageBatch {
    #[serde(default)]
    queue_url: String,
    #[serde(default)]
    entries: Vec<SendEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendEntry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: MessageAttributes,
    #[serde(default)]
    message_system_attributes: MessageAttributes,
}

pub(super) fn send_batch(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &SendMessageBatch,
) -> Result<BatchResult<Sent>, AwsError> {
    let queue = store::queue(transaction, Naming::name_in_url(&input.queue_url)?)?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
    let drafts: Vec<_> = input.entries.iter().map(SendEntry::draft).collect();
    let total = drafts.iter().filter_map(|draft| draft.as_ref().ok()).map(Draft::size).sum();
    if total > MAX_MESSAGE {
        return Err(error::batch_too_long(total));
    }
    batch::collect(input.entries.iter().zip(drafts).map(|(SendEntry { id, .. }, draft)| {
        let sent = draft.and_then(|draft| put(transaction, call, &queue, &draft));
        (id.clone(), sent.map(|sent| Sent { id: Some(id.clone()), ..sent }))
    }))
}

impl SendEntry {
    fn draft(&self) -> Result<Draft<'_>, AwsError> {
        Draft::new(
            &self.message_body,
            self.delay_seconds,
            &self.message_attributes,
            &self.message_system_attributes,
        )
    }
}

/// Puts one message into the queue.
pub(super) fn put(
    transaction: &Transaction<'_>,
    call: &Call,
    queue: &Queue,
    draft: &Draft<'_>,
) -> Result<Sent, AwsError> {
    let limit = queue.attributes.number("MaximumMessageSize");
    if i64::try_from(draft.size()).is_ok_and(|size| size > limit) {
        let reason = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
        );
        return Err(error::invalid_parameter(reason));
    }
    let delay = draft.delay_seconds.unwrap_or_else(|| queue.attributes.number("DelaySeconds"));
    let message_id = call.uuid().to_string();
    transaction
        .prepare_cached(
            "INSERT INTO messages (queue, id, body, attributes, trace_header, sent_at, visible_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            queue.name,
            message_id,
            draft.body,
            serde_json::to_string(draft.attributes)?,
            draft.trace_header,
            call.now,
            call.now.saturating_add(delay * 1000),
        ])?;
    call.touch(&queue.name);
    let md5_of_attributes = md5_of_attributes(draft.attributes);
    Ok(Sent { id: None, message_id, md5_of_body: md5_hex(draft.body.as_bytes()), md5_of_attributes })
}
