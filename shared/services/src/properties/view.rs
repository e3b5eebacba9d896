//! Looking at listings.

use domain::ids::{PropertyId, UserId};
use store::properties::{self, Property};

use crate::{Ctx, Failure};

/// Who looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewer {
    /// The person, if it is known.
    pub user_id: Option<UserId>,
    /// A member of the staff.
    pub is_admin: bool,
}

/// The listing as the viewer may see it.
///
/// A stranger gets the middle of a square of 0.01 degrees for the place and no street; [`Property::exact`] says which.
pub async fn view(ctx: &Ctx, viewer: Viewer, id: PropertyId) -> Result<Property, Failure> {
    let found = properties::find(&ctx.db, id, viewer.user_id, viewer.is_admin).await?;
    found.map(coarse).ok_or(Failure::NotFound)
}

/// Those of the listings that the viewer may see, each as [`view`] has it.
pub async fn view_many(ctx: &Ctx, viewer: Viewer, ids: &[PropertyId]) -> Result<Vec<Property>, Failure> {
    let found = properties::find_many(&ctx.db, ids, viewer.user_id, viewer.is_admin).await?;
    Ok(found.into_iter().map(coarse).collect())
}

/// The listing without what only those may know who may know the exact place.
fn coarse(mut property: Property) -> Property {
    if !property.exact {
        property.listing.location = property.listing.location.coarse();
        property.listing.address = property.listing.address.public();
        property.source_ref = None;
        property.barred_at = None;
    }
    property
}

/// The host's own listing.
pub(crate) async fn own(ctx: &Ctx, host: UserId, id: PropertyId) -> Result<Property, Failure> {
    let found = properties::find(&ctx.db, id, Some(host), false).await?;
    found.filter(|property| property.host_id == host).ok_or(Failure::NotFound)
}

/// A page of the host's own listings, the newest first: the JSON of each, and where the next page begins.
pub async fn list_of_host(
    ctx: &Ctx,
    host: UserId,
    after: Option<PropertyId>,
    limit: u32,
) -> Result<(Vec<String>, Option<PropertyId>), Failure> {
    let mut rows = properties::list_of_host(&ctx.db, host, after, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|(_, id)| *id);
    Ok((rows.into_iter().map(|(item, _)| item).collect(), next))
}
