//! `PATCH /reviews/{review_id}`: change a review that nobody else has read.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::ids::ReviewId;
use domain::refusal::Refusal;
use domain::review::Rating;
use serde::Deserialize;
use services::reviews::{ReviewEdit, edit};
use web::{App, Caller, ETag, IfMatch, PathId, Problem, ValidJson};

use crate::create::private;
use crate::dto::{Categories, Review, invalid_fields, keep};

/// New words and ratings; absent members stay as they are.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overall": 4, "public_text": "Bright, and true to the pictures."}))]
pub(crate) struct ReviewUpdate {
    /// The whole.
    #[garde(skip)]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    overall: Option<Rating>,
    /// All ratings beside the whole, in place of the old ones.
    #[garde(skip)]
    categories: Option<Categories>,
    /// What everyone reads.
    #[garde(inner(length(chars, min = 1, max = 5000)))]
    #[schema(min_length = 1, max_length = 5000)]
    public_text: Option<String>,
    /// What only the other side reads; an empty text takes it back.
    #[garde(inner(length(chars, max = 5000)))]
    #[schema(max_length = 5000)]
    private_text: Option<String>,
}

impl ReviewUpdate {
    fn parse(self) -> Result<ReviewEdit, Refusal> {
        let mut errors = Vec::new();
        let public_text =
            self.public_text.as_deref().and_then(|text| keep(text.parse(), "/public_text", &mut errors));
        let private_text = self.private_text.as_deref().map(|text| private(text, &mut errors));
        if !errors.is_empty() {
            return Err(invalid_fields(errors));
        }
        Ok(ReviewEdit {
            overall: self.overall,
            categories: self.categories.map(Into::into),
            public_text,
            private_text,
        })
    }
}

/// Change your review, until the other side's is in or the 14 days are over.
#[utoipa::path(
    patch, path = "/reviews/{review_id}", tag = "reviews", operation_id = "update_review",
    params(
        ("review_id" = uuid::Uuid, Path, description = "The review"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = ReviewUpdate,
    responses((status = 200, description = "The review", body = Review, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn update_review(
    State(app): State<App>,
    caller: Caller,
    PathId(review_id): PathId<ReviewId>,
    if_match: IfMatch,
    ValidJson(update): ValidJson<ReviewUpdate>,
) -> Result<impl IntoResponse, Problem> {
    let version = if_match.expected()?;
    let review = edit(app.ctx(), caller.user_id, review_id, version, &update.parse()?).await?;
    Ok((ETag::version(review.version), Json(Review::from(review))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(update: serde_json::Value) -> Result<ReviewEdit, Refusal> {
        serde_json::from_value::<ReviewUpdate>(update).unwrap().parse()
    }

    #[test]
    fn an_empty_private_text_takes_it_back() {
        assert_eq!(parse(json!({})).unwrap(), ReviewEdit::default());
        assert_eq!(parse(json!({"private_text": " "})).unwrap().private_text, Some(None));
        let kept = parse(json!({"private_text": " x "})).unwrap().private_text.unwrap().unwrap();
        assert_eq!(kept.as_str(), "x");
    }

    #[test]
    fn each_wrong_text_is_named() {
        let refusal = parse(json!({"public_text": " ", "private_text": "a\u{7}"})).unwrap_err();
        let pointers: Vec<&str> = refusal.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/public_text", "/private_text"]);
    }
}
