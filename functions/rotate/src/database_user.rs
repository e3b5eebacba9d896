//! The functions' database user. Two take turns: the one that is in use keeps its password until the next rotation, so
//! that no call is refused while the secret changes hands.

use domain::random::Entropy;
use store::Db;

use crate::credentials::Credentials;
use crate::versions::Versions;
use crate::{RotateError, Step};

pub(crate) async fn step(
    step: Step,
    token: &str,
    versions: &Versions<'_>,
    owner: &Db,
    entropy: &dyn Entropy,
) -> Result<(), RotateError> {
    match step {
        Step::CreateSecret => create(token, versions, entropy).await,
        Step::SetSecret => {
            let pending = pending(token, versions).await?;
            store::roles::ensure_application_role(owner, &pending.username, &pending.password).await?;
            Ok(())
        }
        Step::TestSecret => test(token, versions, owner).await,
        Step::FinishSecret => versions.finish(token).await,
    }
}

async fn create(token: &str, versions: &Versions<'_>, entropy: &dyn Entropy) -> Result<(), RotateError> {
    if versions.pending(token).await?.is_some() {
        return Ok(());
    }
    let current = versions.current().await?.and_then(|text| Credentials::parse(&text));
    let current = current.ok_or(RotateError::Unreadable)?;
    versions.put_pending(token, current.successor(entropy).to_json()).await
}

/// The Data API connects with a secret's current version only, so the catalogue is asked whether the user is there.
async fn test(token: &str, versions: &Versions<'_>, owner: &Db) -> Result<(), RotateError> {
    let pending = pending(token, versions).await?;
    if store::roles::can_log_in(owner, &pending.username).await? {
        return Ok(());
    }
    Err(RotateError::NotTaken)
}

async fn pending(token: &str, versions: &Versions<'_>) -> Result<Credentials, RotateError> {
    let text = versions.pending(token).await?.ok_or(RotateError::NoPending)?;
    Credentials::parse(&text).ok_or(RotateError::Unreadable)
}
