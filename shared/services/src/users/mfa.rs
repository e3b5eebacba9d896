//! A second factor: one-time passwords by the clock, and recovery codes for the day on which the telephone is gone.

use domain::ids::{SessionId, UserId};
use domain::refusal::Refusal;
use sha2::{Digest, Sha256};
use store::users::{Credentials, mfa};

use super::Issuer;
use super::sessions::recent;
use crate::totp::{SECRET_BYTES, Secret, base32};
use crate::{Ctx, Failure};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// The bytes of one: 80 bits, which nobody guesses, in 16 characters.
const RECOVERY_BYTES: usize = 10;

/// What an authenticator is given.
#[derive(Clone, Debug)]
pub struct NewFactor {
    /// To type in, in base 32.
    pub secret: String,
    /// To scan.
    pub uri: String,
}

/// Begins a second factor; it is asked for once a code of it was shown.
pub async fn begin_mfa(
    ctx: &Ctx,
    issuer: &Issuer,
    user_id: UserId,
    session: SessionId,
) -> Result<NewFactor, Failure> {
    recent(ctx, issuer, session).await?;
    let user = super::own_profile(ctx, user_id).await?;
    let mut bytes = [0; SECRET_BYTES];
    ctx.entropy.fill(&mut bytes);
    let secret = Secret::new(bytes);
    if !mfa::begin(&ctx.db, user_id, secret.bytes(), ctx.now()).await? {
        return Err(already().into());
    }
    Ok(NewFactor { secret: secret.text(), uri: secret.uri(&user.email) })
}

/// Confirms it by a code, and answers the recovery codes: they are shown this once.
pub async fn confirm_mfa(ctx: &Ctx, user_id: UserId, code: &str) -> Result<Vec<String>, Failure> {
    let kept = mfa::find(&ctx.db, user_id).await?.ok_or_else(|| {
        Refusal::conflict(
            "mfa_not_begun",
            "Begin with POST /users/me/mfa and give its secret to an authenticator.",
        )
    })?;
    if kept.confirmed {
        return Err(already().into());
    }
    let step = secret(&kept.secret)?.step_of(code, ctx.now());
    let step = step.ok_or_else(|| Refusal::rule("invalid_totp", "/code", "This is not the present code."))?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(ctx)).collect();
    let digests: Vec<[u8; 32]> = codes.iter().map(|code| digest(code)).collect();
    if !mfa::confirm(&ctx.db, user_id, &kept.secret, step, &digests, ctx.now()).await? {
        return Err(already().into());
    }
    Ok(codes)
}

/// Takes the second factor away, in a session that was begun a moment ago.
pub async fn remove_mfa(
    ctx: &Ctx,
    issuer: &Issuer,
    user_id: UserId,
    session: SessionId,
) -> Result<(), Failure> {
    recent(ctx, issuer, session).await?;
    Ok(mfa::remove(&ctx.db, user_id, ctx.now()).await?)
}

/// Asks for the second factor where there is one. A code is spent by being taken: nobody uses it again who saw it.
pub(super) async fn check(ctx: &Ctx, credentials: &Credentials, code: Option<&str>) -> Result<(), Failure> {
    let Some(kept) = &credentials.second_factor else { return Ok(()) };
    let Some(code) = code.map(str::trim) else {
        return Err(Failure::unauthenticated(
            "mfa_required",
            "Send a code of the authenticator, or a recovery code, as totp.",
        ));
    };
    let spent = match secret(kept)?.step_of(code, ctx.now()) {
        Some(step) => mfa::spend_step(&ctx.db, credentials.id, step).await?,
        None => mfa::spend_recovery(&ctx.db, credentials.id, &digest(code), ctx.now()).await?,
    };
    if spent {
        return Ok(());
    }
    Err(Failure::unauthenticated(
        "invalid_totp",
        "This code is not good, or was used before. Wait for the next one.",
    ))
}

fn already() -> Refusal {
    Refusal::conflict("mfa_enabled", "There is a second factor already. Take it away first.")
}

fn secret(hex: &str) -> Result<Secret, Failure> {
    let byte =
        |place: usize| hex.get(place * 2..place * 2 + 2).and_then(|text| u8::from_str_radix(text, 16).ok());
    let mut bytes = [0; SECRET_BYTES];
    for (place, slot) in bytes.iter_mut().enumerate() {
        *slot = byte(place).ok_or_else(|| Failure::internal("a second factor's secret is malformed"))?;
    }
    Ok(Secret::new(bytes))
}

/// Four groups of four, as people read them aloud.
fn recovery_code(ctx: &Ctx) -> String {
    let mut bytes = [0; RECOVERY_BYTES];
    ctx.entropy.fill(&mut bytes);
    let text = base32(&bytes).to_lowercase();
    let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 4..group * 4 + 4)).collect();
    groups.join("-")
}

/// With or without the dashes, in large or small letters. The codes are as random as a key: a fast hash does.
fn digest(code: &str) -> [u8; 32] {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        assert_eq!(digest("abcd-efgh-2345-mnop"), digest(" ABCDEFGH2345MNOP "));
        assert_ne!(digest("abcd-efgh-2345-mnop"), digest("abcd-efgh-2345-mnoq"));
    }

    #[test]
    fn a_secret_survives_the_database() {
        let kept = "3132333435363738393031323334353637383930";
        assert_eq!(secret(kept).unwrap().bytes(), b"12345678901234567890");
        assert!(secret("31").is_err() && secret(&"zz".repeat(20)).is_err());
    }
}
