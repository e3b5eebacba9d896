//! What hosts and their co-hosts see of a listing beside itself.

use async_graphql::{Context, ID, Object, Result};
use domain::cohost::Permission;
use domain::ids::PropertyId;
use services::cohosts::host_seen_by;
use services::messages::templates;
use services::properties::ranking_of;
use services::{cohosts, photos, promotions};

use crate::errors::told;
use crate::schema::conversation::MessageTemplate;
use crate::schema::hosting::{Cohost, HostPhoto, Promotion, Ranking};
use crate::schema::ids::Kind;
use crate::schema::{app, caller};

/// The longest words, in characters.
const MAX_WORDS: usize = 200;

/// What hosts see.
#[derive(Default)]
pub(super) struct Hosting;

#[Object]
impl Hosting {
    /// What is written to the guests of a listing by itself, in the order of a stay; for its host and the co-hosts who see
    /// to its bookings.
    async fn message_templates(
        &self,
        ctx: &Context<'_>,
        property_id: ID,
    ) -> Result<Option<Vec<MessageTemplate>>> {
        let (caller, property) = (caller(ctx)?.user_id, Kind::Property.read(&property_id)?);
        let kept = templates(app(ctx).ctx(), caller, property).await.map_err(told)?;
        Ok(Some(kept.into_iter().map(Into::into).collect()))
    }

    /// The photos of a listing, those that wait and those that were rejected too; for its host and the co-hosts who see to
    /// the listing.
    async fn listing_photos(&self, ctx: &Context<'_>, property_id: ID) -> Result<Option<Vec<HostPhoto>>> {
        let (host, property) = seen(ctx, &property_id, Permission::Listing).await?;
        let found = photos::of_host(app(ctx).ctx(), host, property).await.map_err(told)?;
        Ok(Some(found.into_iter().map(HostPhoto).collect()))
    }

    /// The promotions of a listing, the oldest first; for its host and the co-hosts who see to its calendar.
    async fn promotions(&self, ctx: &Context<'_>, property_id: ID) -> Result<Option<Vec<Promotion>>> {
        let (host, property) = seen(ctx, &property_id, Permission::Calendar).await?;
        let found = promotions::list(app(ctx).ctx(), host, property).await.map_err(told)?;
        Ok(Some(found.into_iter().map(Into::into).collect()))
    }

    /// The co-hosts of a listing of the caller's.
    async fn cohosts(&self, ctx: &Context<'_>, property_id: ID) -> Result<Option<Vec<Cohost>>> {
        let (host, property) = (caller(ctx)?.user_id, Kind::Property.read(&property_id)?);
        let found = cohosts::list(app(ctx).ctx(), host, property).await.map_err(told)?;
        Ok(Some(found.into_iter().map(Into::into).collect()))
    }

    /// Why a listing stands where it does in searches by relevance without a place; with `q`, for a search with these words.
    /// For its host and the co-hosts who see to the listing.
    async fn ranking(
        &self,
        ctx: &Context<'_>,
        property_id: ID,
        q: Option<String>,
    ) -> Result<Option<Ranking>> {
        let (host, property) = seen(ctx, &property_id, Permission::Listing).await?;
        let words: Option<String> = q.map(|words| words.trim().chars().take(MAX_WORDS).collect());
        let words = words.as_deref().filter(|words| !words.is_empty());
        let scores = ranking_of(app(ctx).ctx(), host, property, words).await.map_err(told)?;
        Ok(Some(scores.into()))
    }
}

/// The listing, and in whose name the caller looks at it.
async fn seen(
    ctx: &Context<'_>,
    id: &ID,
    permission: Permission,
) -> Result<(domain::ids::UserId, PropertyId)> {
    let (caller, property) = (caller(ctx)?.user_id, Kind::Property.read(id)?);
    let host = host_seen_by(app(ctx).ctx(), caller, property, permission).await.map_err(told)?;
    Ok((host, property))
}
