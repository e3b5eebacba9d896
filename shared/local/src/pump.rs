//! What stands between a queue and its function on AWS: polls, hands over batches, deletes what was worked off.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage, SqsMessageAttribute};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use futures::future::BoxFuture;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A worker: takes a batch, names the records that failed.
pub type Worker = Arc<dyn Fn(SqsEvent) -> BoxFuture<'static, SqsBatchResponse> + Send + Sync>;

/// The messages that failed and wait for their visibility to end, by id: nobody works on them for now.
#[derive(Clone, Debug, Default)]
pub struct Parked(Arc<Mutex<Workshop>>);

/// What is worked on, and what waits for its next turn.
#[derive(Debug, Default)]
struct Workshop {
    waiting: HashSet<String>,
    /// Who took a message last. Its visibility may end under its worker: then another one takes it, and only what the
    /// last one makes of it counts.
    taken_last: HashMap<String, u64>,
    turns: u64,
}

impl Parked {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.workshop().waiting.len()
    }

    /// These do not wait any more: they were given up.
    pub fn forget<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        let mut workshop = self.workshop();
        for id in ids {
            workshop.waiting.remove(id);
            workshop.taken_last.remove(id);
        }
    }

    fn workshop(&self) -> MutexGuard<'_, Workshop> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker's turn on these messages begins.
    fn take(&self, ids: &[String]) -> u64 {
        let mut workshop = self.workshop();
        workshop.turns += 1;
        let turn = workshop.turns;
        for id in ids {
            workshop.waiting.remove(id);
            workshop.taken_last.insert(id.clone(), turn);
        }
        turn
    }

    /// A turn on a message ends.
    fn leave(&self, id: &str, turn: u64, done: bool) {
        let mut workshop = self.workshop();
        if workshop.taken_last.get(id) != Some(&turn) {
            return;
        }
        if done {
            workshop.taken_last.remove(id);
        } else {
            workshop.waiting.insert(id.to_owned());
        }
    }
}

/// One queue and its worker.
#[derive(Clone)]
pub(crate) struct Mapping {
    pub(crate) client: platform::LazyClient<aws_sdk_sqs::Client>,
    pub(crate) queue_url: String,
    pub(crate) batch_size: u8,
    pub(crate) concurrency: usize,
    pub(crate) worker: Worker,
    pub(crate) parked: Parked,
}

impl Mapping {
    /// Runs until `stop`; batches under way are finished.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut pollers = JoinSet::new();
        for _ in 0..self.concurrency {
            pollers.spawn(poll(self.clone(), stop.clone()));
        }
        while pollers.join_next().await.is_some() {}
    }
}

async fn poll(mapping: Mapping, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let received = tokio::select! {
            received = receive(&mapping) => received,
            () = stop.cancelled() => return,
        };
        match received {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => work(&mapping, messages).await,
            Err(error) => {
                if stop.is_cancelled() {
                    return;
                }
                tracing::warn!(%error, queue = mapping.queue_url, "a queue could not be polled");
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        }
    }
}

async fn receive(mapping: &Mapping) -> anyhow::Result<Vec<Message>> {
    let output = mapping
        .client
        .receive_message()
        .queue_url(&mapping.queue_url)
        .max_number_of_messages(i32::from(mapping.batch_size))
        .wait_time_seconds(20)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All")
        .send()
        .await?;
    Ok(output.messages.unwrap_or_default())
}

async fn work(mapping: &Mapping, messages: Vec<Message>) {
    let ids: Vec<String> = messages.iter().filter_map(|message| message.message_id.clone()).collect();
    let turn = mapping.parked.take(&ids);
    let mut event = SqsEvent::default();
    event.records = messages.iter().map(record).collect();
    let response = (mapping.worker)(event).await;
    let failed: Vec<_> =
        response.batch_item_failures.iter().map(|failure| &failure.item_identifier).collect();
    for id in &ids {
        mapping.parked.leave(id, turn, !failed.contains(&id));
    }
    let entries: Vec<_> = messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message.message_id.as_ref().is_none_or(|id| !failed.contains(&id)))
        .filter_map(|(index, message)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(message.receipt_handle.clone()?)
                .build()
                .ok()
        })
        .collect();
    if entries.is_empty() {
        return;
    }
    let deleted =
        mapping.client.delete_message_batch().queue_url(&mapping.queue_url).set_entries(Some(entries)).send();
    if let Err(error) = deleted.await {
        // They come again; the consumers are made for it.
        tracing::warn!(%error, queue = mapping.queue_url, "worked messages could not be deleted");
    }
}

fn record(message: &Message) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id.clone_from(&message.message_id);
    record.receipt_handle.clone_from(&message.receipt_handle);
    record.body.clone_from(&message.body);
    record.event_source = Some("aws:sqs".to_owned());
    record.attributes = message
        .attributes
        .iter()
        .flatten()
        .map(|(name, value)| (name.as_str().to_owned(), value.clone()))
        .collect();
    record.message_attributes = message
        .message_attributes
        .iter()
        .flatten()
        .map(|(name, value)| {
            let mut attribute = SqsMessageAttribute::default();
            attribute.string_value.clone_from(&value.string_value);
            attribute.data_type = Some(value.data_type.clone());
            (name.clone(), attribute)
        })
        .collect();
    record
}
