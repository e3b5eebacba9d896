//! What the queues refuse, with the code that the SDK sees.

use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName as Attribute,
    SendMessageBatchRequestEntry,
};

use crate::sqs::Fixture;
use crate::support::code;

fn entry(id: &str, body: impl Into<String>) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

#[tokio::test]
async fn whole_batches_are_refused_for_their_ids_and_sizes() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let batch =
        |entries: Vec<_>| it.client.send_message_batch().queue_url(&queue).set_entries(Some(entries)).send();
    let eleven = (0..11).map(|index| entry(&index.to_string(), "x")).collect();
    for (entries, expected) in [
        (vec![], "EmptyBatchRequest"),
        (eleven, "TooManyEntriesInBatchRequest"),
        (vec![entry("a", "x"), entry("a", "y")], "BatchEntryIdsNotDistinct"),
        (vec![entry("a b", "x")], "InvalidBatchEntryId"),
        (vec![entry(&"a".repeat(81), "x")], "InvalidBatchEntryId"),
        (vec![entry("a", "x".repeat(200_000)), entry("b", "x".repeat(62_145))], "BatchRequestTooLong"),
    ] {
        assert_eq!(code!(batch(entries)), format!("AWS.SimpleQueueService.{expected}"));
    }
    assert!(it.receive(&queue).await.is_empty());
    let full = vec![entry("a", "x".repeat(200_000)), entry("b", "x".repeat(62_144))];
    assert_eq!(batch(full).await.unwrap().successful().len(), 2);
}

#[tokio::test]
async fn messages_are_refused_for_size_characters_delay_and_attributes() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    let send = |body: String| it.client.send_message().queue_url(&queue).message_body(body);
    assert_eq!(code!(send("x".repeat(262_145)).send()), "InvalidParameterValue");
    send("x".repeat(262_144)).send().await.unwrap();
    // The limit is in bytes, and attributes count.
    assert_eq!(code!(send("é".repeat(131_073)).send()), "InvalidParameterValue");
    let value = |kind: &str, text: &str| {
        MessageAttributeValue::builder().data_type(kind).string_value(text).build().unwrap()
    };
    let attributed =
        |name: &str, kind: &str, text: &str| send("x".to_owned()).message_attributes(name, value(kind, text));
    assert_eq!(
        code!(send("x".repeat(262_143)).message_attributes("n", value("String", "v")).send()),
        "InvalidParameterValue"
    );

    assert_eq!(code!(send(String::new()).send()), "MissingParameter");
    for character in ["\u{0}", "\u{b}", "\u{fffe}"] {
        let error = send(character.to_owned()).send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_message_contents(), "{error:?}");
    }
    send("\t\r\n\u{10ffff}".to_owned()).send().await.unwrap();
    for delay in [-1, 901] {
        assert_eq!(code!(send("x".to_owned()).delay_seconds(delay).send()), "InvalidParameterValue");
    }
    for (name, kind, text) in [
        ("AWS.x", "String", "v"),
        (".x", "String", "v"),
        ("a b", "String", "v"),
        ("n", "Number", "one"),
        ("n", "Object", "v"),
        ("n", "String", ""),
    ] {
        assert_eq!(
            code!(attributed(name, kind, text).send()),
            "InvalidParameterValue",
            "{name} {kind} {text}"
        );
    }
    let eleven = (0..11).fold(send("x".to_owned()), |send, index| {
        send.message_attributes(format!("n{index}"), value("String", "v"))
    });
    assert_eq!(code!(eleven.send()), "InvalidParameterValue");
    // Standard queues know no deduplication.
    assert_eq!(code!(send("x".to_owned()).message_deduplication_id("d").send()), "SerializationException");
}

#[tokio::test]
async fn queues_are_refused_for_names_and_settings() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    for (name, expected) in [
        ("", "InvalidParameterValue"),
        ("a.b", "InvalidParameterValue"),
        (&"a".repeat(81), "InvalidParameterValue"),
        ("a.fifo", "AWS.SimpleQueueService.UnsupportedOperation"),
    ] {
        assert_eq!(code!(it.client.create_queue().queue_name(name).send()), expected, "{name}");
    }
    // The same settings find the queue, others do not.
    let create = |timeout: &str| {
        it.client.create_queue().queue_name("work").attributes(Attribute::VisibilityTimeout, timeout).send()
    };
    create("30").await.unwrap();
    assert!(create("31").await.unwrap_err().into_service_error().is_queue_name_exists());

    let policy =
        |arn: String, count: u32| format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{count}}}"#);
    let (own, missing) = (it.sqs.queue_arn("work"), it.sqs.queue_arn("missing"));
    it.queue("dead").await;
    let dead = it.sqs.queue_arn("dead");
    for (name, value, expected) in [
        (Attribute::VisibilityTimeout, "43201".to_owned(), "InvalidAttributeValue"),
        (Attribute::DelaySeconds, "901".to_owned(), "InvalidAttributeValue"),
        (Attribute::DelaySeconds, String::new(), "InvalidAttributeValue"),
        (Attribute::MaximumMessageSize, "262145".to_owned(), "InvalidAttributeValue"),
        (Attribute::RedrivePolicy, "{".to_owned(), "InvalidAttributeValue"),
        (Attribute::RedrivePolicy, policy(own, 5), "InvalidAttributeValue"),
        (Attribute::RedrivePolicy, policy(missing, 5), "InvalidAttributeValue"),
        (Attribute::RedrivePolicy, policy(dead.clone(), 0), "InvalidAttributeValue"),
        (Attribute::RedrivePolicy, policy(dead.clone(), 1001), "InvalidAttributeValue"),
        (Attribute::FifoQueue, "true".to_owned(), "AWS.SimpleQueueService.UnsupportedOperation"),
        (Attribute::from("Colour"), "red".to_owned(), "InvalidAttributeName"),
    ] {
        let set = it.client.set_queue_attributes().queue_url(&queue).attributes(name.clone(), &value);
        assert_eq!(code!(set.send()), expected, "{name} {value}");
    }
    let unknown = it.client.get_queue_attributes().queue_url(&queue).attribute_names("Colour".into());
    assert_eq!(code!(unknown.send()), "InvalidAttributeName");
    // `work` is nobody's dead-letter queue.
    let task = it.client.start_message_move_task().source_arn(it.sqs.queue_arn("work"));
    assert_eq!(code!(task.send()), "InvalidParameterValue");
    let task = it.client.start_message_move_task().source_arn(it.sqs.queue_arn("missing"));
    assert!(task.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_refused_by_every_operation() {
    let it = Fixture::start().await;
    let url = it.sqs.queue_url("missing");
    let expected = "AWS.SimpleQueueService.NonExistentQueue";
    assert_eq!(code!(it.client.get_queue_url().queue_name("missing").send()), expected);
    assert_eq!(code!(it.client.send_message().queue_url(&url).message_body("x").send()), expected);
    assert_eq!(
        code!(it.client.send_message_batch().queue_url(&url).entries(entry("a", "x")).send()),
        expected
    );
    assert_eq!(code!(it.client.receive_message().queue_url(&url).wait_time_seconds(20).send()), expected);
    assert_eq!(code!(it.client.delete_message().queue_url(&url).receipt_handle("x").send()), expected);
    assert_eq!(code!(it.client.purge_queue().queue_url(&url).send()), expected);
    assert_eq!(code!(it.client.get_queue_attributes().queue_url(&url).send()), expected);
    let stranger = url.replace("000000000000", "111111111111");
    let call = it.client.send_message().queue_url(stranger).message_body("x");
    assert!(call.send().await.unwrap_err().into_service_error().is_invalid_address());
}

#[tokio::test]
async fn receivers_are_refused_for_their_wishes_and_handles() {
    let it = Fixture::start().await;
    let queue = it.queue("work").await;
    it.queue("other").await;
    let receive = || it.client.receive_message().queue_url(&queue);
    for count in [0, 11] {
        assert_eq!(code!(receive().max_number_of_messages(count).send()), "InvalidParameterValue");
    }
    assert_eq!(code!(receive().wait_time_seconds(21).send()), "InvalidParameterValue");
    assert_eq!(code!(receive().visibility_timeout(43_201).send()), "InvalidParameterValue");
    let colour = receive().message_system_attribute_names(MessageSystemAttributeName::from("Colour"));
    assert_eq!(code!(colour.send()), "InvalidAttributeName");

    it.send(&queue, "x").await;
    let handle = it.receive_one(&queue).await.receipt_handle.unwrap();
    let delete =
        |queue: &str, handle: &str| it.client.delete_message().queue_url(queue).receipt_handle(handle).send();
    assert_eq!(code!(delete(&queue, "nonsense")), "ReceiptHandleIsInvalid");
    assert_eq!(code!(delete(&it.sqs.queue_url("other"), &handle)), "ReceiptHandleIsInvalid");
    let change = |seconds| {
        it.client
            .change_message_visibility()
            .queue_url(&queue)
            .receipt_handle(&handle)
            .visibility_timeout(seconds)
            .send()
    };
    assert_eq!(code!(change(43_201)), "InvalidParameterValue");
    delete(&queue, &handle).await.unwrap();
    assert_eq!(code!(change(10)), "InvalidParameterValue");
}

#[tokio::test]
async fn bodies_and_operations_beyond_the_protocol_are_refused() {
    let it = Fixture::start().await;
    let post = |target: &'static str, body: String| {
        let request = reqwest::Client::new().post(it.sqs.url()).header("x-amz-target", target);
        request.header("content-type", "application/x-amz-json-1.0").body(body).send()
    };
    let answer = post("AmazonSQS.SendMessage", "x".repeat(2 * 1024 * 1024 + 1)).await.unwrap();
    assert_eq!(answer.status(), 413);
    let answer = post("AmazonSQS.SendMessage", "[".to_owned()).await.unwrap();
    assert_eq!(answer.headers()["x-amzn-query-error"], "SerializationException;Sender");
    assert!(answer.text().await.unwrap().contains("com.amazonaws.sqs#SerializationException"));
    let answer = post("AmazonSQS.FlyToTheMoon", "{}".to_owned()).await.unwrap();
    assert_eq!(answer.headers()["x-amzn-query-error"], "UnknownOperationException;Sender");
    // The content type is part of the protocol.
    let plain =
        reqwest::Client::new().post(it.sqs.url()).header("x-amz-target", "AmazonSQS.ListQueues").body("{}");
    assert_eq!(plain.send().await.unwrap().status(), 400);
}
