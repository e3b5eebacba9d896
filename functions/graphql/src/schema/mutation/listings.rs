//! Listings: made, changed, on the market and off it.

mod calendar;
mod input;
mod people;
mod photos;
mod terms;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::cohost::Act;
use domain::ids::{PropertyId, UserId};
use services::Failure;
use services::cohosts::acting_host;
use services::properties::{Created, archive, change, create, judge, publish, unpublish};
use services::read_cache::{ReadCache, tell_of};
use store::properties::Verdict;
use web::dto::ReasonDto;
use web::dto::listing::{CreateProperty, UpdateProperty, of_body};
use web::extract::valid;

use crate::errors::told_of_input;
use crate::schema::ids::Kind;
use crate::schema::property::Property;
use crate::schema::staff::staff;
use crate::schema::{app, caller};
use input::{CreatePropertyInput, UpdatePropertyInput};

pub(super) use calendar::CalendarMutations;
pub(super) use people::PeopleMutations;
pub(super) use photos::PhotoMutations;

/// A listing that something happens to.
#[derive(Debug, InputObject)]
pub(super) struct PropertyInput {
    /// The listing.
    property_id: ID,
}

/// A listing that the staff does something about.
#[derive(Debug, InputObject)]
struct JudgePropertyInput {
    /// The listing.
    property_id: ID,
    /// For whoever asks later; on record. 1 to 1,000 characters.
    reason: String,
}

/// A listing as it is now.
#[derive(Debug, SimpleObject)]
struct PropertyPayload {
    /// The listing.
    property: Property,
}

/// A listing that was made, or was there.
#[derive(Debug, SimpleObject)]
struct CreatePropertyPayload {
    /// The listing.
    property: Property,
    /// Whether the host had one of this `sourceRef` already; it is as it was.
    existed: bool,
}

/// A listing that was decided about.
#[derive(Debug, SimpleObject)]
struct PropertyIdPayload {
    /// Its id.
    property_id: ID,
}

/// Mutations of listings.
#[derive(Default)]
pub(super) struct PropertyMutations;

#[Object]
impl PropertyMutations {
    /// Make a listing. It is a draft until it is published.
    async fn create_property(
        &self,
        ctx: &Context<'_>,
        input: CreatePropertyInput,
    ) -> Result<Option<CreatePropertyPayload>> {
        let host = caller(ctx)?.user_id;
        let new: CreateProperty = valid(&input).map_err(told_of_input)?;
        let new = new.parse().map_err(told_of_input)?;
        let (property, existed) = match create(app(ctx).ctx(), host, &new).await.map_err(told_of_body)? {
            Created::New(property) => (property, false),
            Created::Existing(property) => (property, true),
        };
        Ok(Some(CreatePropertyPayload { property: Property(property.into()), existed }))
    }

    /// Change a listing. Bookings and quotes that stand keep the terms they were made under.
    async fn update_property(
        &self,
        ctx: &Context<'_>,
        input: UpdatePropertyInput,
    ) -> Result<Option<PropertyPayload>> {
        caller(ctx)?;
        let (property, version) = (Kind::Property.read(&input.property_id)?, input.version);
        let edit: UpdateProperty = valid(&input).map_err(told_of_input)?;
        let host = acting(ctx, property, Act::ChangeListing).await?;
        let edit = |listing: &mut _| edit.apply(listing);
        let changed = change(app(ctx).ctx(), host, property, version, edit).await.map_err(told_of_body)?;
        Ok(Some(shown(ctx, changed).await))
    }

    /// Publish a listing. Refused with `not_ready_to_publish` and all that is missing in `errors`.
    async fn publish_property(
        &self,
        ctx: &Context<'_>,
        input: PropertyInput,
    ) -> Result<Option<PropertyPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let host = acting(ctx, property, Act::Publish).await?;
        let published = publish(app(ctx).ctx(), host, property).await.map_err(told_of_input)?;
        Ok(Some(shown(ctx, published).await))
    }

    /// Take a listing off the market. Bookings that stand go on.
    async fn unpublish_property(
        &self,
        ctx: &Context<'_>,
        input: PropertyInput,
    ) -> Result<Option<PropertyPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let host = acting(ctx, property, Act::Unpublish).await?;
        let taken = unpublish(app(ctx).ctx(), host, property).await.map_err(told_of_input)?;
        Ok(Some(shown(ctx, taken).await))
    }

    /// Take a listing off the market for good. Refused with `bookings_stand` while it has bookings to come.
    async fn delete_property(
        &self,
        ctx: &Context<'_>,
        input: PropertyInput,
    ) -> Result<Option<PropertyIdPayload>> {
        let (host, property) = (caller(ctx)?.user_id, Kind::Property.read(&input.property_id)?);
        archive(app(ctx).ctx(), host, property).await.map_err(told_of_input)?;
        tell(ctx, property).await;
        Ok(Some(PropertyIdPayload { property_id: Kind::Property.id(property) }))
    }

    /// Take a listing off the market; its host cannot publish it before it is relisted. For the staff.
    async fn unlist_property(
        &self,
        ctx: &Context<'_>,
        input: JudgePropertyInput,
    ) -> Result<Option<PropertyIdPayload>> {
        judged(ctx, &input, Verdict::Bar).await
    }

    /// Let the host of an unlisted listing publish it again. For the staff.
    async fn relist_property(
        &self,
        ctx: &Context<'_>,
        input: JudgePropertyInput,
    ) -> Result<Option<PropertyIdPayload>> {
        judged(ctx, &input, Verdict::Admit).await
    }
}

async fn judged(
    ctx: &Context<'_>,
    input: &JudgePropertyInput,
    verdict: Verdict,
) -> Result<Option<PropertyIdPayload>> {
    let (staff, property) = (staff(ctx)?, Kind::Property.read(&input.property_id)?);
    let because: ReasonDto = valid(&serde_json::json!({ "reason": input.reason })).map_err(told_of_input)?;
    judge(app(ctx).ctx(), staff, property, verdict, &because.reason).await.map_err(told_of_input)?;
    tell(ctx, property).await;
    Ok(Some(PropertyIdPayload { property_id: Kind::Property.id(property) }))
}

/// In whose name the caller changes a listing.
async fn acting(ctx: &Context<'_>, property: PropertyId, act: Act) -> Result<UserId> {
    acting_host(app(ctx).ctx(), caller(ctx)?.user_id, property, act).await.map_err(told_of_input)
}

/// The listing, of whose change the cache is told.
async fn shown(ctx: &Context<'_>, property: store::properties::Property) -> PropertyPayload {
    tell(ctx, property.id).await;
    PropertyPayload { property: Property(property.into()) }
}

async fn tell(ctx: &Context<'_>, property: PropertyId) {
    tell_of(app(ctx).ctx(), ctx.data_unchecked::<ReadCache>(), property).await;
}

/// A failure whose pointers go into the stored terms.
fn told_of_body(failure: Failure) -> async_graphql::Error {
    told_of_input(of_body(failure))
}
