//! Putting a listing on the market and taking it off.

use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};

/// Whether the payment provider can pay the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostAccount {
    /// No account was opened, or none that is finished.
    None,
    /// Being opened.
    Pending,
    /// Can be paid.
    Enabled,
    /// The provider wants something first.
    Restricted,
}

/// What publishing depends on beside the listing itself.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct PublicationState {
    /// The host's account with the payment provider.
    pub host_account: HostAccount,
}

/// The host's account with the payment provider.
pub async fn publication_state(db: &Db, host: UserId) -> Result<PublicationState> {
    db.one(
        Statement::new(
            "SELECT jsonb_build_object('host_account', coalesce(
                 (SELECT state FROM host_accounts WHERE user_id = :host::uuid), 'none'))::text",
        )
        .uuid("host", host)
        .idempotent(),
    )
    .await
}

/// Publishes the listing if it is still at `version`, its host can still be paid, and the staff lets it. Answers false
/// otherwise.
///
/// A listing keeps the instant at which it was published first: coming back makes it no newer.
pub async fn publish(db: &Db, id: PropertyId, host: UserId, version: i64, now: Timestamp) -> Result<bool> {
    let changed = db
        .affected(
            Statement::new(
                "UPDATE properties SET state = 'published',
                     published_at = coalesce(published_at, :now::timestamptz),
                     updated_at = :now::timestamptz, version = version + 1
                 WHERE id = :id::uuid AND host_id = :host::uuid AND version = :version::int8
                   AND state IN ('draft', 'unlisted') AND nightly_price IS NOT NULL AND barred_at IS NULL
                   AND EXISTS (SELECT FROM host_accounts a WHERE a.user_id = :host::uuid AND a.state = 'enabled')",
            )
            .uuid("id", id)
            .uuid("host", host)
            .int("version", version)
            .instant("now", now),
        )
        .await?;
    Ok(changed > 0)
}

/// Takes the listing off the market. Answers false when it was not on it.
pub async fn unpublish(db: &Db, id: PropertyId, host: UserId, now: Timestamp) -> Result<bool> {
    let changed = db
        .affected(
            Statement::new(
                "UPDATE properties SET state = 'unlisted', updated_at = :now::timestamptz, version = version + 1
                 WHERE id = :id::uuid AND host_id = :host::uuid AND state = 'published'",
            )
            .uuid("id", id)
            .uuid("host", host)
            .instant("now", now),
        )
        .await?;
    Ok(changed > 0)
}
