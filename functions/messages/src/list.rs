//! `GET /messages/threads` and `GET /messages/threads/{thread_id}/messages`: one's conversations, and what was written.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::ids::ThreadId;
use serde::Deserialize;
use services::messages::{messages, threads};
use uuid::Uuid;
use web::paging::PageQuery;
use web::{App, Caller, Page, Paging, PathId, Problem, ValidQuery};

use crate::dto::{Message, Thread};

/// Which conversations.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListThreads {
    /// Only the one about this booking.
    #[garde(skip)]
    booking_id: Option<Uuid>,
    /// How many to a page.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// Your conversations, as guest, host and co-host who sees to the bookings; those with the newest messages first.
#[utoipa::path(
    get, path = "/messages/threads", tag = "messages", operation_id = "list_threads",
    params(ListThreads),
    responses((status = 200, description = "A page", body = Page<Thread>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_threads(
    State(app): State<App>,
    caller: Caller,
    ValidQuery(query): ValidQuery<ListThreads>,
    uri: Uri,
) -> Result<Response, Problem> {
    let list = ("/messages/threads", &(caller.user_id, query.booking_id));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let booking = query.booking_id.map(Into::into);
    let found = threads(app.ctx(), caller.user_id, booking, after, paging.rows()).await?;
    let page: Page<Thread> = paging.page(found, store::threads::Thread::position)?;
    Ok(page.respond(&uri))
}

/// The messages of a conversation of yours, the newest first.
#[utoipa::path(
    get, path = "/messages/threads/{thread_id}/messages", tag = "messages", operation_id = "list_messages",
    params(("thread_id" = uuid::Uuid, Path, description = "The conversation"), PageQuery),
    responses((status = 200, description = "A page", body = Page<Message>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_messages(
    State(app): State<App>,
    caller: Caller,
    PathId(thread_id): PathId<ThreadId>,
    ValidQuery(query): ValidQuery<PageQuery>,
    uri: Uri,
) -> Result<Response, Problem> {
    let list = ("/messages/threads/messages", &(caller.user_id, thread_id));
    let (paging, before) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let found = messages(app.ctx(), caller.user_id, thread_id, before, paging.rows()).await?;
    let page: Page<Message> = paging.page(found, |message| message.seq)?;
    Ok(page.respond(&uri))
}
