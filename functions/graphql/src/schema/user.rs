//! People: what everyone may know of them, and what they know of themselves.

use async_graphql::{Context, ID, Object, Result};
use domain::ids::{PaymentId, PropertyId, UserId};
use jiff::Timestamp;
use store::payments::page_of_guest;
use store::properties::list_of_host;
use store::reviews::About;
use store::users::{PublicProfile, StoredRole};
use uuid::Uuid;

use super::booking::{Booking, BookingFilter, bookings};
use super::connection::{Page, Wanted};
use super::ids::Kind;
use super::payment::Payment;
use super::property::Property;
use super::review::{Review, reviews};
use super::{app, caller, page_cost};
use crate::errors::told;
use crate::loaders::Loaders;

/// A person, as others see them. Of an account that is gone only the id is left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User(pub(crate) UserId);

impl User {
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<PublicProfile>> {
        ctx.data_unchecked::<Loaders>().one(self.0).await
    }
}

/// A person, as others see them. Of an account that is gone only the id is left.
#[Object]
impl User {
    /// Names the person anywhere in this graph.
    pub(crate) async fn id(&self) -> ID {
        Kind::User.id(self.0)
    }

    /// The person's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.into()
    }

    /// The whole name for those with a booking between them, else the first word.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.profile(ctx).await?.map(|profile| profile.name))
    }

    /// When the account was made.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<Option<Timestamp>> {
        Ok(self.profile(ctx).await?.map(|profile| profile.created_at))
    }

    /// Whether the person lets something that is published.
    async fn is_host(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.profile(ctx).await?.map(|profile| profile.is_host))
    }

    /// What was said of the person, as a host or as a guest, the latest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Review>> {
        reviews(ctx, About::User(self.0), Wanted { first, after }).await
    }
}

/// The caller, as they see themselves.
#[derive(Debug)]
pub(crate) struct Viewer(pub(crate) store::users::User);

/// The caller, as they see themselves.
#[Object]
impl Viewer {
    /// As others see the caller.
    async fn user(&self) -> User {
        User(self.0.id)
    }

    /// Where mails go.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The whole name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// BCP 47.
    async fn locale(&self) -> &str {
        &self.0.locale
    }

    /// IANA name.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Whether the caller is a member of the staff.
    async fn is_staff(&self) -> bool {
        self.0.role == StoredRole::Admin
    }

    /// Whether a second factor is asked for at sign-in.
    async fn mfa_enabled(&self) -> bool {
        self.0.mfa
    }

    /// When the account was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// Grows with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The caller's bookings, the newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn bookings(
        &self,
        ctx: &Context<'_>,
        filter: Option<BookingFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Booking>> {
        bookings(ctx, filter.unwrap_or_default(), Wanted { first, after }).await
    }

    /// The caller's own listings in any state but archived, the newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn properties(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Property>> {
        let (app, wanted) = (app(ctx), Wanted { first, after });
        let (paging, position) = wanted.open::<PropertyId>(app, ("/properties?host=me", &self.0.id)).await?;
        let rows = list_of_host(&app.ctx().db, self.0.id, position, paging.rows()).await.map_err(told)?;
        let ids: Vec<PropertyId> = rows.into_iter().map(|(_, id)| id).collect();
        let found = ctx.data_unchecked::<Loaders>().many(ids.iter().copied()).await?;
        wanted.page(&paging, ids, |id| *id, |id| found.get(&id).cloned().map(Property))
    }

    /// What the caller paid, the newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Payment>> {
        let (app, wanted, user) = (app(ctx), Wanted { first, after }, caller(ctx)?.user_id);
        let (paging, position) = wanted.open::<PaymentId>(app, ("/payments", &user)).await?;
        let rows = page_of_guest(&app.ctx().db, user, position, paging.rows()).await.map_err(told)?;
        wanted.page(&paging, rows, |payment| payment.id, |payment| Some(Payment(payment.into())))
    }
}
