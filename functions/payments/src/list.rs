//! `GET /payments`: what the caller paid.

use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use domain::ids::PaymentId;
use serde::Deserialize;
use store::payments::page_of_guest;
use web::{App, Caller, CursorScope, Page, Problem, ValidQuery};

use crate::view::Payment;

/// Which page.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListPayments {
    /// How many at most.
    #[serde(default = "twenty")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

const fn twenty() -> u32 {
    20
}

/// What you paid, the newest first.
#[utoipa::path(
    get, path = "/payments", tag = "payments", operation_id = "list_payments",
    params(ListPayments),
    responses((status = 200, description = "A page", body = Page<Payment>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_payments(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    ValidQuery(query): ValidQuery<ListPayments>,
) -> Result<impl IntoResponse, Problem> {
    let codec = app.cursors().await?;
    let scope = CursorScope::new("/payments", &caller.user_id)?;
    let after: Option<PaymentId> =
        query.cursor.as_deref().map(|cursor| codec.open(&scope, cursor)).transpose()?;
    let mut payments = page_of_guest(&app.ctx().db, caller.user_id, after, query.limit + 1).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let has_more = payments.len() > limit;
    payments.truncate(limit);
    let last = payments.last().filter(|_| has_more).map(|payment| payment.id);
    let next_cursor = last.map(|id| codec.seal(&scope, &id)).transpose()?;
    let items = payments.into_iter().map(|payment| Payment::seen_by(caller.user_id, payment)).collect();
    Ok(Page::<Payment> { items, next_cursor }.respond(&uri))
}
