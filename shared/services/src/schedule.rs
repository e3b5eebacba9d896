//! What happens by the clock alone.
//!
//! Nothing depends on it being punctual: overdue holds are taken over by whoever wants their nights, messages are sent by
//! those who wrote them, and every clock that starts with a stay's end starts at the check-out time.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::{bookings, claims, deliveries, mail_events, modifications, outbox, single_use_tokens};

use crate::{Ctx, Failure, feeds, figures, messages, payments, reviews};

/// How many rows one statement works on.
const BATCH: u32 = 100;
/// How many statements of a kind one run makes at most; the next run goes on.
const BATCHES: u32 = 20;
/// How long messages are kept after they are done, for looking into what happened.
const KEEP_DONE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long tokens are kept after they ended.
const KEEP_TOKENS: SignedDuration = SignedDuration::from_hours(24);
/// How long soft bounces are counted.
const KEEP_BOUNCES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long the log of webhooks is kept.
const KEEP_WEBHOOKS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What one run did, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Messages sent again.
    pub sent: u64,
    /// Holds and requests that ran out of time.
    pub lapsed: u64,
    /// Modifications that ran out of time.
    pub unmodified: u64,
    /// Stays that ended.
    pub completed: u64,
    /// Stays whose reviews were revealed.
    pub revealed: u64,
    /// Hosts' messages that were due to be written by themselves.
    pub written: u64,
    /// Stays of whose earnings a part was due.
    pub released: u64,
    /// Hosts who were due a payout.
    pub paid: u64,
    /// Reconciliations that were begun.
    pub reconciled: u64,
    /// Webhooks that were due.
    pub dispatched: u64,
    /// Calendars of other platforms that were due.
    pub polled: u64,
    /// Rows forgotten.
    pub forgotten: u64,
}

/// Does all that is due at `now`, in bounded batches.
///
/// One kind of work that fails does not keep the others from being done; the run then fails at its end, with the first
/// failure.
pub async fn run(ctx: &Ctx, now: Timestamp) -> Result<Report, Failure> {
    let mut first = None;
    let report = Report {
        lapsed: note("holds", batches(|| lapse(ctx, now)).await, &mut first),
        unmodified: note("modifications", batches(|| unmodify(ctx, now)).await, &mut first),
        completed: note("stays", batches(|| complete(ctx, now)).await, &mut first),
        revealed: note("reviews", batches(|| reveal(ctx)).await, &mut first),
        written: note("messages", batches(|| messages::write_due(ctx, BATCH)).await, &mut first),
        released: note("earnings", batches(|| payments::release_due(ctx, now, BATCH)).await, &mut first),
        paid: note("payouts", payments::open_due(ctx, now, BATCH).await.map(u64::from), &mut first),
        reconciled: note("books", payments::plan_reconciliation(ctx, now).await.map(u64::from), &mut first),
        sent: note("outbox", batches(|| send(ctx, now)).await, &mut first),
        dispatched: note("webhooks", batches(|| dispatch(ctx, now)).await, &mut first),
        polled: note("feeds", batches(|| poll(ctx, now)).await, &mut first),
        forgotten: note("forgetting", forget(ctx, now).await, &mut first),
    };
    measure(ctx, now).await;
    first.map_or(Ok(report), Err)
}

/// Tells whoever watches what waits; that nobody can be told fails no work.
async fn measure(ctx: &Ctx, now: Timestamp) {
    match store::figures::waiting(&ctx.db, now).await {
        Ok(waiting) => {
            figures::level(figures::OUTBOX_AGE_SECONDS, waiting.outbox_age_seconds);
            figures::level(figures::RECONCILIATION_BREAKS, waiting.open_findings);
        }
        Err(error) => tracing::warn!(%error, "nobody knows what waits"),
    }
}

/// Logs a failure, keeps the first one.
fn note(work: &'static str, outcome: Result<u64, Failure>, first: &mut Option<Failure>) -> u64 {
    outcome.unwrap_or_else(|failure| {
        tracing::error!(work, error = %failure, "a part of the schedule failed");
        first.get_or_insert(failure);
        0
    })
}

/// Works batch after batch while they are full; answers how many rows there were.
async fn batches<F, W>(mut work: F) -> Result<u64, Failure>
where
    F: FnMut() -> W,
    W: Future<Output = Result<u32, Failure>>,
{
    let mut all = 0;
    for _ in 0..BATCHES {
        let done = work().await?;
        all += u64::from(done);
        if done < BATCH {
            break;
        }
    }
    Ok(all)
}

async fn lapse(ctx: &Ctx, now: Timestamp) -> Result<u32, Failure> {
    let lapsed = claims::expire_due(&ctx.db, now, BATCH).await?;
    ctx.publish(&lapsed.sent).await;
    Ok(lapsed.holds)
}

async fn unmodify(ctx: &Ctx, now: Timestamp) -> Result<u32, Failure> {
    let expired = modifications::expire_due(&ctx.db, now, BATCH).await?;
    ctx.publish(&expired.sent).await;
    Ok(expired.ended)
}

async fn complete(ctx: &Ctx, now: Timestamp) -> Result<u32, Failure> {
    let completed = bookings::complete_due(&ctx.db, now, BATCH).await?;
    ctx.publish(&completed.sent).await;
    Ok(completed.stays)
}

async fn reveal(ctx: &Ctx) -> Result<u32, Failure> {
    let stays = reviews::reveal_due(ctx, BATCH).await?;
    Ok(u32::try_from(stays).unwrap_or(BATCH))
}

async fn send(ctx: &Ctx, now: Timestamp) -> Result<u32, Failure> {
    let due = outbox::take_due(&ctx.db, now, BATCH).await?;
    ctx.publish(&due).await;
    Ok(u32::try_from(due.len()).unwrap_or(BATCH))
}

async fn dispatch(ctx: &Ctx, now: Timestamp) -> Result<u32, Failure> {
    crate::webhooks::dispatch_due(ctx, now, BATCH).await
}

async fn poll(ctx: &Ctx, now: Timestamp) -> Result<u32, Failure> {
    feeds::dispatch_due(ctx, now, BATCH).await
}

async fn forget(ctx: &Ctx, now: Timestamp) -> Result<u64, Failure> {
    let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
    let messages = outbox::forget_done(&ctx.db, before(KEEP_DONE), BATCH * BATCHES).await?;
    let mails = deliveries::forget_ended(&ctx.db, before(KEEP_DONE), BATCH * BATCHES).await?;
    let tokens = single_use_tokens::forget_ended(&ctx.db, before(KEEP_TOKENS), BATCH * BATCHES).await?;
    let events = store::webhooks::forget_old(&ctx.db, before(KEEP_WEBHOOKS), BATCH * BATCHES).await?;
    let bounces = mail_events::forget_soft(&ctx.db, before(KEEP_BOUNCES), BATCH * BATCHES).await?;
    Ok(messages + mails + tokens + events + bounces)
}
