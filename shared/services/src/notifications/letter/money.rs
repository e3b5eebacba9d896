//! Letters about money: receipts and credit notes to guests, disputes to hosts.

use domain::messages::DisputeNotice;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use store::deliveries::{DisputeFacts, ReceiptFacts};
use store::disputes::DisputeState;
use store::receipts::{ReceiptKind, ReceiptLine};

use super::{Language, Letter, booking_path, letter, one_line};

/// What the templates of receipts may say.
#[derive(Serialize)]
struct ReceiptValues {
    name: String,
    property: String,
    issuer: String,
    title: &'static str,
    credit: bool,
    number: i64,
    corrects: Option<i64>,
    issued: String,
    booking: String,
    check_in: String,
    check_out: String,
    lines: Vec<LineValues>,
    amount: String,
}

#[derive(Serialize)]
struct LineValues {
    label: String,
    amount: String,
}

/// A receipt or a credit note, to the guest who paid.
pub(super) fn receipt(facts: &ReceiptFacts) -> Option<Letter> {
    let (receipt, language) = (&facts.receipt, Language::of(&facts.guest.locale));
    let is_credit_note = receipt.kind == ReceiptKind::CreditNote;
    let line =
        |line: &ReceiptLine| LineValues { label: one_line(&line.label), amount: language.money(line.amount) };
    let values = ReceiptValues {
        name: one_line(&facts.guest.name),
        property: one_line(&facts.title),
        issuer: one_line(&receipt.issuer),
        title: language.document(is_credit_note),
        credit: is_credit_note,
        number: receipt.number,
        corrects: receipt.corrects,
        issued: language.date(facts.guest.time_zone.today(receipt.issued_at)),
        booking: receipt.booking_id.to_string(),
        check_in: language.date(facts.check_in),
        check_out: language.date(facts.check_out),
        lines: receipt.lines.iter().map(line).collect(),
        amount: language.money(receipt.amount),
    };
    letter(&facts.guest, "receipt", Value::from(Serde(&values)), booking_path(receipt.booking_id))
}

/// What the templates of disputes may say.
#[derive(Serialize)]
struct DisputeValues {
    name: String,
    property: String,
    check_in: String,
    check_out: String,
    amount: String,
    reason: &'static str,
    deadline: Option<String>,
}

/// Word of a dispute, to the host; none of its beginning once it has ended.
pub(super) fn dispute(notice: DisputeNotice, facts: &DisputeFacts) -> Option<Letter> {
    if notice == DisputeNotice::Opened && facts.state != DisputeState::Open {
        return None;
    }
    let language = Language::of(&facts.host.locale);
    let values = DisputeValues {
        name: one_line(&facts.host.name),
        property: one_line(&facts.title),
        check_in: language.date(facts.check_in),
        check_out: language.date(facts.check_out),
        amount: language.money(facts.amount),
        reason: language.dispute_reason(&facts.reason),
        deadline: facts.evidence_due_at.map(|at| language.moment(at, &facts.host.time_zone)),
    };
    let template = format!("dispute_{}_host", notice.code());
    letter(&facts.host, template, Value::from(Serde(&values)), booking_path(facts.booking_id))
}
