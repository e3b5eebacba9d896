//! `GET /payments`: what the caller paid.

use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use store::payments::page_of_guest;
use web::{App, Caller, Page, PageQuery, Paging, Problem, ValidQuery};

use crate::view::Payment;

/// What you paid, the newest first.
#[utoipa::path(
    get, path = "/payments", tag = "payments", operation_id = "list_payments",
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<Payment>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_payments(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    ValidQuery(query): ValidQuery<PageQuery>,
) -> Result<impl IntoResponse, Problem> {
    let list = ("/payments", &caller.user_id);
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let payments = page_of_guest(&app.ctx().db, caller.user_id, after, paging.rows()).await?;
    let view = |payment| Payment::seen_by(caller.user_id, payment);
    Ok(paging.page_of(payments, |payment| payment.id, view)?.respond(&uri))
}
