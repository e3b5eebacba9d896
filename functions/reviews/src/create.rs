//! `POST /reviews`: say how a stay was.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::refusal::Refusal;
use domain::review::{PrivateText, Rating, Ratings};
use serde::Deserialize;
use services::reviews::{Draft, submit};
use uuid::Uuid;
use web::{App, Caller, ETag, IdempotencyKey, Problem, ValidJson};

use crate::dto::{Categories, Review, invalid_fields, keep};

/// What one side of a stay says of the other.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "booking_id": "01993f2e-7c1a-7e6b-9d3c-2f1f0a9b8c7d", "overall": 5,
    "categories": {"cleanliness": 5, "location": 4},
    "public_text": "Quiet, bright, and true to the pictures.", "private_text": "The kettle leaks."
}))]
pub(crate) struct NewReview {
    /// The stay.
    #[garde(skip)]
    booking_id: Uuid,
    /// The whole.
    #[garde(skip)]
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    overall: Rating,
    /// Ratings beside the whole.
    #[garde(skip)]
    #[serde(default)]
    categories: Categories,
    /// What everyone reads.
    #[garde(length(chars, min = 1, max = 5000))]
    #[schema(min_length = 1, max_length = 5000)]
    public_text: String,
    /// What only the other side reads.
    #[garde(inner(length(chars, max = 5000)))]
    #[schema(max_length = 5000)]
    private_text: Option<String>,
}

impl NewReview {
    fn parse(self) -> Result<Draft, Refusal> {
        let mut errors = Vec::new();
        let public_text = keep(self.public_text.parse(), "/public_text", &mut errors);
        let private_text = self.private_text.as_deref().and_then(|text| private(text, &mut errors));
        match public_text {
            Some(public_text) if errors.is_empty() => Ok(Draft {
                booking_id: self.booking_id.into(),
                ratings: Ratings { overall: self.overall, categories: self.categories.into() },
                public_text,
                private_text,
            }),
            _ => Err(invalid_fields(errors)),
        }
    }
}

/// Private words; blank ones are none.
pub(crate) fn private(text: &str, errors: &mut Vec<domain::refusal::FieldError>) -> Option<PrivateText> {
    if text.trim().is_empty() {
        return None;
    }
    keep(text.parse(), "/private_text", errors)
}

/// Review a stay.
///
/// For the guest and the host of a completed stay, within 14 days of its check-out. Nobody else reads it before the other
/// side's is in, or the 14 days are over; then both become public at one instant.
#[utoipa::path(
    post, path = "/reviews", tag = "reviews", operation_id = "create_review",
    params(("Idempotency-Key" = String, Header, description = "A fresh one for each new intent")),
    request_body = NewReview,
    responses(
        (status = 201, description = "The review", body = Review,
         headers(("ETag" = String), ("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_review(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    ValidJson(review): ValidJson<NewReview>,
) -> Result<impl IntoResponse, Problem> {
    let review = submit(app.ctx(), caller.user_id, &review.parse()?).await?;
    let location = [(LOCATION, format!("/reviews/{}", review.id))];
    Ok((StatusCode::CREATED, ETag::version(review.version), location, Json(Review::from(review))))
}
