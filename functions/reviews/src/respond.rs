//! `POST /reviews/{review_id}/response`: answer a review.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::ids::ReviewId;
use domain::invalid::Invalid;
use domain::review::ResponseText;
use serde::Deserialize;
use services::reviews::respond;
use web::{App, Caller, ETag, PathId, Problem, ValidJson};

use crate::dto::Review;

/// The answer.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Thank you, come again."}))]
pub(crate) struct NewResponse {
    /// What everyone reads below the review.
    #[garde(length(chars, min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// Answer a revealed review that speaks of you, once and publicly.
#[utoipa::path(
    post, path = "/reviews/{review_id}/response", tag = "reviews", operation_id = "respond_to_review",
    params(("review_id" = uuid::Uuid, Path, description = "The review")),
    request_body = NewResponse,
    responses((status = 201, description = "The review", body = Review, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn respond_to_review(
    State(app): State<App>,
    caller: Caller,
    PathId(review_id): PathId<ReviewId>,
    ValidJson(response): ValidJson<NewResponse>,
) -> Result<impl IntoResponse, Problem> {
    let text: ResponseText = response.text.parse().map_err(|invalid: Invalid| invalid.refuse("/text"))?;
    let review = respond(app.ctx(), caller.user_id, review_id, &text).await?;
    Ok((StatusCode::CREATED, ETag::version(review.version), Json(Review::from(review))))
}
