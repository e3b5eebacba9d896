//! Receipts and credit notes, which the database writes in the statement of their cause, numbered per issuer.

use domain::ids::{BookingId, PaymentId, ReceiptId, RefundId};
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};

/// What a document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// That money was taken.
    Receipt,
    /// That some of it went back.
    CreditNote,
}

/// One line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// For people.
    pub label: String,
    /// What it adds.
    pub amount: Money,
}

/// A receipt, or a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The issuer's number, from 1, without gaps.
    pub number: i64,
    /// What it says.
    pub kind: ReceiptKind,
    /// The issuer's name: the host.
    pub issuer: String,
    /// The booking.
    pub booking_id: BookingId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The refund that it is about, if it is.
    pub refund_id: Option<RefundId>,
    /// The number of what it corrects.
    pub corrects: Option<i64>,
    /// How much.
    pub amount: Money,
    /// What it is made of.
    pub lines: Vec<ReceiptLine>,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// The JSON of a row `r` of receipts and its issuer `i`, as [`Receipt`] reads it.
macro_rules! receipt_json {
    () => {
        "jsonb_build_object('id', r.id, 'number', r.number, 'kind', r.kind, 'issuer', i.name,
             'booking_id', r.booking_id, 'payment_id', r.payment_id, 'refund_id', r.refund_id,
             'corrects', r.corrects, 'amount', jsonb_build_object('amount', r.amount, 'currency', r.currency),
             'lines', r.lines, 'issued_at', r.issued_at)"
    };
}

pub(crate) use receipt_json;

/// What was issued for a payment, in the order of the numbers.
pub async fn of_payment(db: &Db, payment: PaymentId) -> Result<Vec<Receipt>, DbError> {
    let sql = concat!(
        "SELECT ",
        receipt_json!(),
        "::text FROM receipts r JOIN users i ON i.id = r.issuer
         WHERE r.payment_id = :payment::uuid ORDER BY r.number LIMIT 1000"
    );
    db.rows(Statement::new(sql).uuid("payment", payment).idempotent()).await
}
