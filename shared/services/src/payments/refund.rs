//! A host, or the staff, gives money back.

use domain::ids::{PaymentId, RefundId, UserId};
use domain::messages::{MessageBody, PaymentMessage};
use domain::money::Money;
use domain::payment::{PaymentState, check_refund, refundable};
use domain::refusal::{Refusal, RefusalClass};
use domain::text::Prose;
use store::payments::{self, Payment};
use store::refunds::{self, NewRefund, Refund};

use crate::{Ctx, Failure};

/// How often the decision is made anew when others refund the same payment in the same moment.
const ATTEMPTS: u32 = 3;

/// Who asks for a refund.
#[derive(Clone, Copy, Debug)]
pub struct Requester {
    /// The person.
    pub user: UserId,
    /// Whether they are of the staff, who may refund any payment.
    pub is_admin: bool,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct RefundInput {
    /// How much; all that is left if `None`.
    pub amount: Option<Money>,
    /// Why; the guest reads it.
    pub reason: Prose<1, 500>,
    /// The request's idempotency key: the same key is the same refund.
    pub key: String,
}

/// Asks for a refund; the worker sends it.
///
/// Refuses with 403 `forbidden` the guest who paid, 409 `illegal_transition` where nothing was captured, 422
/// `refund_exceeds_captured` or `invalid_amount` at `/amount`, `currency_mismatch` at `/amount/currency`.
pub async fn refund(
    ctx: &Ctx,
    by: Requester,
    payment: PaymentId,
    input: &RefundInput,
) -> Result<Refund, Failure> {
    let id: RefundId = ctx.new_id();
    let messages = [ctx.message(MessageBody::Payments(PaymentMessage::Refund { refund_id: id }))];
    for _ in 0..ATTEMPTS {
        let found = payments::find(&ctx.db, payment).await?.ok_or(Failure::NotFound)?;
        authorise(by, &found)?;
        if let Some(known) = refunds::find_by_request(&ctx.db, payment, by.user, &input.key).await? {
            return Ok(known);
        }
        let new = NewRefund {
            id,
            payment,
            amount: Some(decide(&found, input.amount)?.amount()),
            reason: input.reason.as_str(),
            request: Some((by.user, &input.key)),
            cause: None,
            messages: &messages,
            now: ctx.now(),
        };
        if let Some(refund) = refunds::raise(&ctx.db, &new).await? {
            if refund.id == id {
                ctx.publish(&messages).await;
            }
            return Ok(refund);
        }
    }
    Err(Refusal::conflict("conflict", "Others refund this payment right now. Read it again.").into())
}

fn authorise(by: Requester, payment: &Payment) -> Result<(), Failure> {
    if by.is_admin || payment.host_id == by.user {
        return Ok(());
    }
    if payment.guest_id == by.user {
        let detail = "The host gives money back. Cancel the booking, or ask the host.";
        return Err(Refusal::new(RefusalClass::Forbidden, "forbidden", detail).into());
    }
    Err(Failure::NotFound)
}

/// How much goes back, if that is allowed.
fn decide(payment: &Payment, amount: Option<Money>) -> Result<Money, Refusal> {
    if !payment.state.is_captured() && payment.state != PaymentState::Refunded {
        let detail = format!("A payment that is {} cannot be refunded.", payment.state);
        return Err(Refusal::conflict("illegal_transition", detail));
    }
    let amount = match amount {
        Some(amount) => amount,
        None => refundable(payment.captured, payment.refunded)?,
    };
    let charged = payment.captured.currency();
    if amount.currency() != charged {
        let detail = format!("Refund in {charged}, the currency that was charged.");
        return Err(Refusal::rule("currency_mismatch", "/amount/currency", detail));
    }
    check_refund(payment.captured, payment.refunded, amount).map(|_| amount)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    fn payment(state: &str, captured: i64, refunded: i64) -> Payment {
        let id = Uuid::from_u128;
        serde_json::from_value(json!({
            "id": id(1), "booking_id": id(2), "guest_id": id(3), "host_id": id(4), "state": state,
            "amount": usd(100), "captured": usd(captured), "refunded": usd(refunded), "payment_method": "pm_1",
            "provider_id": "pi_1", "next_action": null, "failure": null, "created_at": "2026-06-01T12:00:00Z",
            "updated_at": "2026-06-01T12:00:00Z", "version": 1, "refunds": [],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_left_goes_back_by_default() {
        assert_eq!(decide(&payment("captured", 100, 0), None), Ok(usd(100)));
        assert_eq!(decide(&payment("partially_refunded", 100, 30), None), Ok(usd(70)));
        assert_eq!(decide(&payment("captured", 100, 0), Some(usd(1))), Ok(usd(1)));
    }

    #[test]
    fn refusals_name_the_field() {
        let refused = |state, captured, refunded, amount| {
            let refusal = decide(&payment(state, captured, refunded), amount).unwrap_err();
            (refusal.code, refusal.errors.first().map(|error| error.pointer.clone()))
        };
        let amount = || Some("/amount".to_owned());
        assert_eq!(refused("captured", 100, 0, Some(usd(101))), ("refund_exceeds_captured", amount()));
        assert_eq!(refused("captured", 100, 0, Some(usd(0))), ("invalid_amount", amount()));
        let euro = Some(Money::new(1, "EUR".parse().unwrap()));
        let currency = Some("/amount/currency".to_owned());
        assert_eq!(refused("captured", 100, 0, euro), ("currency_mismatch", currency));
        assert_eq!(refused("refunded", 100, 100, None), ("invalid_amount", amount()));
        for state in ["processing", "requires_action", "authorised", "failed", "cancelled", "disputed"] {
            assert_eq!(refused(state, 0, 0, None), ("illegal_transition", None));
        }
    }

    #[test]
    fn only_the_host_and_the_staff_refund() {
        let by = |user: u128, is_admin| Requester { user: Uuid::from_u128(user).into(), is_admin };
        let payment = payment("captured", 100, 0);
        assert!(authorise(by(4, false), &payment).is_ok());
        assert!(authorise(by(9, true), &payment).is_ok());
        assert!(matches!(authorise(by(3, false), &payment), Err(Failure::Refused(_))));
        assert!(matches!(authorise(by(9, false), &payment), Err(Failure::NotFound)));
    }
}
