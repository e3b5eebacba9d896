//! Which payment what goes back goes back on. A booking has one payment, and one more for each modification that was
//! dearer.

use domain::ids::RefundId;
use domain::messages::{Message, MessageBody, PaymentMessage};
use domain::money::{Money, MoneyError};
use domain::payment::{PaymentState, refundable};
use store::bookings::{Booking, BookingPayment, NewRefund};

use crate::{Ctx, Failure};

/// What is set aside or taken of the guest's money and did not go back yet.
pub(super) fn still_refundable(booking: &Booking) -> Result<Money, MoneyError> {
    let none = Money::zero(booking.priced.total.currency());
    booking.payments.iter().try_fold(none, |sum, payment| sum.checked_add(left_of(payment)?))
}

/// What of a payment did not go back yet.
fn left_of(payment: &BookingPayment) -> Result<Money, MoneyError> {
    match payment.state {
        state if state.is_captured() => refundable(payment.captured, payment.refunded),
        PaymentState::Authorised => Ok(payment.amount),
        _ => Ok(Money::zero(payment.amount.currency())),
    }
}

/// Divides an amount that goes back among the payments that were taken, the newest first; what is more than there is is
/// left out. Fails where a payment that is being taken would have to give a part.
pub(crate) fn divide(booking: &Booking, amount: Money) -> Result<Vec<(&BookingPayment, Money)>, Failure> {
    let (mut left, mut parts) = (amount, Vec::new());
    for payment in booking.payments.iter().rev() {
        let there = left_of(payment).map_err(Failure::internal)?;
        let part = if there.amount() < left.amount() { there } else { left };
        if part.amount() <= 0 {
            continue;
        }
        if payment.state == PaymentState::Authorised && part != payment.amount {
            // Only a part goes back, and the capture of the whole is on its way: nothing to do but to wait for it.
            return Err(Failure::unavailable("the payment is being captured"));
        }
        left = left.checked_sub(part).map_err(Failure::internal)?;
        parts.push((payment, part));
    }
    Ok(parts)
}

/// How money goes back: by refunds of what was taken, and by letting go of what was only set aside.
#[derive(Default)]
pub(super) struct WayBack<'a> {
    pub(super) refunds: Vec<NewRefund<'a>>,
    pub(super) messages: Vec<Message>,
}

pub(super) fn way_back<'a>(
    ctx: &Ctx,
    booking: &Booking,
    amount: Money,
    reason: &'a str,
) -> Result<WayBack<'a>, Failure> {
    let mut way = WayBack::default();
    for (payment, amount) in divide(booking, amount)? {
        let step = if payment.state.is_captured() {
            let id: RefundId = ctx.new_id();
            way.refunds.push(NewRefund { id, payment: payment.id, amount, reason });
            PaymentMessage::Refund { refund_id: id }
        } else {
            PaymentMessage::Void { payment_id: payment.id }
        };
        way.messages.push(ctx.message(MessageBody::Payments(step)));
    }
    Ok(way)
}

/// The payments that a decision about money rests on, with their versions.
pub(super) fn standing(booking: &Booking) -> Vec<(domain::ids::PaymentId, i64)> {
    let standing = booking.payments.iter().filter(|payment| !payment.state.allows_another_attempt());
    standing.map(|payment| (payment.id, payment.version)).collect()
}

#[cfg(test)]
mod tests {
    use domain::booking::BookingState::Confirmed;
    use domain::cancellation::CancellationPolicyCode::Flexible;
    use domain::payment::PaymentState::{Authorised, Captured, Failed, PartiallyRefunded};

    use super::*;
    use crate::bookings::fixtures::{booking, with_payment};

    fn parts(booking: &Booking, amount: i64) -> Option<Vec<i64>> {
        let amount = Money::new(amount, booking.priced.total.currency());
        divide(booking, amount).ok().map(|parts| parts.iter().map(|(_, part)| part.amount()).collect())
    }

    #[test]
    fn what_goes_back_goes_back_on_the_newest_payment_first() {
        let first = with_payment(booking(Confirmed, Flexible), Captured, 125_400, 0);
        let both = with_payment(with_payment(first, Failed, 0, 0), PartiallyRefunded, 45_600, 600);
        assert_eq!(parts(&both, 40_000), Some(vec![40_000]));
        assert_eq!(parts(&both, 50_000), Some(vec![45_000, 5_000]));
        assert_eq!(parts(&both, 999_999), Some(vec![45_000, 125_400]));
        assert_eq!(parts(&both, 0), Some(vec![]));
    }

    #[test]
    fn what_is_being_taken_gives_all_or_waits() {
        let being_taken = with_payment(booking(Confirmed, Flexible), Authorised, 0, 0);
        assert_eq!(parts(&being_taken, 125_400), Some(vec![125_400]));
        assert_eq!(parts(&being_taken, 125_399), None);
    }
}
