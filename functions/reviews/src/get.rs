//! `GET /reviews/{review_id}`: one review.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::ReviewId;
use web::{App, ETag, IfNoneMatch, OptionalCaller, PathId, Problem};

use crate::dto::Review;

/// A review: anyone's that is revealed, or your own. A removed one is 410.
#[utoipa::path(
    get, path = "/reviews/{review_id}", tag = "reviews", operation_id = "get_review",
    security(("bearer" = []), ()),
    params(
        ("review_id" = uuid::Uuid, Path, description = "The review"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what you have"),
    ),
    responses(
        (status = 200, description = "The review", body = Review, headers(("ETag" = String))),
        (status = 304, description = "You have it"),
        web::Problems,
    ),
)]
pub(crate) async fn get_review(
    State(app): State<App>,
    OptionalCaller(caller): OptionalCaller,
    PathId(review_id): PathId<ReviewId>,
    if_none_match: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = caller.map(|caller| caller.user_id);
    let review = services::reviews::get(app.ctx(), review_id, viewer).await?;
    let etag = ETag::version(review.version);
    if let Some(unchanged) = if_none_match.not_modified(etag) {
        return Ok(unchanged);
    }
    Ok((etag, Json(Review::from(review))).into_response())
}
