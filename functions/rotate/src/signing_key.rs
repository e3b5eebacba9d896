//! The key that signs access tokens. Its public half is made known before it signs. The old key's stays known for another
//! day: tokens of the old key are believed until they end, and nobody's copy of it is believed for ever.

use domain::random::Entropy;
use jiff::{SignedDuration, Timestamp};
use services::tokens::SigningKey;
use store::keys::KeyTable;

use crate::versions::Versions;
use crate::{RotateError, Step};

/// How long a key is believed after another one signs: those who sign look for a new one every hour, and what they signed
/// lasts a quarter of an hour.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

pub(crate) async fn step(
    step: Step,
    token: &str,
    versions: &Versions<'_>,
    table: &KeyTable,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(), RotateError> {
    match step {
        Step::CreateSecret => {
            if versions.pending(token).await?.is_some() {
                return Ok(());
            }
            let key = SigningKey::generate(entropy).map_err(|_| RotateError::Unreadable)?;
            versions.put_pending(token, key).await
        }
        Step::SetSecret => {
            let key = pending(token, versions).await?;
            let public = key.public_jwk().map_err(|_| RotateError::Unreadable)?;
            table.put_jwk(key.kid(), &public).await?;
            Ok(())
        }
        Step::TestSecret => {
            let public = pending(token, versions).await?.public_jwk().map_err(|_| RotateError::Unreadable)?;
            let known = table.load(now).await?.jwks;
            if known.contains(&public) { Ok(()) } else { Err(RotateError::NotTaken) }
        }
        Step::FinishSecret => {
            versions.finish(token).await?;
            let current = versions.current().await?.ok_or(RotateError::Unreadable)?;
            let current = SigningKey::from_private_jwk(&current).map_err(|_| RotateError::Unreadable)?;
            Ok(table.end_others(current.kid(), now + OVERLAP).await?)
        }
    }
}

/// The errors of a private key's parser may quote it and are left out.
async fn pending(token: &str, versions: &Versions<'_>) -> Result<SigningKey, RotateError> {
    let text = versions.pending(token).await?.ok_or(RotateError::NoPending)?;
    SigningKey::from_private_jwk(&text).map_err(|_| RotateError::Unreadable)
}
