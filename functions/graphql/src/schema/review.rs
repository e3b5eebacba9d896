//! Reviews: those that are revealed, and the caller's own.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::review::Category;
use jiff::Timestamp;
use store::reviews::{About, Position};
use uuid::Uuid;

use super::app;
use super::booking::Booking;
use super::codes::ReviewSide;
use super::connection::{Page, Wanted};
use super::ids::Kind;
use super::property::Property;
use super::somebody;
use super::user::User;
use crate::errors::told;
use crate::loaders::{Loaders, ReviewsOf};

/// What one side of a stay says of the other.
#[derive(Clone, Debug)]
pub(crate) struct Review(pub(crate) Arc<store::reviews::Review>);

/// Ratings of 1 to 5 beside the whole. A guest may rate all of them, a host cleanliness and communication.
#[derive(Debug, SimpleObject)]
pub(crate) struct ReviewCategories {
    /// How clean it was.
    cleanliness: Option<u8>,
    /// Whether the listing told the truth.
    accuracy: Option<u8>,
    /// How well the arrival went.
    check_in: Option<u8>,
    /// How well the other side answered.
    communication: Option<u8>,
    /// Where the place is.
    location: Option<u8>,
    /// Whether it was worth its price.
    value: Option<u8>,
}

/// A public answer to a review.
#[derive(Debug, SimpleObject)]
pub(crate) struct ReviewResponse {
    /// The words.
    text: String,
    /// When it was given.
    created_at: Timestamp,
}

/// What one side of a stay says of the other.
#[Object]
impl Review {
    /// Names the review anywhere in this graph.
    pub(crate) async fn id(&self) -> ID {
        Kind::Review.id(self.0.id)
    }

    /// The review's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// The stay; only for its two sides.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        let Some(booking) = self.0.booking_id else { return Ok(None) };
        Ok(ctx.data_unchecked::<Loaders>().one(booking).await?.map(Booking))
    }

    /// The place of the stay, if it is still to be seen.
    async fn property(&self, ctx: &Context<'_>) -> Result<Option<Property>> {
        Ok(ctx.data_unchecked::<Loaders>().one(self.0.property_id).await?.map(Property))
    }

    /// Who wrote it.
    async fn author(&self) -> User {
        User(self.0.author.id)
    }

    /// The first word of the author's name.
    async fn author_name(&self) -> &str {
        &self.0.author.name
    }

    /// Of whom it speaks: the host, or the guest.
    async fn subject(&self) -> User {
        User(self.0.subject_id)
    }

    /// Which side wrote it.
    async fn side(&self) -> ReviewSide {
        self.0.side.into()
    }

    /// The whole, from 1 to 5; its own answer and not the mean of the categories.
    async fn overall(&self) -> u8 {
        self.0.overall.get()
    }

    /// Ratings beside the whole.
    async fn categories(&self) -> ReviewCategories {
        let of = |category| self.0.categories.get(&category).map(|rating| rating.get());
        ReviewCategories {
            cleanliness: of(Category::Cleanliness),
            accuracy: of(Category::Accuracy),
            check_in: of(Category::CheckIn),
            communication: of(Category::Communication),
            location: of(Category::Location),
            value: of(Category::Value),
        }
    }

    /// What everyone reads.
    async fn public_text(&self) -> &str {
        &self.0.public_text
    }

    /// What only the two sides read.
    async fn private_text(&self) -> Option<&str> {
        self.0.private_text.as_deref()
    }

    /// When it was submitted.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When its author last changed it.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }

    /// When it becomes public, or became so.
    async fn reveals_at(&self) -> Timestamp {
        self.0.revealed_at.unwrap_or(self.0.reveal_due_at)
    }

    /// When it became public; `null` while only its author reads it.
    async fn revealed_at(&self) -> Option<Timestamp> {
        self.0.revealed_at
    }

    /// The one public answer of the person that it speaks of.
    async fn response(&self) -> Option<ReviewResponse> {
        let response = self.0.response.as_ref()?;
        Some(ReviewResponse { text: response.text.clone(), created_at: response.at })
    }

    /// Grows with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// A page of reviews: the caller's own that nobody else reads yet, then the revealed ones, the latest first.
pub(crate) async fn reviews(ctx: &Context<'_>, about: About, wanted: Wanted) -> Result<Page<Review>> {
    let (app, viewer) = (app(ctx), somebody(ctx).map(|caller| caller.user_id));
    let (paging, after) = wanted.open::<Position>(app, ("/reviews", &(about, viewer))).await?;
    let rows = match after {
        None => {
            let first = ReviewsOf { about, rows: paging.rows() };
            ctx.data_unchecked::<Loaders>().one(first).await?.unwrap_or_default()
        }
        Some(_) => {
            store::reviews::page(&app.ctx().db, about, viewer, after, paging.rows()).await.map_err(told)?
        }
    };
    let position = |last: &store::reviews::Review| Position { revealed_at: last.revealed_at, id: last.id };
    wanted.page(&paging, rows, position, |review| Some(Review(review.into())))
}
