//! The daily comparison of the provider's books with ours.
//!
//! A run is a chain of small steps, each a message: a page of a list, or a look at what is open. What the provider
//! reports is believed as from a webhook, so that what was lost is healed; what differs all the same is a finding: a row,
//! a line in the log that an alarm counts, work for the staff.

mod compare;
mod settle;

use domain::ids::{OutboxId, ReconciliationId};
use domain::messages::{MessageBody, PaymentMessage, ProviderEventId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::bookings::Cause;
use store::reconciliation::{self, FindingState, NewFinding, Run, Step};

use super::events::{IncomingEvent, receive_event};
use super::{close, disputes, observe};
use crate::gateway::{GatewayError, Listing, PaymentGateway, ProviderDisputeId, ProviderPaymentId};
use crate::{Ctx, Failure};

pub use settle::{SettleFinding, settle_finding};

/// How long something is open at our side before the provider is asked what became of it.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(2);

/// Begins the run that is due at `now`, if one is; answers whether one was begun.
pub async fn plan_reconciliation(ctx: &Ctx, now: Timestamp) -> Result<bool, Failure> {
    let id: ReconciliationId = ctx.new_id();
    let messages = [ctx.message(MessageBody::Payments(PaymentMessage::Reconcile { run_id: id }))];
    let begun = reconciliation::plan(&ctx.db, id, &messages, now).await?;
    if begun {
        ctx.publish(&messages).await;
    }
    Ok(begun)
}

/// What a step did: how many objects it compared, where its list goes on, and what it found.
#[derive(Default)]
struct Done {
    compared: usize,
    next: Option<String>,
    open: Vec<NewFinding>,
    healed: Vec<NewFinding>,
}

/// Takes the next step of a run.
pub async fn reconcile(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    run_id: ReconciliationId,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let found = reconciliation::find(&ctx.db, run_id).await?;
    let Some(run) = found.filter(|run| run.step != Step::Done) else { return close(ctx, cause).await };
    let done = take(ctx, gateway, &run).await?;
    tell(ctx, &done.open, FindingState::Open).await?;
    tell(ctx, &done.healed, FindingState::Healed).await?;
    let step = if done.next.is_some() { run.step } else { run.step.next() };
    let next = MessageBody::Payments(PaymentMessage::Reconcile { run_id });
    let messages: Vec<_> = (step != Step::Done).then(|| ctx.message(next)).into_iter().collect();
    let compared = u64::try_from(done.compared).unwrap_or(u64::MAX);
    let to = (step, done.next.as_deref(), compared);
    if reconciliation::advance(&ctx.db, &run, to, message, &messages, ctx.now()).await? {
        ctx.publish(&messages).await;
    }
    Ok(())
}

async fn take(ctx: &Ctx, gateway: &dyn PaymentGateway, run: &Run) -> Result<Done, Failure> {
    let listing = Listing { from: run.window_from, to: run.window_to, after: run.after.as_deref() };
    match run.step {
        Step::Events => fetch_events(ctx, gateway, &listing).await,
        Step::Payments => compare::payments(ctx, gateway, &listing).await,
        Step::Refunds => compare::refunds(ctx, gateway, &listing).await,
        Step::Transfers => compare::transfers(ctx, gateway, &listing).await,
        Step::Disputes => compare::disputes(ctx, gateway, &listing).await,
        Step::Balance => compare::balance(ctx, gateway, &listing).await,
        Step::Open => ask_after_open(ctx, gateway).await,
        Step::Books => {
            Ok(Done { open: reconciliation::faults_of_books(&ctx.db, ctx.now()).await?, ..Done::default() })
        }
        Step::Done => Ok(Done::default()),
    }
}

/// Keeps findings, and writes the line that the alarm counts.
async fn tell(ctx: &Ctx, found: &[NewFinding], state: FindingState) -> Result<(), Failure> {
    if found.is_empty() {
        return Ok(());
    }
    for NewFinding { kind, subject, .. } in found {
        if state == FindingState::Open {
            tracing::error!(finding = kind, subject, "the reconciliation found a break");
        } else {
            tracing::warn!(finding = kind, subject, "the reconciliation healed a break");
        }
    }
    reconciliation::report(&ctx.db, found, state, ctx.now()).await?;
    Ok(())
}

/// Takes up the events that were never delivered; the inbox works them off as any other.
async fn fetch_events(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    listing: &Listing<'_>,
) -> Result<Done, Failure> {
    let page = gateway.list_events(listing).await?;
    let ids: Vec<&str> = page.items.iter().map(|event| event.id.as_str()).collect();
    let lost = reconciliation::unknown_events(&ctx.db, &ids).await?;
    let mut healed = Vec::new();
    for event in page.items.iter().filter(|event| lost.contains(&event.id)) {
        let Ok(id) = ProviderEventId::try_from(event.id.clone()) else { continue };
        let (kind, payload, is_acted_on) = (event.kind.as_str(), event.payload.as_str(), event.is_acted_on);
        receive_event(ctx, &IncomingEvent { id, kind, payload, is_acted_on }).await?;
        if is_acted_on {
            healed.push(NewFinding {
                kind: "webhook_lost".to_owned(),
                subject: event.id.clone(),
                details: json!({ "type": kind }),
            });
        }
    }
    Ok(Done { compared: page.items.len(), next: page.next, healed, ..Done::default() })
}

/// Asks the provider what became of what has been open at our side for long.
async fn ask_after_open(ctx: &Ctx, gateway: &dyn PaymentGateway) -> Result<Done, Failure> {
    let before = ctx.now().checked_sub(OPEN_FOR).unwrap_or(Timestamp::MIN);
    let rows = reconciliation::open_rows(&ctx.db, before).await?;
    let mut done = Done::default();
    for payment in &rows.payments {
        match gateway.retrieve(&ProviderPaymentId::new(payment.clone())).await {
            Ok(report) => {
                observe::observe_payment(ctx, gateway, &report, Cause::default()).await?;
            }
            Err(GatewayError::NotFound) => done.open.push(missing("payment_missing", payment)),
            Err(error) => return Err(error.into()),
        }
    }
    for payment in &rows.refunds {
        for report in gateway.refunds(&ProviderPaymentId::new(payment.clone())).await? {
            observe::observe_refund(ctx, &report, Cause::default()).await?;
        }
    }
    for dispute in &rows.disputes {
        match gateway.retrieve_dispute(&ProviderDisputeId::new(dispute.clone())).await {
            Ok(report) => {
                disputes::record_dispute(ctx, gateway, &report, Cause::default()).await?;
            }
            Err(GatewayError::NotFound) => done.open.push(missing("dispute_missing", dispute)),
            Err(error) => return Err(error.into()),
        }
    }
    done.compared = rows.payments.len() + rows.refunds.len() + rows.disputes.len();
    Ok(done)
}

fn missing(kind: &str, subject: &str) -> NewFinding {
    NewFinding { kind: kind.to_owned(), subject: subject.to_owned(), details: json!({}) }
}
