//! One mail for each message and recipient.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OutboxId, UserId};
use domain::messages::NotificationMessage;
use jiff::{SignedDuration, Timestamp};
use minijinja::{Value, context};
use store::deliveries::{self, ClaimState, Outcome};
use store::single_use_tokens::{self, NewToken};

use super::letter::{self, Letter, Secret};
use super::render::Links;
use super::{Mail, MailError, Notifier, unsubscribe};
use crate::users::mail_token_digest;
use crate::{Ctx, Failure};

/// How long a claim on a mail holds: longer than a worker may run, shorter than the queue hides a message.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// The bytes of a token, from which nobody guesses it.
const TOKEN_BYTES: usize = 32;

/// Writes and sends the mails of a message, and marks it done in the outbox with the last of them.
///
/// Each mail is claimed before it is handed over and marked as sent after, so a message that comes again, even while it
/// is worked off elsewhere, sends nothing twice. One case is left, since a mail service knows no idempotency key: where
/// the process dies, or the answer is lost, between the service's taking a mail and the mark, the next delivery sends
/// it again after the [`LEASE`].
///
/// A mail that the service refuses for good is recorded and not tried again. Anything else that fails leaves the message
/// in its queue; the mails that went out stay marked.
pub async fn deliver(
    ctx: &Ctx,
    notifier: &Notifier,
    id: OutboxId,
    message: &NotificationMessage,
) -> Result<(), Failure> {
    let letters = letter::load(ctx, message).await?;
    let recipients: Vec<UserId> = letters.iter().map(|letter| letter.recipient).collect();
    let (mine, busy) = claim(ctx, id, &recipients).await?;
    let open: Vec<&Letter> = letters.iter().filter(|letter| mine.contains(&letter.recipient)).collect();
    if open.is_empty() && !busy {
        store::outbox::mark_done(&ctx.db, id, ctx.now()).await?;
    }
    let mut failed = busy.then(|| Failure::unavailable("another delivery of this message is under way"));
    for (index, letter) in open.iter().enumerate() {
        let last = failed.is_none() && index + 1 == open.len();
        if let Err(failure) = send(ctx, notifier, id, letter, last).await {
            failed = Some(failure);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// The recipients whose mails are the caller's to send, and whether somebody else is sending one.
async fn claim(ctx: &Ctx, id: OutboxId, recipients: &[UserId]) -> Result<(Vec<UserId>, bool), Failure> {
    if recipients.is_empty() {
        return Ok((Vec::new(), false));
    }
    let now = ctx.now();
    let stale_before = now.checked_sub(LEASE).unwrap_or(Timestamp::MIN);
    let claims = deliveries::claim(&ctx.db, id, recipients, now, stale_before).await?;
    let busy = claims.iter().any(|claim| claim.state == ClaimState::Busy);
    let taken = claims.iter().filter(|claim| claim.state == ClaimState::Taken);
    Ok((taken.map(|claim| claim.recipient).collect(), busy))
}

/// Sends one claimed mail and records how it ended. With `last` it is the message's last one.
async fn send(
    ctx: &Ctx,
    notifier: &Notifier,
    id: OutboxId,
    letter: &Letter,
    last: bool,
) -> Result<(), Failure> {
    let recipient = letter.recipient;
    let mail = match write(ctx, notifier, id, letter).await {
        Ok(mail) => mail,
        Err(failure) => {
            deliveries::release(&ctx.db, id, recipient).await?;
            return Err(failure);
        }
    };
    let sent = notifier.mailer.send(&mail).await;
    let outcome = match &sent {
        Ok(()) => Outcome::Sent,
        Err(MailError::Refused { code }) => {
            tracing::warn!(message_id = %id, %recipient, code, "a mail is refused for good");
            Outcome::Refused(code)
        }
        Err(MailError::Unavailable(_)) => {
            deliveries::release(&ctx.db, id, recipient).await?;
            return sent.map_err(Failure::unavailable);
        }
        // The claim stays: another attempt at once would be the likeliest way to a second mail.
        Err(MailError::OutcomeUnknown(_)) => return sent.map_err(Failure::unavailable),
    };
    Ok(deliveries::settle(&ctx.db, id, recipient, outcome, last, ctx.now()).await?)
}

async fn write(ctx: &Ctx, notifier: &Notifier, id: OutboxId, letter: &Letter) -> Result<Mail, Failure> {
    let mut link = format!("{}{}", notifier.public_url, letter.path);
    let mut values = letter.values.clone();
    if let Some(secret) = letter.secret {
        let (token, expires_at) = make_token(ctx, id, letter.recipient, secret).await?;
        // What follows the # stays in the browser: no server's log keeps the token.
        link = format!("{link}#token={token}");
        values = context! { token, expires => letter.language.moment(expires_at, &letter.zone) };
    }
    let unsubscribe = if letter.kind.duty().is_none() {
        let token = notifier.unsubscriber.token(ctx, letter.recipient, letter.kind).await?;
        Some(format!("{}{}?token={token}", notifier.public_url, unsubscribe::PATH))
    } else {
        None
    };
    compose(notifier, id, letter, &values, &Links { action: &link, unsubscribe: unsubscribe.as_deref() })
}

fn compose(
    notifier: &Notifier,
    id: OutboxId,
    letter: &Letter,
    values: &Value,
    links: &Links<'_>,
) -> Result<Mail, Failure> {
    let words = notifier
        .templates
        .render(letter.language, &letter.template, values, letter.before, links)
        .map_err(Failure::internal)?;
    Ok(Mail {
        to: letter.address.clone(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        unsubscribe: links.unsubscribe.map(str::to_owned),
        reference: format!("{id}.{}", letter.recipient),
    })
}

/// Makes a token and keeps its digest: the mail is the only place where the token itself is written.
async fn make_token(
    ctx: &Ctx,
    id: OutboxId,
    user_id: UserId,
    secret: Secret,
) -> Result<(String, Timestamp), Failure> {
    let mut bytes = [0_u8; TOKEN_BYTES];
    ctx.entropy.fill(&mut bytes);
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let now = ctx.now();
    let expires_at = now.checked_add(secret.life).unwrap_or(Timestamp::MAX);
    let kept = NewToken {
        digest: &mail_token_digest(&token),
        user_id,
        purpose: secret.purpose,
        message_id: id,
        now,
        expires_at,
    };
    single_use_tokens::keep(&ctx.db, &kept).await?;
    Ok((token, expires_at))
}
