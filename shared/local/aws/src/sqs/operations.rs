//! From an operation's name to its function.

use std::sync::Arc;

use axum::body::Bytes;
use rusqlite::Transaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::engine::{Call, Engine};
use super::{move_task, queues, receive, send, settle};
use crate::error::AwsError;
use crate::wire;

pub(super) async fn dispatch(engine: Arc<Engine>, operation: String, body: Bytes) -> Result<Value, AwsError> {
    match operation.as_str() {
        "CreateQueue" => run(&engine, &body, queues::create).await,
        "GetQueueUrl" => run(&engine, &body, queues::get_url).await,
        "GetQueueAttributes" => run(&engine, &body, queues::get_attributes).await,
        "SetQueueAttributes" => run(&engine, &body, queues::set_attributes).await,
        "ListQueues" => run(&engine, &body, queues::list).await,
        "PurgeQueue" => run(&engine, &body, queues::purge).await,
        "SendMessage" => run(&engine, &body, send::send).await,
        "SendMessageBatch" => run(&engine, &body, send::send_batch).await,
        "ReceiveMessage" => Ok(serde_json::to_value(receive::receive(&engine, wire::parse(&body)?).await?)?),
        "DeleteMessage" => run(&engine, &body, settle::delete).await,
        "DeleteMessageBatch" => run(&engine, &body, settle::delete_batch).await,
        "ChangeMessageVisibility" => run(&engine, &body, settle::change_visibility).await,
        "ChangeMessageVisibilityBatch" => run(&engine, &body, settle::change_visibility_batch).await,
        "StartMessageMoveTask" => run(&engine, &body, move_task::start).await,
        other => Err(wire::unknown_operation(other)),
    }
}

async fn run<I, O>(
    engine: &Engine,
    body: &[u8],
    operation: fn(&Transaction<'_>, &Call, &I) -> Result<O, AwsError>,
) -> Result<Value, AwsError>
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
{
    let input: I = wire::parse(body)?;
    let output = engine.run(move |transaction, call| operation(transaction, call, &input)).await?;
    Ok(serde_json::to_value(output)?)
}
