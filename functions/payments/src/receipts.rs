//! `GET /payments/{payment_id}/receipts`: the receipt of a payment and the credit notes of its refunds.

use axum::Json;
use axum::extract::State;
use domain::ids::PaymentId;
use domain::money::Money;
use jiff::Timestamp;
use serde::Serialize;
use store::payments::{find, find_for};
use store::receipts::{ReceiptKind as Kind, of_payment};
use uuid::Uuid;
use web::dto::MoneyDto;
use web::{App, Caller, PathId, Problem};

/// Everything that was issued for a payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Receipts {
    /// In the order of the numbers.
    #[schema(max_items = 1000)]
    items: Vec<Receipt>,
}

/// A receipt, or a credit note.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f0e-9d3e-7b1a-8c5d-2e1f0a9b8c7d", "number": 17, "kind": "receipt", "issuer": "Hanna Host",
    "refund_id": null, "corrects": null, "amount": {"amount": 125_400, "currency": "USD"},
    "lines": [{"label": "5 nights", "amount": {"amount": 100_000, "currency": "USD"}}],
    "issued_at": "2026-06-01T12:00:03Z",
}))]
pub(crate) struct Receipt {
    /// Its id.
    id: Uuid,
    /// The issuer's number, from 1, without gaps.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    number: i64,
    /// What it says.
    #[schema(value_type = ReceiptKind)]
    kind: Kind,
    /// Who issued it: the host, by the platform's hand.
    #[schema(max_length = 200)]
    issuer: String,
    /// The refund that it is about.
    refund_id: Option<Uuid>,
    /// The number of what it corrects.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    corrects: Option<i64>,
    /// How much.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// What it is made of.
    #[schema(max_items = 100)]
    lines: Vec<ReceiptLine>,
    /// When it was issued.
    issued_at: Timestamp,
}

/// The kinds of documents, for the schema.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of the store's type, which knows no HTTP")]
pub(crate) enum ReceiptKind {
    Receipt,
    CreditNote,
}

/// One line of a receipt.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReceiptLine {
    /// For people.
    #[schema(max_length = 200)]
    label: String,
    /// What it adds.
    #[schema(value_type = MoneyDto)]
    amount: Money,
}

impl From<store::receipts::Receipt> for Receipt {
    fn from(receipt: store::receipts::Receipt) -> Self {
        let line =
            |line: store::receipts::ReceiptLine| ReceiptLine { label: line.label, amount: line.amount };
        Self {
            id: receipt.id.into(),
            number: receipt.number,
            kind: receipt.kind,
            issuer: receipt.issuer,
            refund_id: receipt.refund_id.map(Into::into),
            corrects: receipt.corrects,
            amount: receipt.amount,
            lines: receipt.lines.into_iter().map(line).collect(),
            issued_at: receipt.issued_at,
        }
    }
}

/// The receipt of a payment and the credit notes of its refunds, for the guest who paid, the host who lets, and the
/// staff. They are also sent to the guest by mail.
#[utoipa::path(
    get, path = "/payments/{payment_id}/receipts", tag = "payments", operation_id = "list_receipts",
    params(("payment_id" = uuid::Uuid, Path, description = "The payment")),
    responses((status = 200, description = "What was issued", body = Receipts), web::Problems),
)]
pub(crate) async fn list_receipts(
    State(app): State<App>,
    caller: Caller,
    PathId(payment_id): PathId<PaymentId>,
) -> Result<Json<Receipts>, Problem> {
    let db = &app.ctx().db;
    let found = if caller.is_admin() {
        find(db, payment_id).await?
    } else {
        find_for(db, payment_id, caller.user_id).await?
    };
    found.ok_or_else(Problem::not_found)?;
    let items = of_payment(db, payment_id).await?.into_iter().map(Receipt::from).collect();
    Ok(Json(Receipts { items }))
}
