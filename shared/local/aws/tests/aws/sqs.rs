//! Sending, receiving, settling, dead letters.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageAttributeValue,
    MessageSystemAttributeName as System, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    QueueAttributeName as Attribute, SendMessageBatchRequestEntry, SendMessageBatchResultEntry,
};
use domain::clock::ManualClock;
use local_aws::sqs::{MessageState, Sqs, SqsOptions};

use crate::support::{self, code, config};

pub(crate) struct Fixture {
    pub(crate) sqs: Sqs,
    pub(crate) client: Client,
    pub(crate) clock: Arc<ManualClock>,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        let (clock, shared) = support::clock();
        let sqs = Sqs::start(SqsOptions::in_memory(shared, support::entropy())).await.unwrap();
        let client = Client::from_conf(config!(aws_sdk_sqs, sqs.url()).build());
        Self { sqs, client, clock }
    }

    /// A queue with a visibility timeout of 30 s.
    pub(crate) async fn queue(&self, name: &str) -> String {
        self.client.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap()
    }

    /// A queue that gives messages up to `dead` after two receives.
    async fn queue_with_dead_letters(&self) -> (String, String) {
        let dead = self.queue("dead").await;
        let policy =
            format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":2}}"#, self.sqs.queue_arn("dead"));
        let work = self.client.create_queue().queue_name("work").attributes(Attribute::RedrivePolicy, policy);
        (work.send().await.unwrap().queue_url.unwrap(), dead)
    }

    pub(crate) async fn send(&self, queue: &str, body: &str) {
        self.client.send_message().queue_url(queue).message_body(body).send().await.unwrap();
    }

    pub(crate) async fn receive(&self, queue: &str) -> Vec<Message> {
        let receive = self.client.receive_message().queue_url(queue).max_number_of_messages(10);
        let receive = receive.message_system_attribute_names(System::All).message_attribute_names("All");
        receive.send().await.unwrap().messages.unwrap_or_default()
    }

    pub(crate) async fn receive_one(&self, queue: &str) -> Message {
        let mut messages = self.receive(queue).await;
        assert_eq!(messages.len(), 1);
        messages.remove(0)
    }

    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.clock.advance_millis(seconds * 1000);
    }
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body().unwrap()).collect()
}

#[tokio::test]
async fn a_message_arrives_with_its_digests_and_attributes_and_goes_when_deleted() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("lisbon").build().unwrap();
    let bytes =
        MessageAttributeValue::builder().data_type("Binary.raw").binary_value(Blob::new([0, 255])).build();
    let trace = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value("Root=1-2-3")
        .build()
        .unwrap();
    let sent = it
        .client
        .send_message()
        .queue_url(&queue)
        .message_body("olá")
        .message_attributes("city", text)
        .message_attributes("raw", bytes.unwrap())
        .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace)
        .send()
        .await
        .unwrap();
    // printf 'olá' | md5sum
    assert_eq!(sent.md5_of_message_body(), Some("ab11fa17ff3337a200cb2714dbc2318c"));

    let message = it.receive_one(&queue).await;
    assert_eq!(message.body(), Some("olá"));
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    assert_eq!(message.message_attributes().unwrap()["city"].string_value(), Some("lisbon"));
    assert_eq!(message.message_attributes().unwrap()["raw"].binary_value().unwrap().as_ref(), [0, 255]);
    let attributes = message.attributes().unwrap();
    let now = "1803902400000";
    assert_eq!(attributes[&System::SentTimestamp], now);
    assert_eq!(attributes[&System::ApproximateFirstReceiveTimestamp], now);
    assert_eq!(attributes[&System::ApproximateReceiveCount], "1");
    assert_eq!(attributes[&System::AwsTraceHeader], "Root=1-2-3");

    let handle = message.receipt_handle().unwrap();
    it.client.delete_message().queue_url(&queue).receipt_handle(handle).send().await.unwrap();
    // Deleting once more is no error.
    it.client.delete_message().queue_url(&queue).receipt_handle(handle).send().await.unwrap();
    it.advance_seconds(31);
    assert!(it.receive(&queue).await.is_empty());
}

#[tokio::test]
async fn the_digest_of_attributes_is_that_of_the_service() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let value = MessageAttributeValue::builder().data_type("Number").string_value("12345").build().unwrap();
    let send = it.client.send_message().queue_url(&queue).message_body("x").message_attributes("n", value);
    // printf '\0\0\0\1n\0\0\0\6Number\1\0\0\0\00512345' | md5sum
    assert_eq!(
        send.send().await.unwrap().md5_of_message_attributes(),
        Some("f70ad8b618899d07f65afb1b3d2da859")
    );
}

#[tokio::test]
async fn attributes_come_only_when_asked_for() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let value =
        |text: &str| MessageAttributeValue::builder().data_type("String").string_value(text).build().unwrap();
    let send = it.client.send_message().queue_url(&queue).message_body("x");
    let send = send.message_attributes("a.b", value("1")).message_attributes("abc", value("2"));
    send.send().await.unwrap();
    let receive =
        it.client.receive_message().queue_url(&queue).message_attribute_names("a.*").visibility_timeout(0);
    let message = receive.send().await.unwrap().messages.unwrap().remove(0);
    assert_eq!(message.message_attributes().unwrap().keys().collect::<Vec<_>>(), ["a.b"]);
    assert!(message.attributes().is_none());
}

#[tokio::test]
async fn a_received_message_is_unseen_until_its_time_is_up_and_then_has_another_handle() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    it.send(&queue, "x").await;
    let first = it.receive_one(&queue).await;
    it.advance_seconds(29);
    assert!(it.receive(&queue).await.is_empty());
    it.advance_seconds(1);
    let second = it.receive_one(&queue).await;
    assert_eq!(second.attributes().unwrap()[&System::ApproximateReceiveCount], "2");
    assert_eq!(
        second.attributes().unwrap()[&System::ApproximateFirstReceiveTimestamp],
        first.attributes().unwrap()[&System::ApproximateFirstReceiveTimestamp]
    );

    let stale = it.client.delete_message().queue_url(&queue).receipt_handle(first.receipt_handle().unwrap());
    assert!(stale.send().await.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
    it.advance_seconds(30);
    // Late, but nobody else has got it: the handle still counts.
    let late = it.client.delete_message().queue_url(&queue).receipt_handle(second.receipt_handle().unwrap());
    late.send().await.unwrap();
    assert!(it.receive(&queue).await.is_empty());
}

#[tokio::test]
async fn visibility_can_be_given_back_and_stretched() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    it.send(&queue, "x").await;
    let change = |handle: &str, seconds: i32| {
        let change = it.client.change_message_visibility().queue_url(&queue);
        change.receipt_handle(handle).visibility_timeout(seconds).send()
    };
    let handle = it.receive_one(&queue).await.receipt_handle.unwrap();
    change(&handle, 0).await.unwrap();
    let error = change(&handle, 5).await.unwrap_err().into_service_error();
    assert!(error.is_message_not_inflight(), "{error:?}");

    let handle = it.receive_one(&queue).await.receipt_handle.unwrap();
    change(&handle, 3600).await.unwrap();
    it.advance_seconds(3599);
    assert!(it.receive(&queue).await.is_empty());
    it.advance_seconds(1);
    it.receive_one(&queue).await;
}

#[tokio::test]
async fn delays_of_message_and_queue_hold_messages_back() {
    let it = Fixture::start().await;
    let create = it.client.create_queue().queue_name("slow").attributes(Attribute::DelaySeconds, "10");
    let queue = create.send().await.unwrap().queue_url.unwrap();
    it.send(&queue, "by the queue").await;
    let own = it.client.send_message().queue_url(&queue).message_body("own").delay_seconds(900);
    own.send().await.unwrap();
    assert!(it.receive(&queue).await.is_empty());
    it.advance_seconds(10);
    assert_eq!(bodies(&it.receive(&queue).await), ["by the queue"]);
    it.advance_seconds(890);
    assert_eq!(bodies(&it.receive(&queue).await), ["by the queue", "own"]);
}

#[tokio::test]
async fn a_message_received_too_often_becomes_a_dead_letter_and_can_be_sent_back() {
    let it = Fixture::start().await;
    let (work, dead) = it.queue_with_dead_letters().await;
    it.send(&work, "poison").await;
    let mut first_id = None;
    for _ in 0..2 {
        first_id = it.receive_one(&work).await.message_id;
        it.advance_seconds(30);
    }
    assert!(it.receive(&dead).await.is_empty());
    assert!(it.receive(&work).await.is_empty());
    let letters = it.sqs.dead_letters(10).await.unwrap();
    assert_eq!(letters["dead"][0].body, "poison");
    assert_eq!(letters["dead"][0].dead_letter_source, Some(it.sqs.queue_arn("work")));

    let letter = it.receive_one(&dead).await;
    assert_eq!(letter.message_id, first_id);
    let attributes = letter.attributes().unwrap();
    assert_eq!(attributes[&System::DeadLetterQueueSourceArn], it.sqs.queue_arn("work"));
    assert_eq!(attributes[&System::ApproximateReceiveCount], "3");

    // What a receiver holds is not moved.
    let move_back = || it.client.start_message_move_task().source_arn(it.sqs.queue_arn("dead")).send();
    move_back().await.unwrap();
    assert!(it.receive(&work).await.is_empty());
    it.advance_seconds(30);
    assert!(move_back().await.unwrap().task_handle().is_some());
    let again = it.receive_one(&work).await;
    assert_ne!(again.message_id, first_id);
    assert_eq!(again.attributes().unwrap()[&System::ApproximateReceiveCount], "1");
    assert!(!again.attributes().unwrap().contains_key(&System::DeadLetterQueueSourceArn));
}

#[tokio::test]
async fn batches_settle_each_entry_on_its_own() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let entry = |id: &str, body: &str| {
        SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
    };
    let batch = it.client.send_message_batch().queue_url(&queue);
    let sent = batch
        .entries(entry("a", "1"))
        .entries(entry("b", "\u{1}"))
        .entries(entry("c", "3"))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.successful().iter().map(SendMessageBatchResultEntry::id).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(sent.failed()[0].id(), "b");
    assert_eq!(sent.failed()[0].code(), "InvalidMessageContents");
    assert!(sent.failed()[0].sender_fault());

    let messages = it.receive(&queue).await;
    assert_eq!(bodies(&messages), ["1", "3"]);
    let handle = |index: usize| messages[index].receipt_handle().unwrap();
    let change = |id: &str, handle: &str| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle);
        entry.visibility_timeout(0).build().unwrap()
    };
    let changed = it.client.change_message_visibility_batch().queue_url(&queue);
    let changed =
        changed.entries(change("x", handle(0))).entries(change("y", "nonsense")).send().await.unwrap();
    assert_eq!(changed.successful()[0].id(), "x");
    assert_eq!((changed.failed()[0].id(), changed.failed()[0].code()), ("y", "ReceiptHandleIsInvalid"));

    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let deleted = it.client.delete_message_batch().queue_url(&queue);
    let deleted =
        deleted.entries(delete("x", handle(1))).entries(delete("y", "nonsense")).send().await.unwrap();
    assert_eq!(deleted.successful()[0].id(), "x");
    assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
    assert_eq!(bodies(&it.receive(&queue).await), ["1"]);
}

#[tokio::test]
async fn a_console_sees_queues_and_messages_without_receiving() {
    let it = Fixture::start().await;
    let (work, _) = it.queue_with_dead_letters().await;
    it.send(&work, "held").await;
    it.receive_one(&work).await;
    it.sqs.send("work", "waiting").await.unwrap();
    let delayed = it.client.send_message().queue_url(&work).message_body("later").delay_seconds(60);
    delayed.send().await.unwrap();

    let queues = it.sqs.queues().await.unwrap();
    let names: Vec<_> =
        queues.iter().map(|queue| (queue.name.as_str(), queue.is_dead_letter_queue)).collect();
    assert_eq!(names, [("dead", true), ("work", false)]);
    assert_eq!((queues[1].visible, queues[1].in_flight, queues[1].delayed), (1, 1, 1));
    assert_eq!(queues[1].dead_letter_queue.as_deref(), Some("dead"));
    assert_eq!(queues[1].url, work);

    let messages = it.sqs.peek("work", 10).await.unwrap();
    let states: Vec<_> = messages.iter().map(|message| (message.body.as_str(), message.state)).collect();
    let expected = [
        ("held", MessageState::InFlight),
        ("waiting", MessageState::Visible),
        ("later", MessageState::Delayed),
    ];
    assert_eq!(states, expected);
    assert_eq!(messages[0].receive_count, 1);
    assert_eq!(it.sqs.peek("work", 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn queues_tell_their_settings_and_counts() {
    let it = Fixture::start().await;
    let (work, _) = it.queue_with_dead_letters().await;
    it.send(&work, "x").await;
    let set =
        it.client.set_queue_attributes().queue_url(&work).attributes(Attribute::VisibilityTimeout, "180");
    set.send().await.unwrap();
    let get = it.client.get_queue_attributes().queue_url(&work).attribute_names(Attribute::All);
    let all = get.send().await.unwrap().attributes.unwrap();
    assert_eq!(all[&Attribute::VisibilityTimeout], "180");
    assert_eq!(all[&Attribute::DelaySeconds], "0");
    assert_eq!(all[&Attribute::ApproximateNumberOfMessages], "1");
    assert_eq!(all[&Attribute::QueueArn], "arn:aws:sqs:us-east-1:000000000000:work");
    assert_eq!(all[&Attribute::CreatedTimestamp], "1803902400");
    assert!(all[&Attribute::RedrivePolicy].contains("\"maxReceiveCount\":2"));

    let get = it.client.get_queue_attributes().queue_url(&work).attribute_names(Attribute::DelaySeconds);
    assert_eq!(get.send().await.unwrap().attributes.unwrap().len(), 1);
    let found = it.client.get_queue_url().queue_name("work").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(work.as_str()));
}

#[tokio::test]
async fn queues_are_listed_by_prefix_and_page() {
    let it = Fixture::start().await;
    for name in ["a-1", "a-2", "a-3", "b"] {
        it.queue(name).await;
    }
    let page = it.client.list_queues().queue_name_prefix("a-").max_results(2).send().await.unwrap();
    assert_eq!(page.queue_urls(), [it.sqs.queue_url("a-1"), it.sqs.queue_url("a-2")]);
    let next =
        it.client.list_queues().queue_name_prefix("a-").max_results(2).next_token(page.next_token.unwrap());
    let next = next.send().await.unwrap();
    assert_eq!((next.queue_urls(), next.next_token()), (&[it.sqs.queue_url("a-3")][..], None));
}

#[tokio::test]
async fn a_queue_is_emptied_at_most_once_a_minute() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    it.send(&queue, "x").await;
    it.client.purge_queue().queue_url(&queue).send().await.unwrap();
    assert!(it.receive(&queue).await.is_empty());
    let again = code!(it.client.purge_queue().queue_url(&queue).send());
    assert_eq!(again, "AWS.SimpleQueueService.PurgeQueueInProgress");
    it.advance_seconds(60);
    it.client.purge_queue().queue_url(&queue).send().await.unwrap();
}
