//! Long polls: they wait without looking all the time, and end when there is something.

use std::time::{Duration, Instant};

use aws_sdk_sqs::operation::receive_message::ReceiveMessageOutput;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use tokio::task::JoinHandle;

use crate::sqs::Fixture;
use crate::support::eventually;

impl Fixture {
    /// A receiver that waits, and has looked once.
    async fn waiting(&self, queue: &str, seconds: i32) -> JoinHandle<ReceiveMessageOutput> {
        let before = self.sqs.poll_checks();
        let receive = self.client.receive_message().queue_url(queue).wait_time_seconds(seconds);
        let task = tokio::spawn(async move { receive.send().await.unwrap() });
        eventually("a receiver looks", || self.sqs.poll_checks() > before).await;
        task
    }
}

async fn prompt(task: JoinHandle<ReceiveMessageOutput>) -> usize {
    let output =
        tokio::time::timeout(Duration::from_secs(5), task).await.expect("the receiver still waits").unwrap();
    output.messages().len()
}

#[tokio::test]
async fn a_send_ends_the_wait() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let other = it.queue("other").await;
    let task = it.waiting(&queue, 20).await;
    it.send(&other, "not for it").await;
    it.send(&queue, "x").await;
    assert_eq!(prompt(task).await, 1);
    // One look before, one after; the other queue's message woke nobody.
    assert_eq!(it.sqs.poll_checks(), 2);
}

#[tokio::test]
async fn an_empty_queue_is_looked_into_once_before_and_once_after_the_wait() {
    let it = Fixture::start().await;
    let create =
        it.client.create_queue().queue_name("work").attributes(Attribute::ReceiveMessageWaitTimeSeconds, "1");
    let queue = create.send().await.unwrap().queue_url.unwrap();
    let started = Instant::now();
    // The wait is the queue's own.
    assert!(it.receive(&queue).await.is_empty());
    assert!(started.elapsed() >= Duration::from_millis(990), "{:?}", started.elapsed());
    assert_eq!(it.sqs.poll_checks(), 2);
    // The receiver's wish goes first.
    it.client.receive_message().queue_url(&queue).wait_time_seconds(0).send().await.unwrap();
    assert_eq!(it.sqs.poll_checks(), 3);
}

#[tokio::test]
async fn a_delayed_message_under_a_still_clock_is_looked_for_five_times_a_second_at_most() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let delayed = it.client.send_message().queue_url(&queue).message_body("x").delay_seconds(900);
    delayed.send().await.unwrap();
    let receive = it.client.receive_message().queue_url(&queue).wait_time_seconds(1);
    assert!(receive.send().await.unwrap().messages().is_empty());
    assert!(it.sqs.poll_checks() <= 7, "{}", it.sqs.poll_checks());
}

#[tokio::test]
async fn a_jump_of_the_clock_makes_messages_due_for_those_who_wait() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    for poke in [true, false] {
        let delayed = it.client.send_message().queue_url(&queue).message_body("x").delay_seconds(900);
        delayed.send().await.unwrap();
        let task = it.waiting(&queue, 20).await;
        it.advance_seconds(900);
        if poke {
            it.sqs.poke();
        }
        assert_eq!(prompt(task).await, 1, "poke: {poke}");
    }
}

#[tokio::test]
async fn a_message_given_back_ends_the_wait_of_another() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    it.send(&queue, "x").await;
    let handle = it.receive_one(&queue).await.receipt_handle.unwrap();
    let task = it.waiting(&queue, 20).await;
    let change =
        it.client.change_message_visibility().queue_url(&queue).receipt_handle(handle).visibility_timeout(0);
    change.send().await.unwrap();
    assert_eq!(prompt(task).await, 1);
}

#[tokio::test]
async fn stopping_ends_the_wait_with_an_empty_answer() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let task = it.waiting(&queue, 20).await;
    let url = it.sqs.url();
    it.sqs.stop().await;
    assert_eq!(prompt(task).await, 0);
    assert!(reqwest::get(url).await.is_err_and(|error| error.is_connect()));
}
