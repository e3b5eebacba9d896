//! What the staff sees to.

use async_graphql::{Context, Object, Result};
use domain::ids::UserId;
use http::StatusCode;
use jiff::Timestamp;
use store::reviews::Report;
use uuid::Uuid;
use web::Problem;

use super::caller;
use super::codes::{ReviewDecision, ReviewSide};
use super::ids::Kind;
use super::user::User;
use crate::errors::told;

/// A member of the staff; refuses everybody else.
pub(crate) fn staff(ctx: &Context<'_>) -> Result<UserId> {
    let caller = caller(ctx)?;
    if caller.is_admin() {
        return Ok(caller.user_id);
    }
    Err(told(Problem::new(StatusCode::FORBIDDEN, "admin_only", "This operation is for the staff.")))
}

/// A complaint about a review, with the review.
#[derive(Debug)]
pub(crate) struct ReviewReport(pub(crate) Report);

/// A complaint about a review, with the review.
#[Object]
impl ReviewReport {
    /// The complaint.
    async fn uuid(&self) -> Uuid {
        self.0.id
    }

    /// Who complained.
    async fn reporter(&self) -> User {
        User(self.0.reporter_id)
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// When.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When the staff settled it.
    async fn settled_at(&self) -> Option<Timestamp> {
        self.0.settled_at
    }

    /// What the staff did.
    async fn outcome(&self) -> Option<ReviewDecision> {
        self.0.outcome.map(Into::into)
    }

    /// The review's id.
    async fn review_id(&self) -> async_graphql::ID {
        Kind::Review.id(self.0.review_id)
    }

    /// Who wrote it.
    async fn author(&self) -> User {
        User(self.0.author_id)
    }

    /// Of whom it speaks.
    async fn subject(&self) -> User {
        User(self.0.subject_id)
    }

    /// Which side wrote it.
    async fn side(&self) -> ReviewSide {
        self.0.side.into()
    }

    /// The whole rating.
    async fn overall(&self) -> u8 {
        self.0.overall.get()
    }

    /// What everyone reads; empty where the review was removed.
    async fn public_text(&self) -> &str {
        &self.0.public_text
    }
}
