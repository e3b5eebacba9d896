//! What a transition entails, put in terms of rows and messages.

use domain::booking::{Effect, Transition};
use domain::ids::{BookingId, PaymentId};
use domain::messages::{Message, MessageBody, NotificationMessage, PaymentMessage};
use domain::payment::PaymentState;
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::bookings::{Booking, Keep};

use crate::{Ctx, Failure};

/// The effects of a transition but for the refund, which needs a settlement first.
#[derive(Clone, Debug)]
pub(super) struct Effects {
    /// What becomes of the nights.
    pub keep: Keep,
    /// The messages that follow.
    pub messages: Vec<Message>,
    /// The payment that the decision rests on, with its version.
    pub payment: Option<(PaymentId, i64)>,
}

/// Works out what follows from `row` on `booking` at `now`.
///
/// The payout and the review's clock need no row of their own: they are reckoned from the instants on the booking.
/// Refuses with `payment_not_authorised` a confirmation without money.
pub(super) fn effects_of(
    ctx: &Ctx,
    booking: &Booking,
    row: &Transition,
    now: Timestamp,
) -> Result<Effects, Failure> {
    let mut effects = Effects { keep: Keep::All, messages: Vec::new(), payment: None };
    for effect in row.effects {
        match effect {
            Effect::ReleaseNights => effects.keep = Keep::Until(booking.stay.check_in()),
            Effect::ReleaseUnspentNights => effects.keep = Keep::Until(booking.zone.today(now)),
            Effect::CapturePayment => capture(ctx, booking, &mut effects)?,
            Effect::VoidPayment => void(ctx, booking, &mut effects),
            Effect::Notify(notice) => {
                let told = NotificationMessage::Booking { booking_id: booking.id, event: *notice };
                effects.messages.push(ctx.message(MessageBody::Notifications(told)));
            }
            Effect::RefundPayment | Effect::SchedulePayout | Effect::StartReviewClock => {}
        }
    }
    Ok(effects)
}

fn capture(ctx: &Ctx, booking: &Booking, effects: &mut Effects) -> Result<(), Failure> {
    let Some(payment) = booking.live_payment() else { return Err(not_authorised(booking.id).into()) };
    match payment.state {
        PaymentState::Authorised => {
            let message = PaymentMessage::Capture { payment_id: payment.id };
            effects.messages.push(ctx.message(MessageBody::Payments(message)));
        }
        state if state.is_captured() => {}
        _ => return Err(not_authorised(booking.id).into()),
    }
    effects.payment = Some((payment.id, payment.version));
    Ok(())
}

fn not_authorised(booking: BookingId) -> Refusal {
    tracing::error!(%booking, "a booking is to be confirmed and nothing is set aside for it");
    Refusal::conflict("payment_not_authorised", "The guest's payment does not stand any more.")
}

fn void(ctx: &Ctx, booking: &Booking, effects: &mut Effects) {
    let standing = booking
        .live_payment()
        .filter(|payment| matches!(payment.state, PaymentState::RequiresAction | PaymentState::Authorised));
    if let Some(payment) = standing {
        let message = PaymentMessage::Void { payment_id: payment.id };
        effects.messages.push(ctx.message(MessageBody::Payments(message)));
        effects.payment = Some((payment.id, payment.version));
    }
}

/// Whether `row` was written between reading and now by this very change: its outcome had been lost.
pub(super) fn is_own(booking: &Booking, version: i64, row: &Transition, now: Timestamp) -> bool {
    booking.version == version + 1 && booking.state == row.to && booking.updated_at == now
}
