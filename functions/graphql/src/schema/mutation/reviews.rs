//! What both sides say of a stay.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use domain::review::{Category, PrivateText, Rating, Ratings};
use services::reviews::{Draft, ReviewEdit, edit, report, respond, submit, withdraw};

use super::{Faults, parsed};
use crate::errors::told_of_input;
use crate::schema::ids::Kind;
use crate::schema::review::Review;
use crate::schema::{app, caller};

/// Ratings of 1 to 5 beside the whole. A guest may rate all of them, a host cleanliness and communication.
#[derive(Debug, InputObject)]
struct ReviewCategoriesInput {
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

/// What one side of a stay says of the other.
#[derive(Debug, InputObject)]
struct CreateReviewInput {
    /// The stay.
    booking_id: ID,
    /// The whole, from 1 to 5.
    overall: u8,
    /// Ratings beside the whole.
    categories: Option<ReviewCategoriesInput>,
    /// What everyone reads; 1 to 5,000 characters.
    public_text: String,
    /// What only the other side reads; up to 5,000 characters.
    private_text: Option<String>,
}

/// New words and ratings; what is absent stays.
#[derive(Debug, InputObject)]
struct UpdateReviewInput {
    /// The review.
    review_id: ID,
    /// The version that was read, to change no other one.
    version: Option<i64>,
    /// The whole, from 1 to 5.
    overall: Option<u8>,
    /// All category ratings, in place of the old ones.
    categories: Option<ReviewCategoriesInput>,
    /// What everyone reads.
    public_text: Option<String>,
    /// What only the other side reads; `null` takes it back.
    private_text: MaybeUndefined<String>,
}

/// A review.
#[derive(Debug, InputObject)]
struct ReviewInput {
    /// The review.
    review_id: ID,
}

/// An answer to a review.
#[derive(Debug, InputObject)]
struct RespondToReviewInput {
    /// The review.
    review_id: ID,
    /// The words; 1 to 2,000 characters.
    text: String,
}

/// A complaint about a review.
#[derive(Debug, InputObject)]
struct ReportReviewInput {
    /// The review.
    review_id: ID,
    /// Why; 1 to 1,000 characters.
    reason: String,
}

/// A review as it is now.
#[derive(Debug, SimpleObject)]
struct ReviewPayload {
    /// The review.
    review: Review,
}

/// A review that something was done about.
#[derive(Debug, SimpleObject)]
struct ReviewIdPayload {
    /// The review.
    review_id: ID,
}

/// Mutations of reviews.
#[derive(Default)]
pub(super) struct ReviewMutations;

#[Object]
impl ReviewMutations {
    /// Review a completed stay within 14 days. Nobody else reads it before the other side's is in, or the time is over.
    async fn create_review(
        &self,
        ctx: &Context<'_>,
        input: CreateReviewInput,
    ) -> Result<Option<ReviewPayload>> {
        let author = caller(ctx)?.user_id;
        let review = submit(app(ctx).ctx(), author, &draft(input)?).await.map_err(told_of_input)?;
        Ok(Some(ReviewPayload { review: Review(review.into()) }))
    }

    /// Change a review that nobody else has read.
    async fn update_review(
        &self,
        ctx: &Context<'_>,
        input: UpdateReviewInput,
    ) -> Result<Option<ReviewPayload>> {
        let (author, id) = (caller(ctx)?.user_id, Kind::Review.read(&input.review_id)?);
        let version = input.version;
        let review =
            edit(app(ctx).ctx(), author, id, version, &changed(input)?).await.map_err(told_of_input)?;
        Ok(Some(ReviewPayload { review: Review(review.into()) }))
    }

    /// Remove your review: without a trace before it is revealed; after, the listing's ratings are corrected at once.
    async fn delete_review(&self, ctx: &Context<'_>, input: ReviewInput) -> Result<Option<ReviewIdPayload>> {
        let (author, id) = (caller(ctx)?.user_id, Kind::Review.read(&input.review_id)?);
        withdraw(app(ctx).ctx(), author, id).await.map_err(told_of_input)?;
        Ok(Some(ReviewIdPayload { review_id: Kind::Review.id(id) }))
    }

    /// Give the one public answer to a review of yourself.
    async fn respond_to_review(
        &self,
        ctx: &Context<'_>,
        input: RespondToReviewInput,
    ) -> Result<Option<ReviewPayload>> {
        let (subject, id) = (caller(ctx)?.user_id, Kind::Review.read(&input.review_id)?);
        let text = parsed("/text", input.text.parse())?;
        let review = respond(app(ctx).ctx(), subject, id, &text).await.map_err(told_of_input)?;
        Ok(Some(ReviewPayload { review: Review(review.into()) }))
    }

    /// Complain about a review to the staff.
    async fn report_review(
        &self,
        ctx: &Context<'_>,
        input: ReportReviewInput,
    ) -> Result<Option<ReviewIdPayload>> {
        let (reporter, id) = (caller(ctx)?.user_id, Kind::Review.read(&input.review_id)?);
        let reason = parsed("/reason", input.reason.parse())?;
        report(app(ctx).ctx(), reporter, id, &reason).await.map_err(told_of_input)?;
        Ok(Some(ReviewIdPayload { review_id: Kind::Review.id(id) }))
    }
}

fn draft(input: CreateReviewInput) -> Result<Draft> {
    let booking_id = Kind::Booking.read(&input.booking_id)?;
    let mut faults = Faults::default();
    let overall = faults.keep("/overall", Rating::try_from(input.overall));
    let categories = input.categories.map(|given| categories(&given, &mut faults)).unwrap_or_default();
    let public_text = faults.keep("/public_text", input.public_text.parse());
    let private_text = input.private_text.and_then(|text| private(&text, &mut faults));
    let (overall, public_text) = faults.need(overall.zip(public_text))?;
    Ok(Draft { booking_id, ratings: Ratings { overall, categories }, public_text, private_text })
}

fn changed(input: UpdateReviewInput) -> Result<ReviewEdit> {
    let mut faults = Faults::default();
    let edit = ReviewEdit {
        overall: input.overall.and_then(|overall| faults.keep("/overall", Rating::try_from(overall))),
        categories: input.categories.map(|given| categories(&given, &mut faults)),
        public_text: input.public_text.and_then(|text| faults.keep("/public_text", text.parse())),
        private_text: match input.private_text {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(private(&text, &mut faults)),
        },
    };
    faults.refuse()?;
    Ok(edit)
}

/// Private words; blank ones are none.
fn private(text: &str, faults: &mut Faults) -> Option<PrivateText> {
    if text.trim().is_empty() {
        return None;
    }
    faults.keep("/private_text", text.parse())
}

fn categories(given: &ReviewCategoriesInput, faults: &mut Faults) -> BTreeMap<Category, Rating> {
    let all = [
        (Category::Cleanliness, given.cleanliness),
        (Category::Accuracy, given.accuracy),
        (Category::CheckIn, given.check_in),
        (Category::Communication, given.communication),
        (Category::Location, given.location),
        (Category::Value, given.value),
    ];
    let rated = all.into_iter().filter_map(|(category, stars)| Some((category, stars?)));
    rated
        .filter_map(|(category, stars)| {
            let pointer = format!("/categories/{}", category.code());
            Some((category, faults.keep(&pointer, Rating::try_from(stars))?))
        })
        .collect()
}
