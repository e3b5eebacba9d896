//! Calling endpoints: one delivery after another of one booking.

use std::time::Duration;

use domain::messages::{Message, MessageBody, NotificationMessage, WebhookMessage};
use domain::webhooks::{Answer, Next, after};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::webhooks::{self, Claim, Outcome, Stream};
use tokio::time::Instant;

use super::sender::{Call, NoAnswer, Reply, WebhookSender};
use super::signature::sign;
use crate::{Ctx, Failure};

/// How long a claim on an attempt holds: longer than a worker may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// No further attempt begins after so long: the last one still ends within the worker's time.
const TURN: Duration = Duration::from_secs(10);

/// Makes the attempts that are due of a booking's events at an endpoint, in their order, until one fails.
///
/// A message that comes twice finds nothing due, or the attempt claimed by somebody else. What fails is tried again when
/// the schedule says so, and holds back what comes after it of the same booking.
pub async fn deliver(ctx: &Ctx, sender: &dyn WebhookSender, message: &WebhookMessage) -> Result<(), Failure> {
    let WebhookMessage::Deliver { endpoint_id, booking_id } = message;
    let stream = Stream { endpoint_id: *endpoint_id, booking_id: *booking_id };
    let started = Instant::now();
    loop {
        let now = ctx.now();
        let stale_before = now.checked_sub(LEASE).unwrap_or(Timestamp::MIN);
        let Some(claim) = webhooks::claim(&ctx.db, stream, now, stale_before).await? else { return Ok(()) };
        let delivered = attempt(ctx, sender, stream, &claim).await?;
        if !delivered || started.elapsed() >= TURN {
            return Ok(());
        }
    }
}

/// Makes one attempt and records it; answers whether the endpoint took it.
async fn attempt(
    ctx: &Ctx,
    sender: &dyn WebhookSender,
    stream: Stream,
    claim: &Claim,
) -> Result<bool, Failure> {
    let started = Instant::now();
    let reply = sender.send(&call(claim, ctx.now())?).await;
    let duration = started.elapsed();
    let now = ctx.now();
    let verdict = after(answer(reply), claim.tries, claim.failing_since, now, chance(ctx));
    let (status, error) = match reply {
        Ok(reply) => (Some(reply.status), None),
        Err(NoAnswer(code)) => (None, Some(code)),
    };
    let outcome = Outcome {
        status,
        error,
        duration_ms: i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
        verdict,
    };
    let messages: Vec<Message> = verdict.disable.iter().map(|_| ctx.message(switched_off(stream))).collect();
    webhooks::settle(&ctx.db, claim, &outcome, &messages, now).await?;
    ctx.publish(&messages).await;
    Ok(verdict.next == Next::Delivered)
}

const fn switched_off(stream: Stream) -> MessageBody {
    MessageBody::Notifications(NotificationMessage::WebhookDisabled { endpoint_id: stream.endpoint_id })
}

fn answer(reply: Result<Reply, NoAnswer>) -> Answer {
    match reply {
        Ok(Reply { status: 200..=299, .. }) => Answer::Taken,
        Ok(Reply { status: 410, .. }) => Answer::Gone,
        Ok(Reply { retry_after, .. }) => Answer::Failed { retry_after },
        Err(NoAnswer(_)) => Answer::Failed { retry_after: None },
    }
}

fn chance(ctx: &Ctx) -> u64 {
    let mut bytes = [0_u8; 8];
    ctx.entropy.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// The call: the same id and body for every attempt, the time and the signatures of this one.
fn call(claim: &Claim, now: Timestamp) -> Result<Call, Failure> {
    let event = &claim.event;
    let mut data = event.data.clone();
    data.insert("sequence".to_owned(), event.sequence.into());
    let body = json!({ "type": event.kind, "timestamp": event.at, "data": data }).to_string();
    let id = format!("evt_{}", event.id);
    let secrets: Vec<Vec<u8>> =
        claim.secrets.iter().map(|secret| bytes(secret)).collect::<Option<_>>().ok_or_else(|| {
            Failure::internal(format!("the secrets of the delivery {} are broken", claim.delivery_id))
        })?;
    let signature = sign(secrets.iter().map(Vec::as_slice), &id, now, &body);
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", now.as_second().to_string()),
        ("webhook-signature", signature),
    ];
    Ok(Call { url: claim.url.clone(), headers, body })
}

/// The bytes of hexadecimal digits.
pub(super) fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_bytes() {
        assert_eq!(bytes("00ff1a"), Some(vec![0, 255, 26]));
        assert_eq!(bytes("0g"), None);
    }

    #[test]
    fn only_2xx_is_success_and_a_redirect_is_none() {
        let of = |status| answer(Ok(Reply { status, retry_after: None }));
        let failed = Answer::Failed { retry_after: None };
        for (status, expected) in [
            (200, Answer::Taken),
            (204, Answer::Taken),
            (299, Answer::Taken),
            (302, failed),
            (404, failed),
            (410, Answer::Gone),
            (429, failed),
            (500, failed),
        ] {
            assert_eq!(of(status), expected, "{status}");
        }
        assert_eq!(answer(Err(NoAnswer("timed_out"))), failed);
    }
}
