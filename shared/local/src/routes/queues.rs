//! `/_local/queues`: what waits, and what was given up.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::LocalError;
use crate::stack::Handles;

/// The most messages that are shown of a dead letters' queue.
const SHOWN: usize = 50;

/// `GET`: the queues with their counts, and the dead letters.
pub(super) async fn list(State(handles): State<Arc<Handles>>) -> Result<Json<Value>, LocalError> {
    let sqs = &handles.services.sqs;
    let queues: Vec<Value> = sqs
        .queues()
        .await?
        .into_iter()
        .map(|queue| {
            json!({
                "name": queue.name,
                "visible": queue.visible,
                "in_flight": queue.in_flight,
                "delayed": queue.delayed,
                "dead_letter_queue": queue.dead_letter_queue,
            })
        })
        .collect();
    let mut letters = serde_json::Map::new();
    for (queue, messages) in sqs.dead_letters(SHOWN).await? {
        let messages = messages
            .into_iter()
            .map(|message| {
                json!({ "id": message.id, "body": message.body, "sent_at": message.sent_at,
                        "receive_count": message.receive_count })
            })
            .collect();
        letters.insert(queue, Value::Array(messages));
    }
    Ok(Json(json!({ "queues": queues, "dead_letters": letters })))
}

/// `POST`: sends a queue's dead letters back to where they came from.
pub(super) async fn redrive(
    State(handles): State<Arc<Handles>>,
    Path(queue): Path<String>,
) -> Result<Json<Value>, LocalError> {
    let moved = handles.services.sqs.redrive(&queue).await?;
    Ok(Json(json!({ "moved": moved })))
}
