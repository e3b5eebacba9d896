//! Other dates or another party for a stay that is booked.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use jiff::civil::Date;
use services::modifications::{Wanted, accept, decline, propose};
use uuid::Uuid;

use super::bookings::GuestsInput;
use super::parsed;
use super::payments::token;
use crate::errors::told_of_input;
use crate::schema::ids::Kind;
use crate::schema::modification::Modification;
use crate::schema::{app, caller};

/// What is to change; what is absent stays as it is.
#[derive(Debug, InputObject)]
struct ProposeModificationInput {
    /// The booking.
    booking_id: ID,
    /// Another date of arrival.
    check_in: Option<Date>,
    /// Another date of departure. At least one of the booked nights stays.
    check_out: Option<Date>,
    /// Another party.
    guests: Option<GuestsInput>,
    /// The provider's token of the card that a difference is charged to; the booking's own if absent. For the guest.
    payment_method: Option<String>,
}

/// A modification that is answered.
#[derive(Debug, InputObject)]
struct ModificationInput {
    /// The booking.
    booking_id: ID,
    /// The modification.
    modification_id: Uuid,
}

/// A modification as it is now.
#[derive(Debug, SimpleObject)]
struct ModificationPayload {
    /// The modification.
    modification: Modification,
}

/// Mutations of modifications.
#[derive(Default)]
pub(super) struct ModificationMutations;

#[Object]
impl ModificationMutations {
    /// Propose a modification to the other side, which has 24 hours to answer. Nights that stay keep their price, added ones
    /// cost what they cost today, those that are given up fall under the booking's cancellation policy.
    async fn propose_modification(
        &self,
        ctx: &Context<'_>,
        input: ProposeModificationInput,
    ) -> Result<Option<ModificationPayload>> {
        let (caller, booking) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
        let wanted = Wanted {
            check_in: input.check_in,
            check_out: input.check_out,
            guests: input.guests.map(GuestsInput::parse).transpose()?,
            payment_method: input
                .payment_method
                .map(|text| parsed("/payment_method", token(text)))
                .transpose()?,
        };
        let made = propose(app(ctx).ctx(), caller, booking, &wanted).await.map_err(told_of_input)?;
        Ok(Some(ModificationPayload { modification: Modification(made) }))
    }

    /// Accept what the other side proposed. Where the guest pays more it is `PAYING` until the difference is charged.
    async fn accept_modification(
        &self,
        ctx: &Context<'_>,
        input: ModificationInput,
    ) -> Result<Option<ModificationPayload>> {
        let (caller, booking) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
        let id = input.modification_id.into();
        let answered = accept(app(ctx).ctx(), caller, booking, id).await.map_err(told_of_input)?;
        Ok(Some(ModificationPayload { modification: Modification(answered) }))
    }

    /// Decline what the other side proposed, or take back one's own.
    async fn decline_modification(
        &self,
        ctx: &Context<'_>,
        input: ModificationInput,
    ) -> Result<Option<ModificationPayload>> {
        let (caller, booking) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
        let id = input.modification_id.into();
        let answered = decline(app(ctx).ctx(), caller, booking, id).await.map_err(told_of_input)?;
        Ok(Some(ModificationPayload { modification: Modification(answered) }))
    }
}
