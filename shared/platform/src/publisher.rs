//! Sending messages to SQS.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry,
};
use domain::messages::{Message, Topic};
use services::{PublishError, Publisher};
use store::LazyClient;

use crate::config::QueuesConfig;
use crate::trace::TraceContext;
use crate::xray::XRayTrace;

/// SQS takes at most this many messages in one call.
const MAX_BATCH: usize = 10;
/// The message attribute that carries the trace.
pub(crate) const TRACEPARENT: &str = "traceparent";

/// Sends each message to the queue of its topic.
#[derive(Clone, Debug)]
pub struct SqsPublisher {
    client: LazyClient<Client>,
    queues: QueuesConfig,
}

impl SqsPublisher {
    /// A publisher to these queues; a message of any other topic is not taken.
    pub fn new(client: impl Into<LazyClient<Client>>, queues: QueuesConfig) -> Self {
        Self { client: client.into(), queues }
    }

    async fn send(&self, url: &str, batch: &[&Message]) -> Result<(), Refused> {
        let trace = TraceContext::current().map(|trace| trace.to_string());
        let xray = XRayTrace::current();
        let mut entries = Vec::with_capacity(batch.len());
        for message in batch {
            entries.push(
                entry(message, trace.as_deref(), xray.as_ref())
                    .map_err(|error| Refused::all(batch, error))?,
            );
        }
        let output = self
            .client
            .send_message_batch()
            .queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| Refused::all(batch, DisplayErrorContext(&error)))?;
        match output.failed() {
            [] => Ok(()),
            failed @ [first, ..] => Err(Refused {
                count: failed.len(),
                message: format!("{}: {}", first.code(), first.message().unwrap_or_default()),
            }),
        }
    }
}

#[async_trait]
impl Publisher for SqsPublisher {
    async fn publish(&self, messages: &[Message]) -> Result<(), PublishError> {
        let mut by_topic: BTreeMap<Topic, Vec<&Message>> = BTreeMap::new();
        for message in messages {
            by_topic.entry(message.body.topic()).or_default().push(message);
        }
        let mut refused = Refused { count: 0, message: String::new() };
        for (topic, group) in by_topic {
            let Some(url) = self.queues.url(topic) else {
                refused.add(Refused::all(&group, format!("no queue is configured for {topic}")));
                continue;
            };
            for batch in group.chunks(MAX_BATCH) {
                if let Err(error) = self.send(url, batch).await {
                    refused.add(error);
                }
            }
        }
        if refused.count == 0 {
            return Ok(());
        }
        Err(PublishError { failed: refused.count, total: messages.len(), message: refused.message })
    }
}

/// How many messages were not taken, and the last reason.
struct Refused {
    count: usize,
    message: String,
}

impl Refused {
    fn all(batch: &[&Message], reason: impl std::fmt::Display) -> Self {
        Self { count: batch.len(), message: reason.to_string() }
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.message = other.message;
    }
}

fn entry(
    message: &Message,
    trace: Option<&str>,
    xray: Option<&XRayTrace>,
) -> Result<SendMessageBatchRequestEntry, Box<dyn std::error::Error + Send + Sync>> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(message.id.to_string())
        .message_body(serde_json::to_string(message)?);
    if let Some(trace) = trace {
        let value = MessageAttributeValue::builder().data_type("String").string_value(trace).build()?;
        entry = entry.message_attributes(TRACEPARENT, value);
    }
    if let Some(xray) = xray {
        let value =
            MessageSystemAttributeValue::builder().data_type("String").string_value(xray.as_str()).build()?;
        entry = entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
    }
    Ok(entry.build()?)
}

#[cfg(test)]
mod tests {
    use domain::ids::{OutboxId, PaymentId};
    use domain::messages::{MessageBody, PaymentMessage};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_message_takes_both_traces_along() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let payment_id = PaymentId::from(Uuid::from_u128(2));
        let message = Message {
            id: OutboxId::from(Uuid::from_u128(1)),
            body: MessageBody::Payments(PaymentMessage::Capture { payment_id }),
        };
        let entry = entry(&message, Some(trace), header.parse().ok().as_ref()).unwrap();
        let attributes = entry.message_attributes().unwrap();
        assert_eq!(attributes[TRACEPARENT].string_value(), Some(trace));
        let system = entry.message_system_attributes().unwrap();
        let sent_in = &system[&MessageSystemAttributeNameForSends::AwsTraceHeader];
        assert_eq!((sent_in.data_type(), sent_in.string_value()), ("String", Some(header)));
    }
}
