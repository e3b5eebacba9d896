//! Reading one calendar.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::feed::{After, Failed, HORIZON_NIGHTS, Own, after_failure, after_success};
use domain::ids::FeedId;
use domain::messages::{Message, MessageBody, NotificationMessage};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use sha2::{Digest, Sha256};
use store::feeds::{self, Outcome, Polled, Work};

use super::reader::{Ask, FeedReader, Fetched, NotRead};
use crate::{Ctx, Failure, figures};

/// How long a claim on a calendar holds: longer than a worker may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Reads a calendar that is due, and makes its nights those that it says.
///
/// A message that comes twice finds nothing due, or the calendar claimed by somebody else. Who breaks off between the
/// fetch and the end has changed nothing: the claim runs out, and the schedule sends another message.
pub async fn poll(ctx: &Ctx, reader: &dyn FeedReader, feed: FeedId) -> Result<(), Failure> {
    let now = ctx.now();
    let stale_before = now.checked_sub(LEASE).unwrap_or(Timestamp::MIN);
    let Some(work) = feeds::claim(&ctx.db, feed, now, stale_before).await? else { return Ok(()) };
    let today = work.zone.today(now);
    let horizon = today.saturating_add(i64::from(HORIZON_NIGHTS).days());
    let compared_with = digest(&work, today);
    // Where something changed here, what has not changed there is to be looked at again.
    let known = work.compared_with.as_deref() == Some(compared_with.as_str());
    let ask = Ask {
        url: work.url.clone(),
        etag: work.etag.clone().filter(|_| known),
        last_modified: work.last_modified.clone().filter(|_| known),
        zone: work.zone.clone(),
        from: today,
        to: horizon,
    };
    match reader.read(&ask).await {
        Ok(Fetched::Calendar { events, etag, last_modified }) => {
            let own = own(&work, today);
            let said = own.sort(&events, today, horizon);
            let polled = Polled {
                said: &said,
                etag: etag.as_deref().filter(|text| text.len() <= 500),
                last_modified: last_modified.as_deref().filter(|text| text.len() <= 100),
                compared_with: &compared_with,
                today,
                next_poll_at: after_success(ctx.now(), chance(ctx)),
            };
            settle(ctx, &work, &polled).await
        }
        Ok(Fetched::NotModified) if ask.etag.is_some() || ask.last_modified.is_some() => {
            figures::count(figures::FEEDS_READ);
            let now = ctx.now();
            Ok(feeds::keep(&ctx.db, &work, after_success(now, chance(ctx)), now).await?)
        }
        // To somebody who asked for whatever there is.
        Ok(Fetched::NotModified) => fail(ctx, &work, NotRead::because("http_304")).await,
        Err(not_read) => fail(ctx, &work, not_read).await,
    }
}

async fn settle(ctx: &Ctx, work: &Work, polled: &Polled<'_>) -> Result<(), Failure> {
    let applied = feeds::apply(&ctx.db, work, polled, ctx.now()).await?;
    let Some(applied) = applied else {
        tracing::info!(feed_id = %work.feed_id, "somebody else took the calendar over");
        return Ok(());
    };
    figures::count(figures::FEEDS_READ);
    applied.sent.iter().for_each(|_| figures::count(figures::FEED_CONFLICTS));
    tracing::debug!(feed_id = %work.feed_id, events = polled.said.events.len(), conflicts = applied.conflicts, "read");
    ctx.publish(&applied.sent).await;
    Ok(())
}

async fn fail(ctx: &Ctx, work: &Work, not_read: NotRead) -> Result<(), Failure> {
    let now = ctx.now();
    let failed = Failed {
        failures: work.failures.saturating_add(1),
        since: work.failing_since.unwrap_or(now),
        warned: work.warned,
        retry_after: not_read.retry_after,
    };
    let (next_poll_at, warn) = match after_failure(failed, now, chance(ctx)) {
        After::Again { at, warn } => (Some(at), warn),
        After::GivenUp => (None, true),
    };
    figures::count(figures::FEEDS_FAILED);
    tracing::info!(feed_id = %work.feed_id, code = not_read.code, failures = failed.failures, "a calendar was not read");
    let told = NotificationMessage::FeedFailing { feed_id: work.feed_id };
    let messages: Vec<Message> =
        warn.then(|| ctx.message(MessageBody::Notifications(told))).into_iter().collect();
    let outcome = Outcome { error: not_read.code, next_poll_at, warn };
    feeds::fail(&ctx.db, work, outcome, &messages, now).await?;
    ctx.publish(&messages).await;
    Ok(())
}

/// What is ours, by the names that our own calendar gives.
fn own(work: &Work, today: Date) -> Own {
    let names = work.names.iter().map(|name| format!("{name}@innkeep"));
    let taken = work.taken.iter().map(|nights| (nights.from, nights.to));
    Own::new(names, format!("-{}@innkeep", work.property_id), taken, today)
}

/// What decides, beside the calendar itself, what is read from it.
fn digest(work: &Work, today: Date) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{today} {}", work.zone));
    for nights in &work.taken {
        hash.update(format!(" {}/{}", nights.from, nights.to));
    }
    for name in &work.names {
        hash.update(format!(" {name}"));
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

fn chance(ctx: &Ctx) -> u64 {
    let mut bytes = [0_u8; 8];
    ctx.entropy.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
