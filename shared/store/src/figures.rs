//! Figures for whoever watches a deployment.

use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Waiting {
    /// Seconds that the oldest message of the outbox has waited; 0 where none waits.
    pub outbox_age_seconds: f64,
    /// Differences between the payment provider's books and ours that nobody has settled.
    pub open_findings: f64,
}

/// What waits at `now`.
pub async fn waiting(db: &Db, now: Timestamp) -> Result<Waiting, DbError> {
    db.one(
        Statement::new(
            "SELECT jsonb_build_object(
                 'outbox_age_seconds', greatest(0, coalesce(extract(epoch FROM :now::timestamptz - (
                     SELECT min(created_at) FROM outbox WHERE done_at IS NULL)), 0)),
                 'open_findings', (SELECT count(*) FROM findings WHERE state = 'open'))::text",
        )
        .instant("now", now)
        .idempotent(),
    )
    .await
}
