//! What the staff decides.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use services::bookings::{Override, override_refund};
use services::reviews::moderate;
use uuid::Uuid;
use web::dto::ReasonDto;
use web::extract::valid;

use super::payments::money;
use super::{Faults, key};
use crate::errors::told_of_input;
use crate::schema::app;
use crate::schema::codes::ReviewDecision;
use crate::schema::ids::Kind;
use crate::schema::money::{Money, MoneyInput};
use crate::schema::staff::staff;

/// The staff's word on a review.
#[derive(Debug, InputObject)]
struct ModerateReviewInput {
    /// The review.
    review_id: ID,
    /// What becomes of it.
    decision: ReviewDecision,
    /// For whoever asks later; on record. 1 to 1,000 characters.
    reason: String,
}

/// What goes back beyond the policy, and why.
#[derive(Debug, InputObject)]
struct OverrideRefundInput {
    /// The booking.
    booking_id: ID,
    /// How much; all that was taken and did not go back yet if absent.
    amount: Option<MoneyInput>,
    /// Both sides read it in the booking's trail, and it goes on record. 1 to 500 characters.
    reason: String,
}

/// A review that was decided about.
#[derive(Debug, SimpleObject)]
struct ModerateReviewPayload {
    /// The review.
    review_id: ID,
    /// What became of it.
    decision: ReviewDecision,
}

/// What goes back.
#[derive(Debug, SimpleObject)]
struct OverrideRefundPayload {
    /// One for each payment that gives a part.
    refunds: Vec<PartialRefund>,
}

/// What goes back, of which payment.
#[derive(Debug, SimpleObject)]
struct PartialRefund {
    /// The refund's id in REST.
    uuid: Uuid,
    /// The payment that it comes from.
    payment_id: ID,
    /// How much.
    amount: Money,
}

/// Mutations of the staff.
#[derive(Default)]
pub(super) struct StaffMutations;

#[Object]
impl StaffMutations {
    /// Remove a revealed review, or let it stand; either way all complaints of it are settled. For the staff.
    async fn moderate_review(
        &self,
        ctx: &Context<'_>,
        input: ModerateReviewInput,
    ) -> Result<Option<ModerateReviewPayload>> {
        let (staff, id) = (staff(ctx)?, Kind::Review.read(&input.review_id)?);
        let because: ReasonDto =
            valid(&serde_json::json!({ "reason": input.reason })).map_err(told_of_input)?;
        let decision = input.decision;
        moderate(app(ctx).ctx(), staff, id, decision.into(), &because.reason).await.map_err(told_of_input)?;
        Ok(Some(ModerateReviewPayload { review_id: Kind::Review.id(id), decision }))
    }

    /// Give money back whatever the policy says, at most what was taken and did not go back yet. The booking's state and
    /// nights stay as they are. For the staff.
    async fn override_refund(
        &self,
        ctx: &Context<'_>,
        input: OverrideRefundInput,
    ) -> Result<Option<OverrideRefundPayload>> {
        let (staff, booking) = (staff(ctx)?, Kind::Booking.read(&input.booking_id)?);
        let mut faults = Faults::default();
        let amount = input.amount.and_then(|amount| faults.keep("/amount/currency", money(&amount)));
        let reason = faults.keep("/reason", input.reason.parse());
        let reason = faults.need(reason)?;
        let wanted = Override { amount, reason, key: key(ctx)? };
        let given = override_refund(app(ctx).ctx(), staff, booking, &wanted).await.map_err(told_of_input)?;
        let part = |refund: store::bookings::OverriddenRefund| PartialRefund {
            uuid: refund.id.into(),
            payment_id: Kind::Payment.id(refund.payment_id),
            amount: refund.amount.into(),
        };
        Ok(Some(OverrideRefundPayload { refunds: given.into_iter().map(part).collect() }))
    }
}
