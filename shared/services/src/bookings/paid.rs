//! What a payment's outcome means for its booking.

use domain::booking::{Actor, BookingEvent, BookingState, Effect, Notice, Timer, transition};
use domain::ids::{BookingId, PaymentId};
use domain::messages::{Message, MessageBody, NotificationMessage, PaymentMessage};
use jiff::Timestamp;
use store::bookings::{self, Applied, Authorisation, Booking, Cause, PaymentFailure};

use crate::{Ctx, Failure, modifications};

/// Records that the provider has set the amount aside, and moves the booking with it: an instant booking is confirmed and
/// captured, a request waits for its host. Where the nights are gone the amount is let go, and the guest is told.
///
/// Saying it twice is saying it once: [`Applied::Stale`].
pub async fn authorised(
    ctx: &Ctx,
    payment: PaymentId,
    provider_id: &str,
    cause: Cause<'_>,
) -> Result<Applied, Failure> {
    let booking = load(ctx, payment).await?;
    if booking.is_for_modification(payment) {
        return modifications::authorised(ctx, &booking, payment, provider_id, cause).await;
    }
    let now = ctx.now();
    let event = BookingEvent::authorised(booking.booking_mode);
    let row = transition(BookingState::INITIAL, event, Actor::System)?;
    let messages: Vec<Message> =
        row.effects.iter().filter_map(|effect| message_of(ctx, booking.id, payment, *effect)).collect();
    let late = [
        ctx.message(MessageBody::Payments(PaymentMessage::Void { payment_id: payment })),
        notice(ctx, booking.id, Notice::PaidTooLate),
    ];
    let authorisation = Authorisation {
        payment,
        provider_id,
        cause,
        transition: row,
        claim_until: claim_until(&booking, row.timer, now),
        messages: &messages,
        late_messages: &late,
        now,
    };
    let applied = bookings::apply_authorisation(&ctx.db, &authorisation).await?;
    match applied {
        Applied::Moved => ctx.publish(&messages).await,
        Applied::TooLate => ctx.publish(&late).await,
        Applied::Stale => {}
    }
    Ok(applied)
}

/// Records that a payment was declined, for a reason of a stable code. The booking waits for another attempt until its
/// hold ends; the guest is told.
pub async fn payment_failed(
    ctx: &Ctx,
    payment: PaymentId,
    provider_id: Option<&str>,
    failure: &str,
    cause: Cause<'_>,
) -> Result<Applied, Failure> {
    let booking = load(ctx, payment).await?;
    if booking.is_for_modification(payment) {
        return modifications::unpaid(ctx, &booking, payment, provider_id, failure, cause).await;
    }
    let messages = [notice(ctx, booking.id, Notice::PaymentDeclined)];
    let failed = PaymentFailure { payment, provider_id, failure, cause, messages: &messages, now: ctx.now() };
    let applied = bookings::apply_payment_failed(&ctx.db, &failed).await?;
    if applied == Applied::Moved {
        ctx.publish(&messages).await;
    }
    Ok(applied)
}

async fn load(ctx: &Ctx, payment: PaymentId) -> Result<Booking, Failure> {
    bookings::find_by_payment(&ctx.db, payment).await?.ok_or(Failure::NotFound)
}

fn message_of(ctx: &Ctx, booking: BookingId, payment: PaymentId, effect: Effect) -> Option<Message> {
    match effect {
        Effect::CapturePayment => {
            let capture = PaymentMessage::Capture { payment_id: payment };
            Some(ctx.message(MessageBody::Payments(capture)))
        }
        Effect::Notify(event) => Some(notice(ctx, booking, event)),
        _ => None,
    }
}

fn notice(ctx: &Ctx, booking_id: BookingId, event: Notice) -> Message {
    ctx.message(MessageBody::Notifications(NotificationMessage::Booking { booking_id, event }))
}

/// A request's nights are held until the host's time is over; a confirmed stay's nights end by no clock.
fn claim_until(booking: &Booking, timer: Option<Timer>, now: Timestamp) -> Option<Timestamp> {
    match timer {
        Some(timer @ (Timer::Hold | Timer::RequestAnswer)) => Some(timer.due(now, &booking.windows())),
        Some(Timer::StayEnd) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::cancellation::CancellationPolicyCode::Flexible;

    use super::*;
    use crate::bookings::fixtures::{at, booking};

    #[test]
    fn a_request_holds_its_nights_for_the_answer_and_a_stay_for_good() {
        let booking = booking(BookingState::PendingPayment, Flexible);
        let until = |event, now| {
            let row = transition(BookingState::PendingPayment, event, Actor::System).unwrap();
            claim_until(&booking, row.timer, at(now))
        };
        let now = "2026-05-01T12:05:00Z";
        assert_eq!(until(BookingEvent::PaymentAuthorised, now), None);
        assert_eq!(until(BookingEvent::RequestAuthorised, now), Some(at("2026-05-02T12:05:00Z")));
        // The host must answer before the guest would arrive.
        let eve = "2026-06-01T10:00:00Z";
        assert_eq!(until(BookingEvent::RequestAuthorised, eve), Some(at("2026-06-01T19:00:00Z")));
    }
}
