//! `POST /reviews/{review_id}/report`: complain about a review.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::ids::ReviewId;
use domain::invalid::Invalid;
use serde::{Deserialize, Serialize};
use services::reviews::{ReportReason, report};
use uuid::Uuid;
use web::{App, Caller, PathId, Problem, ValidJson};

/// The complaint.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It names my neighbour."}))]
pub(crate) struct NewReport {
    /// Why; only the staff reads it.
    #[garde(length(chars, min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// A complaint that was taken.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReviewReport {
    /// The complaint.
    id: Uuid,
    /// The review.
    review_id: Uuid,
}

/// Report a revealed review to the staff, once.
#[utoipa::path(
    post, path = "/reviews/{review_id}/report", tag = "reviews", operation_id = "report_review",
    params(("review_id" = uuid::Uuid, Path, description = "The review")),
    request_body = NewReport,
    responses((status = 201, description = "The complaint", body = ReviewReport), web::Problems),
)]
pub(crate) async fn report_review(
    State(app): State<App>,
    caller: Caller,
    PathId(review_id): PathId<ReviewId>,
    ValidJson(complaint): ValidJson<NewReport>,
) -> Result<impl IntoResponse, Problem> {
    let reason: ReportReason =
        complaint.reason.parse().map_err(|invalid: Invalid| invalid.refuse("/reason"))?;
    let id = report(app.ctx(), caller.user_id, review_id, &reason).await?;
    Ok((StatusCode::CREATED, Json(ReviewReport { id, review_id: review_id.into() })))
}
