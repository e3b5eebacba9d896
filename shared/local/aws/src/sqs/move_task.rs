//! `StartMessageMoveTask`: dead letters go back to where they came from.

use rusqlite::{Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::engine::Call;
use super::error;
use super::store;
use crate::error::AwsError;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct StartMessageMoveTask {
    #[serde(default)]
    source_arn: String,
    destination_arn: Option<String>,
    max_number_of_messages_per_second: Option<i64>,
}

/// The task is done when the call returns.
pub(super) fn start(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &StartMessageMoveTask,
) -> Result<Value, AwsError> {
    if input.max_number_of_messages_per_second.is_some_and(|rate| !(1..=500).contains(&rate)) {
        return Err(error::invalid_parameter("MaxNumberOfMessagesPerSecond must be 1 to 500."));
    }
    let source = queue_in_arn(transaction, call, &input.source_arn)?;
    if !is_dead_letter_queue(transaction, call, &source)? {
        return Err(error::invalid_parameter("Source queue must be configured as a Dead Letter Queue."));
    }
    let destination =
        input.destination_arn.as_deref().map(|arn| queue_in_arn(transaction, call, arn)).transpose()?;
    redrive(transaction, call, &source, destination.as_deref())?;
    Ok(json!({"TaskHandle": call.uuid().to_string()}))
}

fn queue_in_arn(transaction: &Transaction<'_>, call: &Call, arn: &str) -> Result<String, AwsError> {
    let missing =
        || error::no_such_resource("The resource that you specified for the SourceArn does not exist.");
    let name = call.naming.name_in_arn(arn).ok_or_else(missing)?;
    Ok(store::find_queue(transaction, name)?.ok_or_else(missing)?.name)
}

/// Whether some queue gives its messages up to `queue`.
pub(super) fn is_dead_letter_queue(
    transaction: &Transaction<'_>,
    call: &Call,
    queue: &str,
) -> Result<bool, AwsError> {
    for name in store::queue_names(transaction)? {
        let policy = store::queue(transaction, &name)?.attributes.redrive_policy(call)?;
        if policy.is_some_and(|policy| policy.dead_letter_queue == queue) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Moves what is visible in `source` to `destination`, or each to its own source queue, as new messages: new id,
/// sending time and count. What was sent to the dead letters directly has no source and stays.
pub(super) fn redrive(
    transaction: &Transaction<'_>,
    call: &Call,
    source: &str,
    destination: Option<&str>,
) -> Result<usize, AwsError> {
    let mut statement = transaction.prepare_cached(
        "SELECT seq, dead_letter_source FROM messages WHERE queue = ?1 AND visible_at <= ?2",
    )?;
    let rows = statement
        .query_map(params![source, call.now], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let mut moved = 0;
    for (seq, arn) in rows {
        let origin = arn.as_deref().and_then(|arn| call.naming.name_in_arn(arn));
        let Some(target) = destination.or(origin) else { continue };
        transaction
            .prepare_cached(
                "UPDATE messages
                 SET queue = ?2, id = ?3, sent_at = ?4, visible_at = ?4, first_received_at = NULL, receive_count = 0,
                     receipt = NULL, dead_letter_source = NULL
                 WHERE seq = ?1",
            )?
            .execute(params![seq, target, call.uuid().to_string(), call.now])?;
        call.touch(target);
        moved += 1;
    }
    Ok(moved)
}
