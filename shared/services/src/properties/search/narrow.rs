//! What a search may be narrowed to, what it looks like on a map, and why a listing stands where it does.

use std::sync::Arc;

use domain::ids::{PropertyId, UserId};
use domain::ranking::{Score, scores};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use store::properties::{Cluster, SearchQuery, clusters, facets, rank_facts};

use crate::read_cache::{Entry, Life, ReadCache};
use crate::{Ctx, Failure};

/// How long facets are shown that were counted once. Nothing revokes them: each is made of many listings.
const FACETS: Life = Life { fresh: SignedDuration::from_secs(30), shown: SignedDuration::from_secs(60) };
/// The closest zoom.
pub const MAX_ZOOM: u8 = 20;
/// The grid is never finer than the squares that strangers know, in microdegrees.
const LEAST_CELL_E6: i32 = 10_000;

/// The facets of a search, from the cache: the JSON text of an object. `filters` is all that decides them.
pub async fn facets_of(
    ctx: &Ctx,
    cache: &ReadCache,
    query: &SearchQuery<'_>,
    filters: &str,
) -> Result<Arc<Entry>, Failure> {
    let digest = Sha256::digest(filters.as_bytes());
    let key = digest.iter().fold("facets#".to_owned(), |text, byte| text + &format!("{byte:02x}"));
    // The later count is the better one.
    let revision = ctx.now().as_millisecond();
    let read = || async move { Ok(Entry { revision, body: Box::pin(facets(&ctx.db, query)).await? }) };
    cache.get(ctx, &key, FACETS, read).await
}

/// What a map shows.
#[derive(Clone, Debug)]
pub struct Map {
    /// Listings that lie close together, the fullest cells first.
    pub clusters: Vec<Cluster>,
    /// Whether those are all; otherwise the best ones.
    pub complete: bool,
}

/// The listings of an area on a map of this zoom (0 to [`MAX_ZOOM`]; each step halves what is seen), put together by a
/// quarter of a tile of 256 pixels.
pub async fn map_of(ctx: &Ctx, query: &SearchQuery<'_>, zoom: u8) -> Result<Map, Failure> {
    let cell_e6 = (360_000_000 >> (zoom.min(MAX_ZOOM) + 2)).max(LEAST_CELL_E6);
    let (clusters, complete) = clusters(&ctx.db, query, cell_e6).await?;
    Ok(Map { clusters, complete })
}

/// What the rank of the host's own listing is made of, for a search with these words.
pub async fn ranking_of(
    ctx: &Ctx,
    host: UserId,
    id: PropertyId,
    words: Option<&str>,
) -> Result<Vec<Score>, Failure> {
    let facts = rank_facts(&ctx.db, id, host, words).await?;
    Ok(scores(&facts.ok_or(Failure::NotFound)?))
}
