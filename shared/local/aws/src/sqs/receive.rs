//! `ReceiveMessage`, with long polling.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use rusqlite::{Row, Transaction, params};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::engine::{Call, Engine, Naming};
use super::error;
use super::message::{MessageAttributes, hex, md5_hex, md5_of_attributes};
use super::settle::Receipt;
use super::store::{self, Queue};
use crate::error::AwsError;

/// While a message is delayed or in flight, a waiting receiver looks again after no more than this: the clock may have
/// been moved without a word.
const RECHECK: Duration = Duration::from_millis(200);

/// And after no less than this.
const RECHECK_FLOOR: Duration = Duration::from_millis(20);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ReceiveMessage {
    #[serde(default)]
    queue_url: String,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<u64>,
    /// The older name of `message_system_attribute_names`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Received {
    // Absent, not empty, when nothing came: as on AWS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(rename = "MessageId")]
    id: String,
    receipt_handle: String,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: String,
    body: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(rename = "MessageAttributes", skip_serializing_if = "BTreeMap::is_empty")]
    custom: MessageAttributes,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_custom: Option<String>,
}

/// What a receiver wants, checked.
#[derive(Clone, Debug)]
struct Wish {
    queue: String,
    count: i64,
    /// Seconds; `None` takes the queue's own.
    visibility: Option<i64>,
    system_names: Vec<String>,
    attribute_names: Vec<String>,
}

/// One look into the queue.
struct Look {
    messages: Vec<Message>,
    /// How long the receiver waits if the caller does not say, in seconds.
    queue_wait: u64,
    /// Milliseconds until the next message is due, if one is delayed or in flight.
    due_in: Option<i64>,
}

pub(super) async fn receive(engine: &Engine, input: ReceiveMessage) -> Result<Received, AwsError> {
    let asked_wait = input.wait_time_seconds;
    let wish = input.check()?;
    let bell = engine.bells.of(&wish.queue);
    let started = Instant::now();
    loop {
        // Listening starts before looking, so that no ring is lost between the two.
        let mut rung = pin!(bell.notified());
        rung.as_mut().enable();
        engine.count_check();
        let looking = wish.clone();
        let look = engine.run(move |transaction, call| take(transaction, call, &looking)).await?;
        let deadline = started + Duration::from_secs(asked_wait.unwrap_or(look.queue_wait));
        if !look.messages.is_empty() || Instant::now() >= deadline || *engine.stopping.borrow() {
            return Ok(Received { messages: look.messages });
        }
        let again = look.due_in.map_or(deadline, |due| deadline.min(Instant::now() + recheck_after(due)));
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep_until(again) => {}
            () = crate::server::raised(engine.stopping.clone()) => {}
        }
    }
}

fn recheck_after(due_millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(due_millis).unwrap_or(0)).clamp(RECHECK_FLOOR, RECHECK)
}

impl ReceiveMessage {
    fn check(self) -> Result<Wish, AwsError> {
        let bounded = |name: &str, value: i64, least: i64, most: i64| {
            let reason = || {
                format!("Value {value} for parameter {name} is invalid. Reason: Must be {least} to {most}.")
            };
            if (least..=most).contains(&value) { Ok(value) } else { Err(error::invalid_parameter(reason())) }
        };
        let count = bounded("MaxNumberOfMessages", self.max_number_of_messages.unwrap_or(1), 1, 10)?;
        let wait = i64::try_from(self.wait_time_seconds.unwrap_or(0)).unwrap_or(i64::MAX);
        bounded("WaitTimeSeconds", wait, 0, 20)?;
        let visibility = self
            .visibility_timeout
            .map(|value| bounded("VisibilityTimeout", value, 0, 43_200))
            .transpose()?;
        let system_names = [self.attribute_names, self.message_system_attribute_names].concat();
        if let Some(unknown) = system_names.iter().find(|name| !SYSTEM_NAMES.contains(&name.as_str())) {
            return Err(error::invalid_attribute_name(unknown));
        }
        let queue = Naming::name_in_url(&self.queue_url)?.to_owned();
        Ok(Wish { queue, count, visibility, system_names, attribute_names: self.message_attribute_names })
    }
}

const SYSTEM_NAMES: &[&str] = &[
    "All",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber",
];

fn take(transaction: &Transaction<'_>, call: &Call, wish: &Wish) -> Result<Look, AwsError> {
    let queue = store::queue(transaction, &wish.queue)?;
    give_up(transaction, call, &queue)?;
    let visibility = wish.visibility.unwrap_or_else(|| queue.attributes.number("VisibilityTimeout"));
    let rows = {
        let mut statement = transaction.prepare_cached(
            "SELECT seq, id, body, attributes, trace_header, sent_at, first_received_at, receive_count,
                    dead_letter_source
             FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        statement
            .query_map(params![queue.name, call.now, wish.count], StoredMessage::read)?
            .collect::<Result<Vec<_>, _>>()?
    };
    let messages = rows
        .into_iter()
        .map(|row| hand_out(transaction, call, wish, visibility, row))
        .collect::<Result<Vec<_>, _>>()?;
    let due: Option<i64> = transaction
        .prepare_cached("SELECT min(visible_at) FROM messages WHERE queue = ?1 AND visible_at > ?2")?
        .query_row(params![queue.name, call.now], |row| row.get(0))?;
    Ok(Look {
        messages,
        queue_wait: u64::try_from(queue.attributes.number("ReceiveMessageWaitTimeSeconds")).unwrap_or(0),
        due_in: due.map(|due| due - call.now),
    })
}

/// Moves what was received too often to the dead letters. The id, the sending time and the count stay; a message
/// keeps the queue that it was first sent to as its source.
fn give_up(transaction: &Transaction<'_>, call: &Call, queue: &Queue) -> Result<(), AwsError> {
    let Some(policy) = queue.attributes.redrive_policy(call)? else { return Ok(()) };
    let moved = transaction
        .prepare_cached(
            "UPDATE messages
             SET queue = ?3, visible_at = ?2, receipt = NULL, dead_letter_source = ?4
             WHERE queue = ?1 AND visible_at <= ?2 AND receive_count >= ?5",
        )?
        .execute(params![
            queue.name,
            call.now,
            policy.dead_letter_queue,
            call.naming.arn(&queue.name),
            policy.max_receive_count,
        ])?;
    if moved > 0 {
        tracing::warn!(queue = queue.name, moved, "messages became dead letters");
        call.touch(&policy.dead_letter_queue);
    }
    Ok(())
}

struct StoredMessage {
    seq: i64,
    id: String,
    body: String,
    attributes: String,
    trace_header: Option<String>,
    sent_at: i64,
    first_received_at: Option<i64>,
    receive_count: i64,
    dead_letter_source: Option<String>,
}

impl StoredMessage {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            body: row.get(2)?,
            attributes: row.get(3)?,
            trace_header: row.get(4)?,
            sent_at: row.get(5)?,
            first_received_at: row.get(6)?,
            receive_count: row.get(7)?,
            dead_letter_source: row.get(8)?,
        })
    }
}

/// Marks one message as received and makes the receiver's copy of it.
fn hand_out(
    transaction: &Transaction<'_>,
    call: &Call,
    wish: &Wish,
    visibility: i64,
    row: StoredMessage,
) -> Result<Message, AwsError> {
    let mut nonce = [0; 16];
    call.entropy.fill(&mut nonce);
    let nonce = hex(&nonce);
    let first_received_at = row.first_received_at.unwrap_or(call.now);
    transaction
        .prepare_cached(
            "UPDATE messages
             SET receive_count = receive_count + 1, first_received_at = ?2, receipt = ?3, visible_at = ?4
             WHERE seq = ?1",
        )?
        .execute(params![row.seq, first_received_at, nonce, call.now.saturating_add(visibility * 1000)])?;
    let stored: MessageAttributes = serde_json::from_str(&row.attributes)?;
    let custom: MessageAttributes = stored
        .into_iter()
        .filter(|(name, _)| wish.attribute_names.iter().any(|wanted| matches(wanted, name)))
        .collect();
    let mut attributes = BTreeMap::from([
        ("ApproximateFirstReceiveTimestamp", first_received_at.to_string()),
        ("ApproximateReceiveCount", (row.receive_count + 1).to_string()),
        ("SenderId", crate::ACCOUNT.to_owned()),
        ("SentTimestamp", row.sent_at.to_string()),
    ]);
    attributes.extend(row.trace_header.map(|header| ("AWSTraceHeader", header)));
    attributes.extend(row.dead_letter_source.map(|arn| ("DeadLetterQueueSourceArn", arn)));
    attributes.retain(|name, _| wish.system_names.iter().any(|wanted| wanted == "All" || wanted == name));
    Ok(Message {
        id: row.id,
        receipt_handle: Receipt { queue: wish.queue.clone(), seq: row.seq, nonce }.encode(),
        md5_of_body: md5_hex(row.body.as_bytes()),
        body: row.body,
        attributes,
        md5_of_custom: md5_of_attributes(&custom),
        custom,
    })
}

/// `All`, `.*`, a name, or a prefix with `.*`.
fn matches(wanted: &str, name: &str) -> bool {
    let prefix = wanted.strip_suffix(".*").and_then(|prefix| name.strip_prefix(prefix));
    wanted == "All" || wanted == ".*" || wanted == name || prefix.is_some_and(|rest| rest.starts_with('.'))
}
