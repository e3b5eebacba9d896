//! Listings as strangers see them, from the read cache.

use std::sync::Arc;

use domain::ids::PropertyId;
use jiff::SignedDuration;
use store::properties::Property;

use super::view::{Viewer, view};
use crate::read_cache::{Entry, Life, ReadCache, key_of};
use crate::{Ctx, Failure};

/// How long strangers are shown what was read once. A change revokes it at once, the schedule does within a minute.
const LIFE: Life = Life { fresh: SignedDuration::from_secs(60), shown: SignedDuration::from_secs(120) };

/// The listing as strangers see it: what is kept of it, which `body` makes of what was read.
pub async fn public_view<F>(
    ctx: &Ctx,
    cache: &ReadCache,
    id: PropertyId,
    body: F,
) -> Result<Arc<Entry>, Failure>
where
    F: FnOnce(Property) -> Result<String, Failure> + Send,
{
    let read = || async move {
        let property = Box::pin(view(ctx, Viewer::default(), id)).await?;
        // Nothing that only some may know is ever kept.
        if property.exact {
            return Err(Failure::internal("a stranger was shown the exact place"));
        }
        Ok(Entry { revision: property.revision, body: body(property)? })
    };
    cache.get(ctx, &key_of(id), LIFE, read).await
}
