//! A guest pays.

use domain::booking::BookingState;
use domain::ids::{BookingId, PaymentId, UserId};
use domain::messages::{MessageBody, PaymentMessage};
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::payments::{NewPayment, Opening, Payment, open};
use store::trail;

use crate::{Ctx, Failure};

/// Begins an attempt to pay for a booking of `guest`; the worker asks the provider. A request that comes again, by its
/// key, is answered with the attempt that it began: a client whose answer was lost learns what it did.
///
/// Refuses with 409 `illegal_transition` where the booking takes no payment, `hold_expired`, `payment_in_progress` (with
/// the member `payment_id` of the attempt that is live), `host_not_payable` and `nothing_to_pay`.
pub async fn pay(
    ctx: &Ctx,
    guest: UserId,
    booking: BookingId,
    payment_method: &str,
    request_key: &str,
) -> Result<Payment, Failure> {
    let id: PaymentId = ctx.new_id();
    let messages = [ctx.message(MessageBody::Payments(PaymentMessage::Authorise { payment_id: id }))];
    let now = ctx.now();
    let new = NewPayment { id, booking, guest, payment_method, request_key, messages: &messages, now };
    let opening = open(&ctx.db, &new).await?.ok_or(Failure::NotFound)?;
    trail::booking(booking);
    opening.payment.iter().for_each(|payment| trail::payment(payment.id));
    match opening.payment {
        Some(payment) if opening.is_own => {
            if payment.id == id {
                ctx.publish(&messages).await;
            }
            Ok(payment)
        }
        _ => Err(refusal(&opening, now)),
    }
}

/// Why no attempt was begun.
fn refusal(opening: &Opening, now: Timestamp) -> Failure {
    let state = opening.booking_state;
    if state != BookingState::PendingPayment {
        let detail = format!("A booking that is {state} takes no payment.");
        return Refusal::conflict("illegal_transition", detail).into();
    }
    if let Some(live) = &opening.payment {
        return Failure::RefusedWith {
            refusal: in_progress(),
            member: "payment_id",
            value: live.id.to_string().into(),
        };
    }
    if opening.hold_expires_at.is_none_or(|end| end <= now) {
        let detail = "The nights were held for you until the hold ended. Ask for a new quote.";
        return Refusal::conflict("hold_expired", detail).into();
    }
    if !opening.host_is_payable {
        let detail = "The host cannot be paid at the moment. Try again later, or choose another place.";
        return Refusal::conflict("host_not_payable", detail).into();
    }
    if opening.total.amount() <= 0 {
        return Refusal::conflict("nothing_to_pay", "This booking costs nothing.").into();
    }
    // Another attempt was begun in this very moment.
    in_progress().into()
}

fn in_progress() -> Refusal {
    Refusal::conflict("payment_in_progress", "This booking is being paid for already. Look at that payment.")
}

#[cfg(test)]
mod tests {
    use domain::money::Money;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn code(change: impl FnOnce(&mut Opening)) -> String {
        let mut opening = Opening {
            booking_state: BookingState::PendingPayment,
            hold_expires_at: Some(at("2026-06-01T12:15:00Z")),
            total: Money::new(100, "USD".parse().unwrap()),
            host_is_payable: true,
            payment: None,
            is_own: false,
        };
        change(&mut opening);
        match refusal(&opening, at("2026-06-01T12:14:59Z")) {
            Failure::Refused(refusal) => refusal.code.to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_reason_has_its_code() {
        assert_eq!(code(|_| {}), "payment_in_progress");
        assert_eq!(code(|opening| opening.host_is_payable = false), "host_not_payable");
        assert_eq!(code(|opening| opening.booking_state = BookingState::Confirmed), "illegal_transition");
        assert_eq!(code(|opening| opening.hold_expires_at = None), "hold_expired");
        assert_eq!(
            code(|opening| opening.hold_expires_at = Some(at("2026-06-01T12:14:59Z"))),
            "hold_expired"
        );
        assert_eq!(code(|opening| opening.total = Money::zero(opening.total.currency())), "nothing_to_pay");
    }
}
