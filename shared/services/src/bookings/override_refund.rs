//! The staff gives money back beyond what the policy on a booking says: for extenuating circumstances.

use domain::ids::{BookingId, UserId};
use domain::money::{Money, MoneyError};
use domain::payment::check_refund;
use domain::refusal::Refusal;
use store::bookings::{self, Booking, OverriddenRefund, OverrideRefund};

use super::way_back::{standing, way_back};
use super::{ATTEMPTS, Reason, contended};
use crate::{Ctx, Failure};

/// What the staff decides.
#[derive(Clone, Debug)]
pub struct Override {
    /// How much goes back; all that was taken and did not go back yet if `None`.
    pub amount: Option<Money>,
    /// Why; the parties read it in the booking's trail, and it goes on record.
    pub reason: Reason,
    /// The request's idempotency key: the same key is the same decision.
    pub key: String,
}

/// Gives money back on a booking in whatever state, at most what was taken; its state and its nights stay as they are.
///
/// Refuses with 409 `illegal_transition` where nothing that was taken is left, 422 `refund_exceeds_captured` or `invalid_amount` at
/// `/amount`, `currency_mismatch` at `/amount/currency`.
pub async fn override_refund(
    ctx: &Ctx,
    admin: UserId,
    id: BookingId,
    input: &Override,
) -> Result<Vec<OverriddenRefund>, Failure> {
    for _ in 0..ATTEMPTS {
        let known = bookings::refunds_of_override(&ctx.db, id, admin, &input.key).await?;
        if !known.is_empty() {
            return Ok(known);
        }
        let mut booking = bookings::find(&ctx.db, id).await?.ok_or(Failure::NotFound)?;
        // What is only set aside was not taken: it is let go of by whatever ends the booking.
        booking.payments.retain(|payment| payment.state.is_captured());
        let amount = decide(&booking, input.amount)?;
        let way = way_back(ctx, &booking, amount, input.reason.as_str())?;
        let decision = OverrideRefund {
            booking: id,
            version: booking.version,
            payments: &standing(&booking),
            admin,
            key: &input.key,
            reason: input.reason.as_str(),
            refunds: &way.refunds,
            messages: &way.messages,
            now: ctx.now(),
        };
        if bookings::override_refund(&ctx.db, &decision).await? {
            ctx.publish(&way.messages).await;
            let given = |refund: &bookings::NewRefund<'_>| OverriddenRefund {
                id: refund.id,
                payment_id: refund.payment,
                amount: refund.amount,
            };
            return Ok(way.refunds.iter().map(given).collect());
        }
    }
    Err(contended())
}

/// How much goes back, if that is allowed. The booking has the payments that were taken.
fn decide(booking: &Booking, amount: Option<Money>) -> Result<Money, Refusal> {
    let charged = booking.priced.total.currency();
    let sum = |of: fn(&bookings::BookingPayment) -> Money| -> Result<Money, MoneyError> {
        Money::sum(charged, booking.payments.iter().map(of))
    };
    let (captured, refunded) = (sum(|payment| payment.captured)?, sum(|payment| payment.refunded)?);
    let left = captured.checked_sub(refunded)?;
    if left.is_zero() {
        let detail = "Nothing is left to go back of what was taken for this booking.";
        return Err(Refusal::conflict("illegal_transition", detail));
    }
    let amount = amount.unwrap_or(left);
    if amount.currency() != charged {
        let detail = format!("Refund in {charged}, the currency that was charged.");
        return Err(Refusal::rule("currency_mismatch", "/amount/currency", detail));
    }
    check_refund(captured, refunded, amount).map(|_| amount)
}

#[cfg(test)]
mod tests {
    use domain::booking::BookingState::CancelledByGuest;
    use domain::cancellation::CancellationPolicyCode::NonRefundable;
    use domain::payment::PaymentState::{Captured, PartiallyRefunded, Refunded};

    use super::*;
    use crate::bookings::fixtures::{booking, with_payment};

    #[test]
    fn what_was_taken_is_the_bound_over_all_payments() {
        let first = with_payment(booking(CancelledByGuest, NonRefundable), Captured, 125_400, 0);
        let both = with_payment(first, PartiallyRefunded, 45_600, 600);
        let money = |amount| Money::new(amount, both.priced.total.currency());
        assert_eq!(decide(&both, None), Ok(money(170_400)));
        assert_eq!(decide(&both, Some(money(170_400))), Ok(money(170_400)));
        let refused = |booking: &Booking, amount| {
            let refusal = decide(booking, amount).unwrap_err();
            (refusal.code, refusal.errors.first().map(|error| error.pointer.clone()))
        };
        let at_amount = || Some("/amount".to_owned());
        assert_eq!(refused(&both, Some(money(170_401))), ("refund_exceeds_captured", at_amount()));
        assert_eq!(refused(&both, Some(money(0))), ("invalid_amount", at_amount()));
        let euro = Some(Money::new(1, "EUR".parse().unwrap()));
        assert_eq!(refused(&both, euro), ("currency_mismatch", Some("/amount/currency".to_owned())));
        let unpaid = booking(CancelledByGuest, NonRefundable);
        assert_eq!(refused(&unpaid, None), ("illegal_transition", None));
        let spent = with_payment(unpaid, Refunded, 125_400, 125_400);
        assert_eq!(refused(&spent, None), ("illegal_transition", None));
    }
}
