//! The refusals of SQS, with the codes of both of its protocols.

use crate::error::AwsError;

/// Older protocol's prefix of some codes; the SDK matches on the prefixed form.
macro_rules! legacy {
    ($shape:literal) => {
        concat!("AWS.SimpleQueueService.", $shape)
    };
}

pub(super) fn no_such_queue() -> AwsError {
    AwsError::sender(legacy!("NonExistentQueue"), "The specified queue does not exist.")
        .with_shape("QueueDoesNotExist")
}

pub(super) fn queue_exists(message: impl Into<String>) -> AwsError {
    AwsError::sender("QueueAlreadyExists", message).with_shape("QueueNameExists")
}

pub(super) fn invalid_address(address: &str) -> AwsError {
    AwsError::sender("InvalidAddress", format!("The address {address} is not valid for this endpoint."))
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::sender("InvalidParameterValue", message).with_shape("InvalidParameterValueException")
}

pub(super) fn missing_parameter(name: &str) -> AwsError {
    AwsError::sender("MissingParameter", format!("The request must contain the parameter {name}."))
        .with_shape("MissingRequiredParameterException")
}

pub(super) fn invalid_attribute_name(name: &str) -> AwsError {
    AwsError::sender("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

pub(super) fn invalid_attribute_value(name: &str, reason: &str) -> AwsError {
    AwsError::sender(
        "InvalidAttributeValue",
        format!("Invalid value for the parameter {name}. Reason: {reason}"),
    )
}

pub(super) fn invalid_contents() -> AwsError {
    AwsError::sender("InvalidMessageContents", "Invalid binary character was found in the message body.")
}

pub(super) fn invalid_receipt(message: &str) -> AwsError {
    AwsError::sender("ReceiptHandleIsInvalid", message)
}

pub(super) fn not_in_flight() -> AwsError {
    AwsError::sender(legacy!("MessageNotInflight"), "The message is not in flight.")
        .with_shape("MessageNotInflight")
}

pub(super) fn purge_in_progress(queue: &str) -> AwsError {
    let message = format!("Only one PurgeQueue operation on {queue} is allowed every 60 seconds.");
    AwsError::sender(legacy!("PurgeQueueInProgress"), message).with_shape("PurgeQueueInProgress")
}

pub(super) fn unsupported(message: impl Into<String>) -> AwsError {
    AwsError::sender(legacy!("UnsupportedOperation"), message).with_shape("UnsupportedOperation")
}

pub(super) fn no_such_resource(message: impl Into<String>) -> AwsError {
    AwsError::sender("ResourceNotFoundException", message)
}

pub(super) fn empty_batch() -> AwsError {
    AwsError::sender(legacy!("EmptyBatchRequest"), "There should be at least one entry in the request.")
        .with_shape("EmptyBatchRequest")
}

pub(super) fn too_many_entries(count: usize) -> AwsError {
    let message = format!("Maximum number of entries per request are 10. You have sent {count}.");
    AwsError::sender(legacy!("TooManyEntriesInBatchRequest"), message)
        .with_shape("TooManyEntriesInBatchRequest")
}

pub(super) fn ids_not_distinct(id: &str) -> AwsError {
    AwsError::sender(legacy!("BatchEntryIdsNotDistinct"), format!("Id {id} repeated."))
        .with_shape("BatchEntryIdsNotDistinct")
}

pub(super) fn invalid_entry_id() -> AwsError {
    let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores, 80 of them at most.";
    AwsError::sender(legacy!("InvalidBatchEntryId"), message).with_shape("InvalidBatchEntryId")
}

pub(super) fn batch_too_long(bytes: usize) -> AwsError {
    let message = format!("Batch requests cannot be longer than 262144 bytes. You have sent {bytes} bytes.");
    AwsError::sender(legacy!("BatchRequestTooLong"), message).with_shape("BatchRequestTooLong")
}
