//! `GET /payments/disputes`: payments that guests' banks took back.

use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use domain::money::Money;
use jiff::Timestamp;
use serde::Serialize;
use store::disputes::{DisputeState as State_, Whose, page};
use uuid::Uuid;
use web::dto::MoneyDto;
use web::{App, Caller, Page, PageQuery, Paging, Problem, ValidQuery};

/// A payment that a guest's bank took back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f5a-2b7d-7c11-9d6e-7f3a5b9c8d10", "payment_id": "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11",
    "booking_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4", "amount": {"amount": 125_400, "currency": "USD"},
    "reason": "fraudulent", "state": "open", "evidence_due_at": "2026-06-12T09:00:00Z",
    "opened_at": "2026-06-03T09:00:00Z", "closed_at": null,
}))]
pub(crate) struct Dispute {
    /// Its id.
    id: Uuid,
    /// The payment.
    payment_id: Uuid,
    /// The booking that it paid for; what is not sent of your share waits for the end.
    booking_id: Uuid,
    /// How much the bank took.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// The bank's reason, such as `fraudulent` or `product_not_received`.
    #[schema(max_length = 100)]
    reason: String,
    /// Where it stands.
    #[schema(value_type = DisputeState)]
    state: State_,
    /// Until when evidence counts: send it to the staff before.
    evidence_due_at: Option<Timestamp>,
    /// When the bank took the money.
    opened_at: Timestamp,
    /// When the bank decided.
    closed_at: Option<Timestamp>,
}

/// The states of a dispute, for the schema.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of the store's type, which knows no HTTP")]
pub(crate) enum DisputeState {
    Open,
    Won,
    Lost,
}

impl From<store::disputes::Dispute> for Dispute {
    fn from(dispute: store::disputes::Dispute) -> Self {
        Self {
            id: dispute.id.into(),
            payment_id: dispute.payment_id.into(),
            booking_id: dispute.booking_id.into(),
            amount: dispute.amount,
            reason: dispute.reason,
            state: dispute.state,
            evidence_due_at: dispute.evidence_due_at,
            opened_at: dispute.opened_at,
            closed_at: dispute.closed_at,
        }
    }
}

/// Disputes about your bookings as a host, the newest first; all disputes for the staff.
#[utoipa::path(
    get, path = "/payments/disputes", tag = "payments", operation_id = "list_disputes",
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<Dispute>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_disputes(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    ValidQuery(query): ValidQuery<PageQuery>,
) -> Result<impl IntoResponse, Problem> {
    let whose = if caller.is_admin() { Whose::Everybodys } else { Whose::Host(caller.user_id) };
    let list = ("/payments/disputes", &(caller.user_id, caller.is_admin()));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let disputes = page(&app.ctx().db, whose, after, paging.rows()).await?;
    let page: Page<Dispute> = paging.page(disputes, |dispute| dispute.id)?;
    Ok(page.respond(&uri))
}
