//! Settling a finding by the staff.

use domain::ids::{BookingId, FindingId, UserId};
use domain::ledger::Account;
use domain::money::Money;
use domain::refusal::Refusal;
use domain::text::Prose;
use store::reconciliation::{self, Finding, FindingState, Settling, WriteOff};

use crate::{Ctx, Failure};

/// The largest amount, in minor units: what JSON's numbers carry exactly (RFC 8259, section 6).
const MOST: u64 = (1 << 53) - 1;

/// What was done about a finding.
#[derive(Clone, Debug)]
pub struct SettleFinding {
    /// In words, for whoever asks later.
    pub note: Prose<1, 500>,
    /// What is given up, if anything: the account that is put right, what is missing in it (below zero what is too
    /// much), and the booking that it concerns.
    pub write_off: Option<(Account, Money, Option<BookingId>)>,
}

/// Settles an open finding. What is given up is posted as a journal of its own in the same statement.
///
/// Refuses with 409 `illegal_transition` one that is not open, 422 `invalid_amount` at `/write_off/amount` a write-off of
/// nothing or of more than a host owes for the booking, `amount_out_of_range` one beyond what JSON carries, `missing_booking` at `/write_off/booking_id` one of a host's debt without its booking.
pub async fn settle_finding(
    ctx: &Ctx,
    by: UserId,
    id: FindingId,
    input: &SettleFinding,
) -> Result<Finding, Failure> {
    let write_off = input.write_off.map(|(account, amount, booking)| WriteOff {
        id: ctx.new_id(),
        account,
        amount,
        booking,
    });
    if let Some(off) = write_off {
        check(off)?;
    }
    let now = ctx.now();
    let settling = Settling { id, by, note: input.note.as_str(), write_off, now };
    let finding = reconciliation::settle(&ctx.db, &settling).await?.ok_or(Failure::NotFound)?;
    if finding.state == FindingState::Open {
        let detail = "Give up at most what the host owes for this booking, in its currency.";
        return Err(Refusal::rule("invalid_amount", "/write_off/amount", detail).into());
    }
    // Settled by this very call, or before, or healed.
    if finding.state != FindingState::Settled || finding.settled_at != Some(now) {
        let detail = "This finding is closed already.";
        return Err(Refusal::conflict("illegal_transition", detail).into());
    }
    tracing::warn!(finding = %id, kind = finding.kind, gives_up = write_off.is_some(), "a finding is settled");
    Ok(finding)
}

fn check(off: WriteOff) -> Result<(), Refusal> {
    if off.amount.is_zero() {
        return Err(Refusal::rule(
            "invalid_amount",
            "/write_off/amount",
            "Give up an amount other than zero.",
        ));
    }
    if off.amount.amount().unsigned_abs() > MOST {
        let detail = "Give up an amount of at most 2^53 - 1 minor units.";
        return Err(Refusal::rule("amount_out_of_range", "/write_off/amount/amount", detail));
    }
    if off.account == Account::HostPayable && off.booking.is_none() {
        let detail = "Name the booking that the host owes it for.";
        return Err(Refusal::rule("missing_booking", "/write_off/booking_id", detail));
    }
    Ok(())
}
