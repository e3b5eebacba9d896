//! `POST /messages/threads/{thread_id}/messages`: write.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::conversation::MessageText;
use domain::ids::ThreadId;
use domain::invalid::Invalid;
use serde::Deserialize;
use services::messages::post;
use web::{App, Caller, IdempotencyKey, PathId, Problem, ValidJson};

use crate::dto::Message;

/// What you write.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Is there a place for a bicycle?"}))]
pub(crate) struct NewMessage {
    /// The words.
    #[garde(length(chars, min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Write into a conversation of yours; the other side is told by mail.
///
/// Contact data (mail and web addresses, phone numbers, names at messengers) is shown as `•••` until the guest has a
/// confirmed stay in the listing.
#[utoipa::path(
    post, path = "/messages/threads/{thread_id}/messages", tag = "messages", operation_id = "post_message",
    params(
        ("thread_id" = uuid::Uuid, Path, description = "The conversation"),
        ("Idempotency-Key" = String, Header, description = "A fresh one for each new intent"),
    ),
    request_body = NewMessage,
    responses((status = 201, description = "The message as it is shown", body = Message), web::Problems),
)]
pub(crate) async fn post_message(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(thread_id): PathId<ThreadId>,
    ValidJson(message): ValidJson<NewMessage>,
) -> Result<impl IntoResponse, Problem> {
    let text = words(&message.text)?;
    let message = post(app.ctx(), caller.user_id, thread_id, &text).await?;
    Ok((StatusCode::CREATED, Json(Message::from(message))))
}

pub(crate) fn words(text: &str) -> Result<MessageText, Problem> {
    text.parse().map_err(|invalid: Invalid| invalid.refuse("/text").into())
}
