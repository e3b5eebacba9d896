//! `GET /payments/findings` and `POST …/{finding_id}/settle`: what the reconciliation found, for the staff.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use domain::ids::{BookingId, FindingId};
use domain::ledger::Account;
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::payments::{SettleFinding as Input, settle_finding as settle};
use store::reconciliation::{FindingState as State_, page};
use uuid::Uuid;
use web::{AdminCaller, App, IdempotencyKey, Page, Paging, PathId, Problem, ValidJson, ValidQuery};

/// Something on which the provider's books and ours differ, or that is overdue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f61-0b1c-7d2e-8f3a-4b5c6d7e8f90", "kind": "refund_unknown", "subject": "re_1NG8Du2eZvKYlo2C",
    "details": {"amount": {"amount": 5_000, "currency": "USD"}, "refund_id": null}, "state": "open",
    "first_seen_at": "2026-06-03T01:00:00Z", "last_seen_at": "2026-06-03T01:00:00Z", "settled_at": null,
    "note": null,
}))]
pub(crate) struct Finding {
    /// Its id.
    id: Uuid,
    /// What is wrong; the runbook has a row for each.
    #[schema(max_length = 50)]
    kind: String,
    /// With what: an id of ours or of the provider's.
    #[schema(max_length = 255)]
    subject: String,
    /// What both sides say.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// Where it stands.
    #[schema(value_type = FindingState)]
    state: State_,
    /// When it was found first.
    first_seen_at: Timestamp,
    /// When it was found last.
    last_seen_at: Timestamp,
    /// When the staff settled it.
    settled_at: Option<Timestamp>,
    /// What the staff wrote about it.
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// The states of a finding.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FindingState {
    /// Waits for the staff.
    Open,
    /// Mended by the run that found it.
    Healed,
    /// Settled by the staff.
    Settled,
}

impl From<FindingState> for State_ {
    fn from(state: FindingState) -> Self {
        match state {
            FindingState::Open => Self::Open,
            FindingState::Healed => Self::Healed,
            FindingState::Settled => Self::Settled,
        }
    }
}

impl From<store::reconciliation::Finding> for Finding {
    fn from(finding: store::reconciliation::Finding) -> Self {
        Self {
            id: finding.id.into(),
            kind: finding.kind,
            subject: finding.subject,
            details: finding.details,
            state: finding.state,
            first_seen_at: finding.first_seen_at,
            last_seen_at: finding.last_seen_at,
            settled_at: finding.settled_at,
            note: finding.note,
        }
    }
}

/// Which page.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListFindings {
    /// Only those in this state.
    #[garde(skip)]
    #[param(inline)]
    state: Option<FindingState>,
    /// How many at most.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// What the reconciliation found, the newest first; for the staff.
#[utoipa::path(
    get, path = "/payments/findings", tag = "payments", operation_id = "list_findings",
    params(ListFindings),
    responses((status = 200, description = "A page", body = Page<Finding>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_findings(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    uri: Uri,
    ValidQuery(query): ValidQuery<ListFindings>,
) -> Result<impl IntoResponse, Problem> {
    let list = ("/payments/findings", &(caller.user_id, query.state));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let findings = page(&app.ctx().db, query.state.map(State_::from), after, paging.rows()).await?;
    let page: Page<Finding> = paging.page(findings, |finding| (finding.first_seen_at, finding.id))?;
    Ok(page.respond(&uri))
}

/// What was done about a finding.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "note": "Refunded by hand at the provider for a guest who could not reach us.",
    "write_off": {"account": "provider_balance", "amount": {"amount": 5_000, "currency": "USD"}},
}))]
pub(crate) struct SettleFinding {
    /// In words, for whoever asks later.
    #[garde(length(chars, min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    note: String,
    /// What is given up, if anything; posted to the ledger.
    #[garde(skip)]
    write_off: Option<WriteOff>,
}

/// What is given up.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteOff {
    /// The account of the ledger that is put right.
    account: WriteOffAccount,
    /// What is missing in it; below zero what is too much.
    #[schema(value_type = web::dto::MoneyDto)]
    amount: Money,
    /// The booking that it concerns; required with `host_payable`.
    #[schema(value_type = Option<Uuid>)]
    booking_id: Option<BookingId>,
}

/// The accounts in which something can be missing.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WriteOffAccount {
    /// What the provider holds is less than the ledger says.
    ProviderBalance,
    /// A bank will not give back what it took.
    DisputedFunds,
    /// A host will not pay what is owed.
    HostPayable,
    /// A refund cannot be delivered.
    RefundsPayable,
}

impl From<WriteOffAccount> for Account {
    fn from(account: WriteOffAccount) -> Self {
        match account {
            WriteOffAccount::ProviderBalance => Self::ProviderBalance,
            WriteOffAccount::DisputedFunds => Self::DisputedFunds,
            WriteOffAccount::HostPayable => Self::HostPayable,
            WriteOffAccount::RefundsPayable => Self::RefundsPayable,
        }
    }
}

/// Settle a finding, with a note and, if money is given up, its journal; for the staff.
#[utoipa::path(
    post, path = "/payments/findings/{finding_id}/settle", tag = "payments", operation_id = "settle_finding",
    params(
        ("finding_id" = uuid::Uuid, Path, description = "The finding"),
        ("Idempotency-Key" = String, Header, description = "A fresh text for each new intent"),
    ),
    request_body = SettleFinding,
    responses((status = 200, description = "The finding, settled", body = Finding), web::Problems),
)]
pub(crate) async fn settle_finding(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    _key: IdempotencyKey,
    PathId(finding_id): PathId<FindingId>,
    ValidJson(input): ValidJson<SettleFinding>,
) -> Result<Json<Finding>, Problem> {
    let note = input.note.parse().map_err(|invalid: domain::invalid::Invalid| invalid.refuse("/note"))?;
    let write_off = input.write_off.map(|off| (off.account.into(), off.amount, off.booking_id));
    let input = Input { note, write_off };
    Ok(Json(settle(app.ctx(), caller.user_id, finding_id, &input).await?.into()))
}
