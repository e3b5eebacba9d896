//! `POST /messages/threads/{thread_id}/read`: note what was read.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::ThreadId;
use serde::Deserialize;
use services::messages::mark_read;
use web::{App, Caller, PathId, Problem, ValidJson};

/// How far you have read.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"up_to": 1}))]
pub(crate) struct ReadUpTo {
    /// `seq` of the last message that you have read.
    #[garde(range(min = 1, max = 2_147_483_647))]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    up_to: u32,
}

/// Note that you have read a conversation up to a message. What was read stays read; each co-host reads for themselves.
#[utoipa::path(
    post, path = "/messages/threads/{thread_id}/read", tag = "messages", operation_id = "read_thread",
    params(("thread_id" = uuid::Uuid, Path, description = "The conversation")),
    request_body = ReadUpTo,
    responses((status = 204, description = "It is noted"), web::Problems),
)]
pub(crate) async fn read_thread(
    State(app): State<App>,
    caller: Caller,
    PathId(thread_id): PathId<ThreadId>,
    ValidJson(read): ValidJson<ReadUpTo>,
) -> Result<StatusCode, Problem> {
    mark_read(app.ctx(), caller.user_id, thread_id, read.up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}
