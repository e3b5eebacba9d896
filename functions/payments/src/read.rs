//! `GET /payments/{payment_id}`: one payment.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::PaymentId;
use store::payments::{find, find_for};
use web::{App, Caller, ETag, IfNoneMatch, PathId, Problem};

use crate::view::Payment;

/// A payment, for the guest who pays, the host who lets, and the staff.
#[utoipa::path(
    get, path = "/payments/{payment_id}", tag = "payments", operation_id = "get_payment",
    params(
        ("payment_id" = uuid::Uuid, Path, description = "The payment"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that was read before"),
    ),
    responses(
        (status = 200, description = "The payment", body = Payment, headers(("ETag" = String))),
        (status = 304, description = "It has not changed"),
        web::Problems,
    ),
)]
pub(crate) async fn get_payment(
    State(app): State<App>,
    caller: Caller,
    PathId(payment_id): PathId<PaymentId>,
    if_none_match: IfNoneMatch,
) -> Result<Response, Problem> {
    let db = &app.ctx().db;
    let found = if caller.is_admin() {
        find(db, payment_id).await?
    } else {
        find_for(db, payment_id, caller.user_id).await?
    };
    let payment = found.ok_or_else(Problem::not_found)?;
    let etag = ETag::version(payment.version);
    if let Some(unchanged) = if_none_match.not_modified(etag) {
        return Ok(unchanged);
    }
    Ok((etag, Json(Payment::seen_by(caller.user_id, payment))).into_response())
}
