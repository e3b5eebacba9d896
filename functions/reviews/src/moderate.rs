//! `GET /reviews/reports` and `POST /reviews/{review_id}/moderate`: what the staff does about reviews.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use domain::ids::ReviewId;
use domain::review::{Rating, ReviewSide};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::reviews::{Report, ReportOutcome, reports};
use uuid::Uuid;
use web::{AdminCaller, App, Page, Paging, PathId, Problem, ValidJson, ValidQuery};

use crate::dto::Side;

/// Where a complaint stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportState {
    /// It waits for the staff.
    #[default]
    Open,
    /// The staff has decided.
    Settled,
}

/// Which complaints.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListReports {
    /// Those that wait (`open`, the default), or those that are `settled`.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    state: ReportState,
    /// How many to a page.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// A complaint about a review, with the review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f70-55aa-7b0e-8f3c-5a7d9e21c9b4", "reporter_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4",
    "reason": "It names my neighbour.", "created_at": "2026-12-12T08:00:00Z", "settled_at": null, "outcome": null,
    "review_id": "01936f6a-2b7d-7c11-9d6e-7f3a5b9c8d10", "author_id": "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11",
    "subject_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4", "side": "guest", "overall": 2,
    "public_text": "Old Mr Smith next door shouts."
}))]
pub(crate) struct ReportedReview {
    /// The complaint.
    id: Uuid,
    /// Who complained.
    reporter_id: Uuid,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// When.
    created_at: Timestamp,
    /// When the staff settled it.
    settled_at: Option<Timestamp>,
    /// What the staff did.
    outcome: Option<Decision>,
    /// The review.
    review_id: Uuid,
    /// Who wrote it.
    author_id: Uuid,
    /// Of whom it speaks.
    subject_id: Uuid,
    side: Side,
    /// The whole rating.
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    overall: Rating,
    /// What everyone reads; empty where the review was removed.
    #[schema(max_length = 5000)]
    public_text: String,
}

/// What becomes of a review.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewDecision)]
pub(crate) enum Decision {
    /// A tombstone stays; the listing's ratings are corrected.
    Removed,
    /// It stands.
    Kept,
}

impl From<Decision> for ReportOutcome {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Removed => Self::Removed,
            Decision::Kept => Self::Kept,
        }
    }
}

impl From<ReportOutcome> for Decision {
    fn from(outcome: ReportOutcome) -> Self {
        match outcome {
            ReportOutcome::Removed => Self::Removed,
            ReportOutcome::Kept => Self::Kept,
        }
    }
}

impl From<Report> for ReportedReview {
    fn from(report: Report) -> Self {
        Self {
            id: report.id,
            reporter_id: report.reporter_id.into(),
            reason: report.reason,
            created_at: report.created_at,
            settled_at: report.settled_at,
            outcome: report.outcome.map(Into::into),
            review_id: report.review_id.into(),
            author_id: report.author_id.into(),
            subject_id: report.subject_id.into(),
            side: match report.side {
                ReviewSide::Guest => Side::Guest,
                ReviewSide::Host => Side::Host,
            },
            overall: report.overall,
            public_text: report.public_text,
        }
    }
}

/// Complaints about reviews, the newest first; for the staff.
#[utoipa::path(
    get, path = "/reviews/reports", tag = "reviews", operation_id = "list_review_reports",
    params(ListReports),
    responses(
        (status = 200, description = "A page", body = Page<ReportedReview>, headers(("Link" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn list_review_reports(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    uri: Uri,
    ValidQuery(query): ValidQuery<ListReports>,
) -> Result<impl IntoResponse, Problem> {
    let list = ("/reviews/reports", &(caller.user_id, query.state));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let settled = matches!(query.state, ReportState::Settled);
    let found = reports(&app.ctx().db, settled, after, paging.rows()).await?;
    let page: Page<ReportedReview> = paging.page(found, |report| report.id)?;
    Ok(page.respond(&uri))
}

/// The staff's word on a review.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decision": "removed", "reason": "It names a private person."}))]
pub(crate) struct Moderation {
    /// What becomes of it.
    #[garde(skip)]
    decision: Decision,
    /// For whoever asks later; on record.
    #[garde(length(chars, min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Remove a revealed review, or let it stand; for the staff.
///
/// A removed one answers 410 and no longer counts in the listing's ratings. Either way all complaints of it are settled.
#[utoipa::path(
    post, path = "/reviews/{review_id}/moderate", tag = "reviews", operation_id = "moderate_review",
    params(("review_id" = uuid::Uuid, Path, description = "The review")),
    request_body = Moderation,
    responses((status = 204, description = "It is decided"), web::Problems),
)]
pub(crate) async fn moderate_review(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    PathId(review_id): PathId<ReviewId>,
    ValidJson(word): ValidJson<Moderation>,
) -> Result<StatusCode, Problem> {
    let outcome = word.decision.into();
    services::reviews::moderate(app.ctx(), caller.user_id, review_id, outcome, &word.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
