//! Functions that are called by a queue or a schedule.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::messages::Message;
use futures::FutureExt;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span};

pub use lambda_runtime::Error;

use crate::publisher::TRACEPARENT;
use crate::trace::TraceContext;
use crate::xray::XRayTrace;

/// The system attribute in which SQS hands on the trace that a message was sent in.
const SENT_IN: &str = "AWSTraceHeader";

/// Why a message was not worked off; it stays in the queue and comes again, at last to the dead letters.
///
/// Made from any error by `?`.
#[derive(Debug)]
pub struct WorkError(Box<dyn std::error::Error + Send + Sync>);

impl<E: std::error::Error + Send + Sync + 'static> From<E> for WorkError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl WorkError {
    /// An error that is only a text.
    pub fn message(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }
}

/// The error and its causes, each once.
impl fmt::Display for WorkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(formatter, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

/// Hands each message of a batch to `handler`, one after another, and reports those that failed.
///
/// See [`run_records`]; a body that is no message fails its record.
pub async fn run_batch<H, F>(event: SqsEvent, handler: &H) -> SqsBatchResponse
where
    H: Fn(Message) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    run_records(event, &|body: String| async move {
        // The body is not logged: it may be anything.
        let message = serde_json::from_str::<Message>(&body);
        let message = message.map_err(|_| WorkError::message("a record is no message"))?;
        let span = Span::current();
        span.record("outbox_id", display(message.id)).record("topic", display(message.body.topic()));
        handler(message).await
    })
    .await
}

/// Hands the body of each record of a batch to `handler`, one after another, and reports those that failed.
///
/// Each record stands for itself: an error or a panic fails that record and no other. The queue's mapping must have
/// `ReportBatchItemFailures`.
pub async fn run_records<H, F>(event: SqsEvent, handler: &H) -> SqsBatchResponse
where
    H: Fn(String) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let id = record.message_id.clone().unwrap_or_default();
        let sent_in = record.attributes.get(SENT_IN).and_then(|header| header.parse::<XRayTrace>().ok());
        let span = tracing::info_span!(
            "record",
            sqs_message_id = %id,
            trace_id = Empty,
            sent_in = sent_in.as_ref().map(XRayTrace::root),
            outbox_id = Empty,
            topic = Empty,
            booking_id = Empty,
            payment_id = Empty,
        );
        if !run_record(record, handler).instrument(span).await {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    crate::figures::flush();
    response
}

async fn run_record<H, F>(record: SqsMessage, handler: &H) -> bool
where
    H: Fn(String) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let trace = trace_of(&record);
    if let Some(trace) = trace {
        Span::current().record("trace_id", trace.trace_id());
    }
    let body = record.body.unwrap_or_default();
    let work = AssertUnwindSafe(async { handler(body).await }).catch_unwind();
    let outcome = match trace {
        Some(trace) => trace.scope(work).await,
        None => work.await,
    };
    match outcome {
        Ok(Ok(())) => {
            tracing::info!("worked off");
            true
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "failed; the queue brings it again");
            false
        }
        // The hook of the telemetry has logged the place.
        Err(_) => {
            tracing::error!("panicked; the queue brings it again");
            false
        }
    }
}

fn trace_of(record: &SqsMessage) -> Option<TraceContext> {
    record.message_attributes.get(TRACEPARENT)?.string_value.as_deref()?.parse().ok()
}

/// Runs a queue's worker until Lambda ends the process.
pub async fn serve_worker<H, F>(handler: H) -> Result<(), Error>
where
    H: Fn(Message) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        let trace = XRayTrace::of(&event.context);
        Ok::<_, Error>(XRayTrace::within(trace, Box::pin(run_batch(event.payload, handler))).await)
    }))
    .await
}

/// Runs a queue's worker whose records are more than messages, until Lambda ends the process; see [`run_records`].
pub async fn serve_records<H, F>(handler: H) -> Result<(), Error>
where
    H: Fn(String) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        let trace = XRayTrace::of(&event.context);
        Ok::<_, Error>(XRayTrace::within(trace, Box::pin(run_records(event.payload, handler))).await)
    }))
    .await
}

/// Runs a function that is called with an event of its own kind, such as a schedule's input.
pub async fn serve_event<E, R, H, F>(handler: H) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
    H: Fn(E) -> F,
    F: Future<Output = Result<R, WorkError>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<E>| {
        let trace = XRayTrace::of(&event.context);
        // On the heap, here and above: a handler's future may nest as deep as the compiler lays out by itself.
        let work = Box::pin(handler(event.payload));
        let outcome = XRayTrace::within(trace, work).await.map_err(|error| {
            tracing::error!(%error, "failed");
            Error::from(error.to_string())
        });
        crate::figures::flush();
        outcome
    }))
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use domain::ids::BookingId;
    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    const SENT_IN_HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    fn event(bodies: &[&str]) -> SqsEvent {
        let records: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| {
                let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
                json!({
                    "messageId": format!("m{index}"), "body": body, "attributes": {"AWSTraceHeader": SENT_IN_HEADER},
                    "messageAttributes": {"traceparent": {"stringValue": trace, "dataType": "String"}},
                })
            })
            .collect();
        serde_json::from_value(json!({"Records": records})).unwrap()
    }

    fn body(id: u128) -> String {
        let id = uuid::Uuid::from_u128(id);
        json!({"id": id, "topic": "payments", "body": {"type": "authorise", "payment_id": id}}).to_string()
    }

    fn failed(response: &SqsBatchResponse) -> Vec<&str> {
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
    }

    #[tokio::test]
    async fn each_record_stands_for_itself() {
        let seen = Mutex::new(Vec::new());
        let handler = |message: Message| {
            let number = message.id.as_uuid().as_u128();
            seen.lock().unwrap().push(number);
            async move {
                match number {
                    2 => Err(WorkError::message("no")),
                    3 => panic!("boom"),
                    _ => Ok(()),
                }
            }
        };
        let batch = event(&[&body(1), &body(2), "not json", &body(3), &body(4)]);
        let response = run_batch(batch, &handler).await;
        assert_eq!(failed(&response), ["m1", "m2", "m3"]);
        assert_eq!(*seen.lock().unwrap(), [1, 2, 3, 4]);
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_says_which_message_it_is_about() {
        let log = Log::default();
        let writer = log.clone();
        let lines = crate::telemetry::lines(move || writer.clone());
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines));
        // A test beside this one may have logged first, where nobody listened.
        tracing::callsite::rebuild_interest_cache();
        let booking = BookingId::from(uuid::Uuid::from_u128(7));
        let handler = |_| async move {
            store::trail::booking(booking);
            tracing::warn!("in the middle");
            Ok(())
        };
        run_batch(event(&[&body(1)]), &handler).await;

        let bytes = log.0.lock().unwrap().clone();
        let lines: Vec<Value> =
            bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        assert_eq!(lines.len(), 2, "{}", String::from_utf8_lossy(&bytes));
        for line in &lines {
            let span = &line["span"];
            assert_eq!(span["sqs_message_id"], "m0");
            assert_eq!(span["outbox_id"], uuid::Uuid::from_u128(1).to_string());
            assert_eq!(span["topic"], "payments");
            assert_eq!(span["booking_id"], booking.to_string());
            assert_eq!(span["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(span["sent_in"], "1-5759e988-bd862e3fe1be46a994272793");
        }
    }

    #[tokio::test]
    async fn the_trace_of_the_sender_goes_on() {
        let handler = |_| async {
            assert!(TraceContext::current().unwrap().trace_id().starts_with("4bf92f35"));
            Ok(())
        };
        let response = run_batch(event(&[&body(1)]), &handler).await;
        assert!(failed(&response).is_empty());
    }
}
