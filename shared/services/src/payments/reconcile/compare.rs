//! Comparing a page of the provider's objects with our rows.

use std::collections::HashMap;

use domain::ids::PaymentId;
use domain::payment::{PaymentState, RefundState};
use serde_json::json;
use store::bookings::Cause;
use store::payouts::{PayoutState, Sending};
use store::provider_fees::{self, NewFee};
use store::reconciliation::{self, NewFinding, OurPayment};

use super::Done;
use crate::gateway::{
    Listing, MovementKind, PaymentGateway, ProviderMovement, ProviderPayment, ProviderPaymentState,
    ProviderRefund, ProviderTransfer,
};
use crate::payments::{Seen, disputes as observed, observe};
use crate::{Ctx, Failure};

fn finding(kind: &str, subject: &impl ToString, details: serde_json::Value) -> NewFinding {
    NewFinding { kind: kind.to_owned(), subject: subject.to_string(), details }
}

/// Payments: what we are behind with is recorded; what differs then is a finding.
pub(super) async fn payments(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    listing: &Listing<'_>,
) -> Result<Done, Failure> {
    let page = gateway.list_payments(listing).await?;
    let ours = ours(ctx, &page.items).await?;
    let mut done = Done { compared: page.items.len(), next: page.next, ..Done::default() };
    let mut behind = Vec::new();
    for report in &page.items {
        let Some(id) = report.payment_id else { continue };
        match ours.get(&id) {
            None => done.open.push(unknown_payment(id, report)),
            Some(row) if agrees(row, report) => {}
            Some(_) => {
                observe::observe_payment(ctx, gateway, report, Cause::default()).await?;
                behind.push(report.clone());
            }
        }
    }
    let ours = self::ours(ctx, &behind).await?;
    for report in &behind {
        let Some(row) = report.payment_id.and_then(|id| ours.get(&id)) else { continue };
        let told = finding("payment_differs", &row.id, both_sides(row, report));
        if agrees(row, report) { done.healed.push(told) } else { done.open.push(told) }
    }
    Ok(done)
}

async fn ours(ctx: &Ctx, reports: &[ProviderPayment]) -> Result<HashMap<PaymentId, OurPayment>, Failure> {
    let ids: Vec<PaymentId> = reports.iter().filter_map(|report| report.payment_id).collect();
    let rows = reconciliation::payments(&ctx.db, &ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn unknown_payment(id: PaymentId, report: &ProviderPayment) -> NewFinding {
    let details = json!({ "payment_id": id, "amount": report.amount, "captured": report.captured });
    finding("payment_unknown", &report.provider_id, details)
}

fn both_sides(row: &OurPayment, report: &ProviderPayment) -> serde_json::Value {
    json!({
        "ours": { "state": row.state, "captured": row.captured, "provider_id": row.provider_id },
        "theirs": {
            "state": word(&report.state), "captured": report.captured, "provider_id": report.provider_id,
        },
    })
}

const fn word(state: &ProviderPaymentState) -> &'static str {
    match state {
        ProviderPaymentState::RequiresAction { .. } => "requires_action",
        ProviderPaymentState::Authorised => "authorised",
        ProviderPaymentState::Captured => "captured",
        ProviderPaymentState::Declined(_) => "declined",
        ProviderPaymentState::Cancelled => "cancelled",
        ProviderPaymentState::Processing => "processing",
    }
}

/// Whether both sides say the same of a payment.
fn agrees(row: &OurPayment, report: &ProviderPayment) -> bool {
    use PaymentState as S;
    use ProviderPaymentState as P;
    let is_same = row.provider_id.as_deref() == Some(report.provider_id.as_str());
    match report.state {
        // Of several that were made for one payment, all but one must have come to nothing.
        P::Cancelled | P::Declined(_) => !is_same || matches!(row.state, S::Cancelled | S::Failed),
        P::Captured => is_same && row.captured == report.captured && row.captured.amount() > 0,
        P::Authorised => is_same && row.state == S::Authorised,
        P::RequiresAction { .. } => is_same && row.state == S::RequiresAction,
        P::Processing => true,
    }
}

/// Refunds: one that we did not ask for is a finding, for its money is gone.
pub(super) async fn refunds(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    listing: &Listing<'_>,
) -> Result<Done, Failure> {
    let page = gateway.list_refunds(listing).await?;
    let ids: Vec<_> = page.items.iter().filter_map(|report| report.refund_id).collect();
    let rows = reconciliation::refunds(&ctx.db, &ids).await?;
    let mut done = Done { compared: page.items.len(), next: page.next, ..Done::default() };
    for report in &page.items {
        let row = rows.iter().find(|row| Some(row.id) == report.refund_id);
        let Some(row) = row else {
            let details = json!({ "amount": report.amount, "refund_id": report.refund_id });
            done.open.push(finding("refund_unknown", &report.provider_id, details));
            continue;
        };
        if row.amount != report.amount {
            let details = json!({ "ours": row.amount, "theirs": report.amount });
            done.open.push(finding("refund_differs", &row.id, details));
        } else if row.state != state_of(report) {
            observe::observe_refund(ctx, report, Cause::default()).await?;
            let details = json!({ "ours": row.state, "theirs": state_of(report) });
            // A bank that sent it back says failed; nothing else follows a failure.
            let contradicts = row.state == RefundState::Failed;
            let told = finding("refund_differs", &row.id, details);
            if contradicts { done.open.push(told) } else { done.healed.push(told) }
        }
    }
    Ok(done)
}

const fn state_of(report: &ProviderRefund) -> RefundState {
    observe::refund_state(report.state)
}

/// Transfers: one that we have as refused, or not at all, is a finding, for its money is gone.
pub(super) async fn transfers(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    listing: &Listing<'_>,
) -> Result<Done, Failure> {
    let page = gateway.list_transfers(listing).await?;
    let ids: Vec<_> = page.items.iter().filter_map(|report| report.payout_id).collect();
    let rows = reconciliation::payouts(&ctx.db, &ids).await?;
    let mut done = Done { compared: page.items.len(), next: page.next, ..Done::default() };
    for report in &page.items {
        let details = |ours| json!({ "ours": ours, "theirs": report.amount, "account": report.account });
        match rows.iter().find(|row| Some(row.id) == report.payout_id) {
            None => {
                let told = details(serde_json::Value::Null);
                done.open.push(finding("transfer_unknown", &report.provider_id, told));
            }
            Some(row) if row.amount != report.amount || row.state == PayoutState::Failed => {
                let told = details(json!({ "amount": row.amount, "state": row.state }));
                done.open.push(finding("payout_differs", &row.id, told));
            }
            Some(row) if row.state == PayoutState::Pending => {
                heal_payout(ctx, report, row.id).await?;
                done.healed.push(finding("payout_differs", &row.id, details(json!("pending"))));
            }
            Some(_) => {}
        }
    }
    Ok(done)
}

async fn heal_payout(
    ctx: &Ctx,
    report: &ProviderTransfer,
    payout: domain::ids::PayoutId,
) -> Result<(), Failure> {
    let sent = Sending::Paid(report.provider_id.as_str());
    store::payouts::settle(&ctx.db, payout, sent, Cause::default(), ctx.now()).await?;
    Ok(())
}

/// Disputes: recorded as they stand; one about nothing of ours is a finding.
pub(super) async fn disputes(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    listing: &Listing<'_>,
) -> Result<Done, Failure> {
    let page = gateway.list_disputes(listing).await?;
    let mut done = Done { compared: page.items.len(), next: page.next, ..Done::default() };
    for report in &page.items {
        if observed::record_dispute(ctx, gateway, report, Cause::default()).await? == Seen::Unknown {
            let details = json!({ "amount": report.amount, "reason": report.reason });
            done.open.push(finding("dispute_unknown", &report.provider_id, details));
        }
    }
    Ok(done)
}

/// Movements of the balance: what the provider kept is posted, where that was not heard of; what nothing of ours asks for
/// is a finding.
pub(super) async fn balance(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    listing: &Listing<'_>,
) -> Result<Done, Failure> {
    let page = gateway.list_movements(listing).await?;
    let fees: Vec<NewFee> =
        page.items.iter().filter(|movement| !movement.fee.is_zero()).map(fee_of).collect();
    let mut done = Done { compared: page.items.len(), next: page.next, ..Done::default() };
    for differing in provider_fees::keep(&ctx.db, &fees).await? {
        let details = json!({ "ours": differing.ours, "theirs": differing.theirs });
        done.open.push(finding("fee_differs", &differing.movement, details));
    }
    for movement in &page.items {
        if let MovementKind::Other(kind) = &movement.kind {
            let details = json!({ "kind": kind, "amount": movement.amount });
            done.open.push(finding("balance_unexplained", &movement.provider_id, details));
        }
    }
    Ok(done)
}

fn fee_of(movement: &ProviderMovement) -> NewFee {
    NewFee {
        movement: movement.provider_id.to_string(),
        payment: movement.payment.as_ref().map(ToString::to_string),
        currency: movement.fee.currency(),
        amount: movement.fee.amount(),
        at: movement.created_at,
    }
}

#[cfg(test)]
mod tests {
    use domain::money::Money;
    use uuid::Uuid;

    use super::*;
    use crate::gateway::{Decline, ProviderPaymentId};

    fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    fn row(state: PaymentState, captured: i64) -> OurPayment {
        let id = Uuid::from_u128(1).into();
        OurPayment { id, provider_id: Some("pi_1".to_owned()), state, captured: usd(captured) }
    }

    fn report(name: &str, state: ProviderPaymentState, captured: i64) -> ProviderPayment {
        ProviderPayment {
            provider_id: ProviderPaymentId::new(name),
            charge_id: None,
            payment_id: Some(Uuid::from_u128(1).into()),
            state,
            amount: usd(100),
            captured: usd(captured),
            fee: None,
            created_at: "2026-06-01T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn both_sides_must_say_the_same() {
        use PaymentState as S;
        use ProviderPaymentState as P;
        let declined = || P::Declined(Decline { code: "expired_card".to_owned(), message: "" });
        for (state, taken, name, theirs, received, agree) in [
            (S::Captured, 100, "pi_1", P::Captured, 100, true),
            (S::Refunded, 100, "pi_1", P::Captured, 100, true),
            (S::Captured, 100, "pi_1", P::Captured, 90, false),
            (S::Authorised, 0, "pi_1", P::Captured, 100, false),
            (S::Cancelled, 0, "pi_1", P::Captured, 100, false),
            (S::Captured, 100, "pi_2", P::Captured, 100, false),
            (S::Captured, 100, "pi_2", P::Cancelled, 0, true),
            (S::Captured, 100, "pi_2", declined(), 0, true),
            (S::Captured, 100, "pi_1", P::Cancelled, 0, false),
            (S::Authorised, 0, "pi_1", P::Authorised, 0, true),
            (S::Authorised, 0, "pi_2", P::Authorised, 0, false),
            (S::Failed, 0, "pi_1", declined(), 0, true),
            (S::Processing, 0, "pi_1", declined(), 0, false),
        ] {
            let (row, report) = (row(state, taken), report(name, theirs, received));
            assert_eq!(agrees(&row, &report), agree, "{row:?} {report:?}");
        }
    }
}
