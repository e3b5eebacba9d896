//! Where the graph begins.

mod earnings;
mod hosting;

use async_graphql::{Context, ID, Interface, MergedObject, Object, Result};
use domain::ids::{BookingId, PaymentId, PropertyId, ReviewId, ThreadId, UserId};
use services::bookings::preview;
use services::users::own_profile;
use store::reviews::About;
use web::Problem;

use super::booking::{Booking, BookingFilter, Settlement, bookings};
use super::connection::{Page, Wanted};
use super::conversation::{Conversation, conversations};
use super::ids::{Kind, read};
use super::payment::Payment;
use super::property::Property;
use super::review::{Review, reviews};
use super::search::{Matches, PropertyFilter, PropertySort, properties};
use super::user::{User, Viewer};
use super::{app, caller, page_cost};
use crate::errors::told;
use crate::loaders::Loaders;

use earnings::Earnings;
use hosting::Hosting;

/// Whatever has an id.
#[derive(Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Names it anywhere in this graph."))]
pub(crate) enum Node {
    Booking(Booking),
    Conversation(Conversation),
    Payment(Payment),
    Property(Property),
    Review(Review),
    User(User),
}

/// What can be asked for. What is not there for the caller is `null` with an error `not_found`; of `node` and `nodes` it is
/// `null` alone.
#[derive(Default, MergedObject)]
pub(crate) struct Query(Graph, Hosting, Earnings);

/// What the graph is entered by.
#[derive(Default)]
pub(super) struct Graph;

async fn node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let loaders = ctx.data_unchecked::<Loaders>();
    let Some((kind, id)) = read(id) else { return Ok(None) };
    Ok(match kind {
        Kind::Booking => loaders.one(BookingId::from(id)).await?.map(|found| Node::Booking(Booking(found))),
        Kind::Conversation => {
            loaders.one(ThreadId::from(id)).await?.map(|found| Node::Conversation(Conversation(found)))
        }
        Kind::Payment => loaders.one(PaymentId::from(id)).await?.map(|found| Node::Payment(Payment(found))),
        Kind::Property => {
            loaders.one(PropertyId::from(id)).await?.map(|found| Node::Property(Property(found)))
        }
        Kind::Review => loaders.one(ReviewId::from(id)).await?.map(|found| Node::Review(Review(found))),
        Kind::User => loaders.one(UserId::from(id)).await?.map(|found| Node::User(User(found.id))),
    })
}

fn there<T>(found: Option<T>) -> Result<T> {
    found.ok_or_else(|| told(Problem::not_found()))
}

#[Object]
impl Graph {
    /// Whatever has this id.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        node(ctx, &id).await
    }

    /// Whatever have these ids, in their order; 100 at most.
    #[graphql(complexity = "ids.len().saturating_mul(child_complexity).saturating_add(1)")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        futures::future::try_join_all(ids.iter().map(|id| node(ctx, id))).await
    }

    /// The caller.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        let user = own_profile(app(ctx).ctx(), caller(ctx)?.user_id).await.map_err(told)?;
        Ok(Some(Viewer(user)))
    }

    /// A person, as others see them.
    async fn user(&self, ctx: &Context<'_>, id: ID) -> Result<Option<User>> {
        let id: UserId = Kind::User.read(&id)?;
        let found = there(ctx.data_unchecked::<Loaders>().one(id).await?)?;
        Ok(Some(User(found.id)))
    }

    /// A listing.
    async fn property(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Property>> {
        let id: PropertyId = Kind::Property.read(&id)?;
        there(ctx.data_unchecked::<Loaders>().one(id).await?).map(|found| Some(Property(found)))
    }

    /// Listings that match. With dates a listing is found if and only if a quote for the same nights and guests (as adults)
    /// would succeed; there may be fewer than were asked for while more follow.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn properties(
        &self,
        ctx: &Context<'_>,
        filter: Option<PropertyFilter>,
        sort: Option<PropertySort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Matches>> {
        properties(ctx, filter.unwrap_or_default(), sort, Wanted { first, after }).await.map(Some)
    }

    /// A booking of the caller's, on whichever side.
    async fn booking(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Booking>> {
        caller(ctx)?;
        let id: BookingId = Kind::Booking.read(&id)?;
        there(ctx.data_unchecked::<Loaders>().one(id).await?).map(|found| Some(Booking(found)))
    }

    /// The caller's bookings, the newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn bookings(
        &self,
        ctx: &Context<'_>,
        filter: Option<BookingFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<Booking>>> {
        bookings(ctx, filter.unwrap_or_default(), Wanted { first, after }).await.map(Some)
    }

    /// What a cancellation by the caller would give back now.
    async fn cancellation_preview(&self, ctx: &Context<'_>, booking_id: ID) -> Result<Option<Settlement>> {
        let (caller, id) = (caller(ctx)?.user_id, Kind::Booking.read(&booking_id)?);
        let settlement = preview(app(ctx).ctx(), caller, id).await.map_err(told)?;
        Ok(Some((&settlement).into()))
    }

    /// A payment, for the guest who pays and the host who lets.
    async fn payment(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Payment>> {
        caller(ctx)?;
        let id: PaymentId = Kind::Payment.read(&id)?;
        there(ctx.data_unchecked::<Loaders>().one(id).await?).map(|found| Some(Payment(found)))
    }

    /// The caller's conversations as guest, host and co-host, those with the newest messages first; with `bookingId` the one
    /// about it.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        booking_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<Conversation>>> {
        let booking = booking_id.map(|id| Kind::Booking.read(&id)).transpose()?;
        conversations(ctx, booking, Wanted { first, after }).await.map(Some)
    }

    /// A conversation of the caller's.
    async fn conversation(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Conversation>> {
        caller(ctx)?;
        let id: ThreadId = Kind::Conversation.read(&id)?;
        there(ctx.data_unchecked::<Loaders>().one(id).await?).map(|found| Some(Conversation(found)))
    }

    /// A review: anyone's that is revealed, or the caller's own.
    async fn review(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Review>> {
        let id: ReviewId = Kind::Review.read(&id)?;
        there(ctx.data_unchecked::<Loaders>().one(id).await?).map(|found| Some(Review(found)))
    }

    /// The reviews of a listing, a person or a stay: the id says which.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        of: ID,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<Review>>> {
        let about = match read(&of) {
            Some((Kind::Property, id)) => About::Property(id.into()),
            Some((Kind::User, id)) => About::User(id.into()),
            Some((Kind::Booking, id)) => About::Booking(id.into()),
            _ => return Err(told(Problem::not_found())),
        };
        reviews(ctx, about, Wanted { first, after }).await.map(Some)
    }
}
