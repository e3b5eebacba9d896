//! Reading payouts.

use domain::ids::{PayoutId, UserId};

use super::{Payout, Result, payout_json};
use crate::db::{Db, Statement};

/// The payout, whoever asks.
pub async fn find(db: &Db, id: PayoutId) -> Result<Option<Payout>> {
    let sql = concat!("SELECT (", payout_json!(), ")::text FROM payouts p WHERE p.id = :id::uuid");
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}

/// A host's payouts, the newest first, older than `after`.
pub async fn page_of_host(db: &Db, host: UserId, after: Option<PayoutId>, limit: u32) -> Result<Vec<Payout>> {
    let sql = concat!(
        "SELECT (",
        payout_json!(),
        ")::text FROM payouts p
         WHERE p.host_id = :host::uuid
           AND p.id < coalesce(:after::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
         ORDER BY p.id DESC LIMIT :limit::int4"
    );
    let statement = Statement::new(sql)
        .uuid("host", host)
        .uuid_opt("after", after)
        .int("limit", i64::from(limit))
        .idempotent();
    db.rows(statement).await
}
