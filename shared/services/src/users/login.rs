//! Signing in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::refusal::{Refusal, RefusalClass};
use domain::user::EmailAddress;
use sha2::{Digest, Sha256};
use store::limits::{Policy, Taken};
use store::sessions::Session;
use store::users::{self, Credentials};

use super::{Issuer, RefreshToken, SESSION_LIFE, TokenPair, invalid_credentials, later};
use crate::passwords::{self, Verdict};
use crate::{Ctx, Failure};

/// How many attempts to sign in an address has: counted whether or not it has an account.
const ATTEMPTS: Policy = Policy { name: "sign-in-account", quota: 10, window_seconds: 900 };

/// What somebody signs in with.
#[derive(Clone, Copy)]
pub struct Credential<'a> {
    /// The account's address.
    pub email: &'a EmailAddress,
    /// Its password.
    pub password: &'a str,
    /// A code of its second factor, or a recovery code.
    pub code: Option<&'a str>,
}

/// Begins a session.
///
/// Attempts are counted by address, and refused where they cannot be counted. Whoever uses them up for somebody else
/// keeps that person from signing in by password for a while, and from nothing else: sessions go on, and a new password
/// by mail fills the bucket again.
///
/// An address without an account costs the same time as a wrong password, and is answered alike. That the address is
/// not proved, or the account is suspended, is said only after the right password.
pub async fn login(ctx: &Ctx, issuer: &Issuer, credential: &Credential<'_>) -> Result<TokenPair, Failure> {
    let Credential { email, password, code } = *credential;
    count(ctx, issuer, email).await?;
    let credentials = users::by_email(&ctx.db, &email.key()).await?;
    let stored = credentials.as_ref().and_then(|known| known.password_hash.clone());
    let verdict = passwords::verify(stored, password.to_owned()).await?;
    let Some(credentials) = credentials.filter(|_| verdict != Verdict::Wrong) else {
        return Err(invalid_credentials());
    };
    may_sign_in(&credentials)?;
    super::mfa::check(ctx, &credentials, code).await?;
    if verdict == Verdict::RightButDated {
        rehash(ctx, &credentials, password).await;
    }
    forget_attempts(issuer, &email.key()).await;
    start_session(ctx, issuer, &credentials).await
}

async fn count(ctx: &Ctx, issuer: &Issuer, email: &EmailAddress) -> Result<(), Failure> {
    let Some(limits) = &issuer.limits else { return Ok(()) };
    match limits.take(&ATTEMPTS, &subject(&email.key()), 1, ctx.now()).await.map_err(Failure::unavailable)? {
        Taken::Yes(_) => Ok(()),
        Taken::No { wait_seconds } => Err(Failure::RefusedWith {
            refusal: Refusal::new(
                RefusalClass::TooMany,
                "too_many_logins",
                "Too many attempts to sign in. Wait, or choose a new password by mail.",
            ),
            member: "retry_after_seconds",
            value: serde_json::json!(wait_seconds),
        }),
    }
}

/// A full bucket is no right that anybody is owed: where it cannot be filled now, time fills it.
pub(super) async fn forget_attempts(issuer: &Issuer, email_key: &str) {
    let Some(limits) = &issuer.limits else { return };
    if let Err(error) = limits.refill(&ATTEMPTS, &subject(email_key)).await {
        tracing::warn!(%error, "attempts to sign in stay counted");
    }
}

/// No address is kept in the clear.
fn subject(email_key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(email_key.as_bytes()))
}

fn may_sign_in(credentials: &Credentials) -> Result<(), Refusal> {
    let forbidden = |code, detail: &str| Err(Refusal::new(RefusalClass::Forbidden, code, detail));
    if credentials.suspended {
        return forbidden("account_suspended", "This account is suspended. Write to the support.");
    }
    if !credentials.verified {
        return forbidden(
            "email_not_verified",
            "Open the link in the mail that was sent to you, then sign in.",
        );
    }
    Ok(())
}

/// A better hash is worth an attempt, but no failed sign-in.
async fn rehash(ctx: &Ctx, credentials: &Credentials, password: &str) {
    let Some(old) = &credentials.password_hash else { return };
    let outcome = match passwords::hash_text(&ctx.entropy, password.to_owned()).await {
        Ok(new) => users::rehash(&ctx.db, credentials.id, old, &new).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    if let Err(failure) = outcome {
        tracing::warn!(error = %failure, "a dated hash stays for now");
    }
}

async fn start_session(ctx: &Ctx, issuer: &Issuer, credentials: &Credentials) -> Result<TokenPair, Failure> {
    let now = ctx.now();
    let session = Session { id: ctx.new_id(), user_id: credentials.id, started_at: now };
    let token = RefreshToken::new(ctx, session.id);
    issuer
        .sessions
        .start(&session, &token.digest(), later(now, SESSION_LIFE))
        .await
        .map_err(Failure::unavailable)?;
    issuer.pair(ctx, credentials.id, credentials.role, session.id, token.text())
}
