//! `DELETE /reviews/{review_id}`: take a review back.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::ReviewId;
use web::{App, Caller, PathId, Problem};

/// Remove your review: without a trace before it is revealed; after, its place answers 410 and the listing's ratings
/// are corrected at once.
#[utoipa::path(
    delete, path = "/reviews/{review_id}", tag = "reviews", operation_id = "delete_review",
    params(("review_id" = uuid::Uuid, Path, description = "The review")),
    responses((status = 204, description = "It is removed"), web::Problems),
)]
pub(crate) async fn delete_review(
    State(app): State<App>,
    caller: Caller,
    PathId(review_id): PathId<ReviewId>,
) -> Result<StatusCode, Problem> {
    services::reviews::withdraw(app.ctx(), caller.user_id, review_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
