//! Shapes that several operations share.

use std::collections::BTreeMap;

use domain::refusal::{FieldError, Refusal, RefusalClass};
use domain::review::{Category, Rating};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01993f2e-7c1a-7e6b-9d3c-2f1f0a9b8c7d", "booking_id": null,
    "property_id": "01993f2e-0000-7000-8000-000000000001",
    "author": {"id": "01993f2e-0000-7000-8000-000000000002", "name": "Ada"},
    "subject_id": "01993f2e-0000-7000-8000-000000000003", "side": "guest", "overall": 5,
    "categories": {"cleanliness": 5, "location": 4}, "public_text": "Quiet, bright, and true to the pictures.",
    "private_text": null, "created_at": "2026-12-10T09:30:00Z", "updated_at": "2026-12-10T09:30:00Z",
    "reveals_at": "2026-12-11T18:00:00Z", "revealed_at": "2026-12-11T18:00:00Z",
    "response": {"text": "Come again.", "created_at": "2026-12-12T08:00:00Z"}
}))]
pub(crate) struct Review {
    /// The review.
    id: Uuid,
    /// The stay; only for its two sides.
    booking_id: Option<Uuid>,
    /// The place of the stay.
    property_id: Uuid,
    author: Author,
    /// Of whom it speaks: the host, or the guest.
    subject_id: Uuid,
    side: Side,
    /// The whole, its own answer and not the mean of the categories.
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    overall: Rating,
    categories: Categories,
    /// What everyone reads.
    #[schema(min_length = 1, max_length = 5000)]
    public_text: String,
    /// What only the two sides read.
    #[schema(max_length = 5000)]
    private_text: Option<String>,
    /// When it was submitted.
    created_at: Timestamp,
    /// When its author last changed it.
    updated_at: Timestamp,
    /// When it becomes public, or became so: when the other side's came in, at the latest 14 days after the check-out.
    reveals_at: Timestamp,
    /// When it became public; `null` while only its author reads it.
    revealed_at: Option<Timestamp>,
    /// The one public answer of the person that it speaks of.
    response: Option<Response>,
}

/// Who wrote a review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ReviewAuthor)]
pub(crate) struct Author {
    /// The account.
    id: Uuid,
    /// The first word of the name.
    #[schema(max_length = 100)]
    name: String,
}

/// A public answer to a review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ReviewResponse)]
pub(crate) struct Response {
    /// The words.
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
    /// When it was given.
    created_at: Timestamp,
}

/// Which side of a stay wrote it.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewSide)]
pub(crate) enum Side {
    /// The guest, of the place and its host.
    Guest,
    /// The host, of the guest.
    Host,
}

/// Ratings beside the whole. A guest may rate all of them, a host cleanliness and communication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReviewCategories, example = json!({"cleanliness": 5, "location": 4}))]
pub(crate) struct Categories {
    /// How clean it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    cleanliness: Option<Rating>,
    /// Whether the listing told the truth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    accuracy: Option<Rating>,
    /// How well the arrival went.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    check_in: Option<Rating>,
    /// How well the other side answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    communication: Option<Rating>,
    /// Where the place is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    location: Option<Rating>,
    /// Whether it was worth its price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    value: Option<Rating>,
}

impl From<Categories> for BTreeMap<Category, Rating> {
    fn from(ratings: Categories) -> Self {
        let Categories { cleanliness, accuracy, check_in, communication, location, value } = ratings;
        let all = [
            (Category::Cleanliness, cleanliness),
            (Category::Accuracy, accuracy),
            (Category::CheckIn, check_in),
            (Category::Communication, communication),
            (Category::Location, location),
            (Category::Value, value),
        ];
        all.into_iter().filter_map(|(category, rating)| Some((category, rating?))).collect()
    }
}

impl From<BTreeMap<Category, Rating>> for Categories {
    fn from(ratings: BTreeMap<Category, Rating>) -> Self {
        let of = |category| ratings.get(&category).copied();
        Self {
            cleanliness: of(Category::Cleanliness),
            accuracy: of(Category::Accuracy),
            check_in: of(Category::CheckIn),
            communication: of(Category::Communication),
            location: of(Category::Location),
            value: of(Category::Value),
        }
    }
}

impl From<store::reviews::Review> for Review {
    fn from(review: store::reviews::Review) -> Self {
        Self {
            id: review.id.into(),
            booking_id: review.booking_id.map(Into::into),
            property_id: review.property_id.into(),
            author: Author { id: review.author.id.into(), name: review.author.name },
            subject_id: review.subject_id.into(),
            side: match review.side {
                domain::review::ReviewSide::Guest => Side::Guest,
                domain::review::ReviewSide::Host => Side::Host,
            },
            overall: review.overall,
            categories: review.categories.into(),
            public_text: review.public_text,
            private_text: review.private_text,
            created_at: review.created_at,
            updated_at: review.updated_at,
            reveals_at: review.revealed_at.unwrap_or(review.reveal_due_at),
            revealed_at: review.revealed_at,
            response: review
                .response
                .map(|response| Response { text: response.text, created_at: response.at }),
        }
    }
}

/// The parsed value, or its reason among the errors.
pub(crate) fn keep<T>(
    parsed: Result<T, domain::invalid::Invalid>,
    pointer: &str,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    parsed.map_err(|invalid| errors.push(invalid.at(pointer))).ok()
}

/// A refusal that names the fields at fault.
pub(crate) fn invalid_fields(errors: Vec<FieldError>) -> Refusal {
    Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", "Some fields are not valid.") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn categories_have_the_domains_codes() {
        let all: BTreeMap<Category, Rating> =
            Category::ALL.iter().map(|category| (*category, Rating::try_from(3).unwrap())).collect();
        let dto = Categories::from(all.clone());
        assert_eq!(serde_json::to_value(dto).unwrap(), serde_json::to_value(&all).unwrap());
        assert_eq!(BTreeMap::from(dto), all);
        assert_eq!(serde_json::to_value(Categories::default()).unwrap(), json!({}));
        assert!(serde_json::from_value::<Categories>(json!({"food": 3})).is_err());
        assert!(serde_json::from_value::<Categories>(json!({"value": 6})).is_err());
    }
}
