//! `GET /messages/threads/{thread_id}`: one conversation.

use axum::Json;
use axum::extract::State;
use domain::ids::ThreadId;
use web::{App, Caller, PathId, Problem};

use crate::dto::Thread;

/// A conversation of yours. Looking does not mark it as read.
#[utoipa::path(
    get, path = "/messages/threads/{thread_id}", tag = "messages", operation_id = "get_thread",
    params(("thread_id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, description = "The conversation", body = Thread), web::Problems),
)]
pub(crate) async fn get_thread(
    State(app): State<App>,
    caller: Caller,
    PathId(thread_id): PathId<ThreadId>,
) -> Result<Json<Thread>, Problem> {
    Ok(Json(services::messages::thread(app.ctx(), caller.user_id, thread_id).await?.into()))
}
