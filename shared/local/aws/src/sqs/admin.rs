//! What a console and tests see and do without the protocol.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde::Serialize;

use super::Sqs;
use super::engine::Call;
use super::message::{Draft, MessageAttributes};
use super::queues::{self, CreateQueue};
use super::store::{self, Queue};
use super::{move_task, send};
use crate::error::AwsError;

/// A queue at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct QueueStatus {
    /// The queue's name.
    pub name: String,
    /// Its address for SDK clients.
    pub url: String,
    /// Messages that a receiver would get now.
    pub visible: u64,
    /// Messages that a receiver has and has not deleted.
    pub in_flight: u64,
    /// Messages that nobody gets yet.
    pub delayed: u64,
    /// Where messages go that were received too often.
    pub dead_letter_queue: Option<String>,
    /// Whether other queues give their messages up to this one.
    pub is_dead_letter_queue: bool,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// A receiver would get it now.
    Visible,
    /// A receiver has it.
    InFlight,
    /// Nobody gets it yet.
    Delayed,
}

/// A message, looked at without being received.
#[derive(Clone, Debug, Serialize)]
pub struct PeekedMessage {
    /// The queue that holds it.
    pub queue: String,
    /// The id that its sender got.
    pub id: String,
    /// The text.
    pub body: String,
    /// The trace header that came with it.
    pub trace_header: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// From when on it can be received (again).
    pub visible_at: Timestamp,
    /// How often it was received.
    pub receive_count: u32,
    /// Where it stands.
    pub state: MessageState,
    /// The ARN of the queue that gave it up.
    pub dead_letter_source: Option<String>,
}

impl Sqs {
    /// The address of a queue, whether it exists or not.
    pub fn queue_url(&self, queue: &str) -> String {
        self.engine.naming.url(queue)
    }

    /// The ARN of a queue, whether it exists or not.
    pub fn queue_arn(&self, queue: &str) -> String {
        self.engine.naming.arn(queue)
    }

    /// Makes a queue, or finds it with these attributes; the answer is its address.
    pub async fn create_queue(
        &self,
        name: &str,
        attributes: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<String, AwsError> {
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let input = CreateQueue { queue_name: name.to_owned(), attributes, _tags: None };
        Ok(self
            .engine
            .run(move |transaction, call| queues::create(transaction, call, &input))
            .await?
            .queue_url)
    }

    /// Sends as another service of the account would; the answer is the message's id.
    pub async fn send(&self, queue: &str, body: impl Into<String>) -> Result<String, AwsError> {
        let (queue, body) = (queue.to_owned(), body.into());
        let send = move |transaction: &Transaction<'_>, call: &Call| {
            let queue = store::queue(transaction, &queue)?;
            let none = MessageAttributes::new();
            send::put(transaction, call, &queue, &Draft::new(&body, None, &none, &none)?)
        };
        Ok(self.engine.run(send).await?.message_id)
    }

    /// All queues, by name.
    pub async fn queues(&self) -> Result<Vec<QueueStatus>, AwsError> {
        let list = |transaction: &Transaction<'_>, call: &Call| {
            let names = store::queue_names(transaction)?;
            names.iter().map(|name| status(transaction, call, &store::queue(transaction, name)?)).collect()
        };
        self.engine.run(list).await
    }

    /// Up to `limit` messages of a queue, oldest first, without receiving them.
    pub async fn peek(&self, queue: &str, limit: usize) -> Result<Vec<PeekedMessage>, AwsError> {
        let queue = queue.to_owned();
        let look = move |transaction: &Transaction<'_>, call: &Call| {
            let queue = store::queue(transaction, &queue)?;
            peek(transaction, call, &queue.name, limit)
        };
        self.engine.run(look).await
    }

    /// Up to `limit` dead letters of each dead-letter queue, by the queue's name.
    pub async fn dead_letters(&self, limit: usize) -> Result<BTreeMap<String, Vec<PeekedMessage>>, AwsError> {
        let look = move |transaction: &Transaction<'_>, call: &Call| {
            let mut letters = BTreeMap::new();
            for name in store::queue_names(transaction)? {
                if move_task::is_dead_letter_queue(transaction, call, &name)? {
                    letters.insert(name.clone(), peek(transaction, call, &name, limit)?);
                }
            }
            Ok(letters)
        };
        self.engine.run(look).await
    }

    /// Sends the dead letters in `queue` back to where they came from; the answer is their number.
    pub async fn redrive(&self, queue: &str) -> Result<usize, AwsError> {
        let queue = queue.to_owned();
        let redrive = move |transaction: &Transaction<'_>, call: &Call| {
            let queue = store::queue(transaction, &queue)?;
            move_task::redrive(transaction, call, &queue.name, None)
        };
        self.engine.run(redrive).await
    }
}

fn status(transaction: &Transaction<'_>, call: &Call, queue: &Queue) -> Result<QueueStatus, AwsError> {
    let counts = store::counts(transaction, &queue.name, call.now)?;
    Ok(QueueStatus {
        name: queue.name.clone(),
        url: call.naming.url(&queue.name),
        visible: counts.visible,
        in_flight: counts.in_flight,
        delayed: counts.delayed,
        dead_letter_queue: queue.attributes.redrive_policy(call)?.map(|policy| policy.dead_letter_queue),
        is_dead_letter_queue: move_task::is_dead_letter_queue(transaction, call, &queue.name)?,
    })
}

fn peek(
    transaction: &Transaction<'_>,
    call: &Call,
    queue: &str,
    limit: usize,
) -> Result<Vec<PeekedMessage>, AwsError> {
    let instant = |millis: i64| Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    let mut statement = transaction.prepare_cached(
        "SELECT id, body, trace_header, sent_at, visible_at, receive_count, receipt IS NOT NULL, dead_letter_source
         FROM messages WHERE queue = ?1 ORDER BY seq LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let messages = statement
        .query_map(params![queue, limit], |row| {
            let visible_at: i64 = row.get(4)?;
            let state = match (visible_at <= call.now, row.get(6)?) {
                (true, _) => MessageState::Visible,
                (false, true) => MessageState::InFlight,
                (false, false) => MessageState::Delayed,
            };
            Ok(PeekedMessage {
                queue: queue.to_owned(),
                id: row.get(0)?,
                body: row.get(1)?,
                trace_header: row.get(2)?,
                sent_at: instant(row.get(3)?),
                visible_at: instant(visible_at),
                receive_count: row.get(5)?,
                state,
                dead_letter_source: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(messages)
}
