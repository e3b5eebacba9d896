//! What the charge of a modification comes to.

use domain::booking::Notice;
use domain::ids::PaymentId;
use domain::messages::{MessageBody, PaymentMessage};
use store::bookings::{Applied, Booking, Cause};
use store::modifications;

use super::notice;
use crate::{Ctx, Failure};

/// Records that the provider has set the difference aside: the stays are swapped and the amount is taken. Where the
/// modification is over the amount is let go, and the guest is told.
pub(crate) async fn authorised(
    ctx: &Ctx,
    booking: &Booking,
    payment: PaymentId,
    provider_id: &str,
    cause: Cause<'_>,
) -> Result<Applied, Failure> {
    let message = |step| ctx.message(MessageBody::Payments(step));
    let messages = [
        message(PaymentMessage::Capture { payment_id: payment }),
        notice(ctx, booking.id, Notice::ModificationAccepted),
    ];
    let late = [
        message(PaymentMessage::Void { payment_id: payment }),
        notice(ctx, booking.id, Notice::ModificationPaidTooLate),
    ];
    let (db, now) = (&ctx.db, ctx.now());
    let applied = modifications::authorised(db, payment, provider_id, cause, &messages, &late, now).await?;
    match applied {
        Applied::Moved => ctx.publish(&messages).await,
        Applied::TooLate => ctx.publish(&late).await,
        Applied::Stale => {}
    }
    Ok(applied)
}

/// Records that the charge was declined: the nights that were held are free again and the booking is as it was.
pub(crate) async fn unpaid(
    ctx: &Ctx,
    booking: &Booking,
    payment: PaymentId,
    provider_id: Option<&str>,
    failure: &str,
    cause: Cause<'_>,
) -> Result<Applied, Failure> {
    let messages = [notice(ctx, booking.id, Notice::ModificationPaymentFailed)];
    let (db, now) = (&ctx.db, ctx.now());
    let applied = modifications::unpaid(db, payment, provider_id, failure, cause, &messages, now).await?;
    if applied == Applied::Moved {
        ctx.publish(&messages).await;
    }
    Ok(applied)
}
