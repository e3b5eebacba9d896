//! Telling the cache of changes.
//!
//! A change is on record in the statement that makes it, until the cache was told. Whoever makes it tells at once; the
//! schedule tells of the rest: of ratings and of photos that became ready, and where somebody died in between.

use domain::ids::PropertyId;
use store::read_cache::CacheTable;
use store::revisions;

use super::ReadCache;
use crate::{Ctx, Failure};

/// How many changes one statement reads.
const BATCH: u32 = 100;
/// How many statements one run makes at most; the next run goes on.
const BATCHES: u32 = 10;

/// Under what a listing is kept as strangers see it.
pub(crate) fn key_of(property: PropertyId) -> String {
    format!("property#{property}")
}

/// Tells the cache that the listing has changed. Where that fails the schedule does it, within a minute.
pub async fn tell_of(ctx: &Ctx, cache: &ReadCache, property: PropertyId) {
    match revisions::current(&ctx.db, property).await {
        Ok(revision) => cache.revoke(&key_of(property), revision, ctx.now()).await,
        Err(error) => tracing::warn!(%error, %property, "the schedule will tell the cache"),
    }
}

/// Tells the table of all changes that nobody told it of; answers how many there were.
pub async fn tell_all(ctx: &Ctx, table: &CacheTable) -> Result<u64, Failure> {
    let mut all = 0;
    for _ in 0..BATCHES {
        let untold = revisions::untold(&ctx.db, BATCH).await?;
        for one in &untold {
            table.revoke(&key_of(one.property_id), one.revision, ctx.now()).await?;
        }
        if !untold.is_empty() {
            revisions::told(&ctx.db, &untold).await?;
        }
        all += untold.len() as u64;
        if untold.len() < BATCH as usize {
            break;
        }
    }
    Ok(all)
}
