//! The life of a payment: one attempt to pay for a booking.
//!
//! What the provider reports may come twice, late and out of order. A report that says less than what is known already
//! is stale and changes nothing; one that contradicts it is refused and becomes a finding.

use crate::coded::coded;
use crate::money::{Money, MoneyError};
use crate::refusal::Refusal;

coded! {
    /// Where a payment stands.
    PaymentState, "unknown_payment_state" {
        /// Asked of the provider, not answered.
        Processing = "processing",
        /// The guest has to prove who they are.
        RequiresAction = "requires_action",
        /// The amount is set aside.
        Authorised = "authorised",
        /// The amount is taken.
        Captured = "captured",
        /// A part went back.
        PartiallyRefunded = "partially_refunded",
        /// All went back.
        Refunded = "refunded",
        /// Declined; another attempt is another payment.
        Failed = "failed",
        /// What was set aside, or asked, is let go.
        Cancelled = "cancelled",
        /// The guest's bank takes the money back and asks why.
        Disputed = "disputed",
    }
}

coded! {
    /// What happens to a payment.
    PaymentEvent, "unknown_payment_event" {
        /// The provider asks for the guest's proof.
        ActionRequired = "action_required",
        /// The guest's proof is in; the provider works on.
        ActionTaken = "action_taken",
        /// The amount is set aside.
        Authorised = "authorised",
        /// The amount is taken.
        Captured = "captured",
        /// The payment is declined.
        Failed = "failed",
        /// The payment is let go.
        Cancelled = "cancelled",
        /// A part went back.
        PartlyRefunded = "partly_refunded",
        /// The last of it went back.
        FullyRefunded = "fully_refunded",
        /// A dispute is opened.
        DisputeOpened = "dispute_opened",
        /// The dispute is decided for the host: the money is back.
        DisputeWon = "dispute_won",
        /// The dispute is decided for the guest: the money is gone.
        DisputeLost = "dispute_lost",
    }
}

coded! {
    /// Where a refund stands.
    RefundState, "unknown_refund_state" {
        /// To be asked of the provider, or asked.
        Pending = "pending",
        /// On its way to the guest.
        Succeeded = "succeeded",
        /// Refused by the provider; its amount may be refunded again.
        Failed = "failed",
    }
}

/// What an event does to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentStep {
    /// The payment moves to this state.
    To(PaymentState),
    /// The event says nothing new; the payment stays as it is.
    Stale,
}

impl PaymentState {
    /// Whether the guest may try again with another payment.
    pub const fn allows_another_attempt(self) -> bool {
        matches!(self, Self::Failed | Self::Cancelled)
    }

    /// Whether the money, or what is left of it, is the platform's to pay out or refund.
    pub const fn is_captured(self) -> bool {
        matches!(self, Self::Captured | Self::PartiallyRefunded)
    }
}

/// What `event` does to a payment in `state`; a conflict with code `illegal_transition` where it contradicts the state.
pub fn transition(state: PaymentState, event: PaymentEvent) -> Result<PaymentStep, Refusal> {
    use PaymentEvent as E;
    use PaymentState as S;
    use PaymentStep::{Stale, To};
    let step = match (state, event) {
        (S::Processing, E::ActionRequired) => To(S::RequiresAction),
        (S::RequiresAction, E::ActionTaken) => To(S::Processing),
        (S::Processing | S::RequiresAction, E::Authorised) => To(S::Authorised),
        // Also a capture that is heard of before its authorisation, and a dispute that brought the money back.
        (S::Processing | S::RequiresAction | S::Authorised, E::Captured) | (S::Disputed, E::DisputeWon) => {
            To(S::Captured)
        }
        (S::Processing | S::RequiresAction, E::Failed) => To(S::Failed),
        (S::Processing | S::RequiresAction | S::Authorised, E::Cancelled) => To(S::Cancelled),
        (S::Captured | S::PartiallyRefunded, E::PartlyRefunded) => To(S::PartiallyRefunded),
        (S::Captured | S::PartiallyRefunded, E::FullyRefunded) | (S::Disputed, E::DisputeLost) => {
            To(S::Refunded)
        }
        (S::Captured | S::PartiallyRefunded | S::Refunded, E::DisputeOpened) => To(S::Disputed),
        _ if is_stale(state, event) => Stale,
        _ => {
            let detail = format!("A payment that is {state} cannot become {event}.");
            return Err(Refusal::conflict("illegal_transition", detail));
        }
    };
    Ok(step)
}

/// Whether the payment has been where the event would lead.
fn is_stale(state: PaymentState, event: PaymentEvent) -> bool {
    use PaymentEvent as E;
    use PaymentState as S;
    let was_captured = matches!(state, S::Captured | S::PartiallyRefunded | S::Refunded | S::Disputed);
    match event {
        E::ActionRequired => state != S::Processing,
        E::ActionTaken => state != S::RequiresAction,
        E::Authorised => was_captured || matches!(state, S::Authorised | S::Cancelled),
        E::Captured => was_captured,
        // The provider lets a guest try again within one attempt: a success wins over an earlier failure.
        E::Failed => was_captured || matches!(state, S::Failed | S::Authorised | S::Cancelled),
        E::Cancelled => matches!(state, S::Cancelled | S::Failed),
        E::PartlyRefunded | E::FullyRefunded => matches!(state, S::Refunded | S::Disputed),
        E::DisputeOpened => state == S::Disputed,
        E::DisputeWon => state == S::Captured,
        E::DisputeLost => state == S::Refunded,
    }
}

/// What may still be refunded of `captured` when `refunded` (pending refunds included) went back; never below zero.
pub fn refundable(captured: Money, refunded: Money) -> Result<Money, MoneyError> {
    let left = captured.checked_sub(refunded)?;
    Ok(if left.is_negative() { Money::zero(left.currency()) } else { left })
}

/// Whether `amount` may be refunded; the event that follows when it went back.
///
/// Refuses with `invalid_amount` an amount that is not above zero, and with `refund_exceeds_captured` one that is more than
/// is left; both point at `/amount`. The database holds the same line under parallel refunds.
pub fn check_refund(captured: Money, refunded: Money, amount: Money) -> Result<PaymentEvent, Refusal> {
    if amount.amount() <= 0 {
        return Err(Refusal::rule("invalid_amount", "/amount", "Refund an amount above zero."));
    }
    let left = refundable(captured, refunded)?;
    let rest = left.checked_sub(amount)?;
    if rest.is_negative() {
        let detail = format!("Refund at most {left}, which is what is left.");
        return Err(Refusal::rule("refund_exceeds_captured", "/amount", detail));
    }
    Ok(if rest.is_zero() { PaymentEvent::FullyRefunded } else { PaymentEvent::PartlyRefunded })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::usd;

    /// Every pair by hand: the state it leads to, `-` for a stale report, `!` for a contradiction.
    const EXPECTED: &str = "
                        action_required action_taken authorised captured failed cancelled partly_refunded fully_refunded dispute_opened dispute_won dispute_lost
    processing          requires_action -            authorised captured failed cancelled !                  !              !              !           !
    requires_action     -               processing   authorised captured failed cancelled !                  !              !              !           !
    authorised          -               -            -          captured -      cancelled !                  !              !              !           !
    captured            -               -            -          -        -      !         partially_refunded refunded       disputed       -           !
    partially_refunded  -               -            -          -        -      !         partially_refunded refunded       disputed       !           !
    refunded            -               -            -          -        -      !         -                  -              disputed       !           -
    failed              -               -            !          !        -      -         !                  !              !              !           !
    cancelled           -               -            -          !        -      -         !                  !              !              !           !
    disputed            -               -            -          -        -      !         -                  -              -              captured    refunded
    ";

    #[test]
    fn every_state_and_event() {
        let mut rows = EXPECTED.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let events: Vec<PaymentEvent> = rows
            .by_ref()
            .find(|row| !row.is_empty())
            .unwrap()
            .iter()
            .map(|code| code.parse().unwrap())
            .collect();
        assert_eq!(events, PaymentEvent::ALL);
        let rows: Vec<_> = rows.filter(|row| !row.is_empty()).collect();
        assert_eq!(rows.len(), PaymentState::ALL.len());
        for row in rows {
            let state: PaymentState = row[0].parse().unwrap();
            for (event, expected) in events.iter().zip(&row[1..]) {
                let got = match transition(state, *event) {
                    Ok(PaymentStep::To(to)) => to.code(),
                    Ok(PaymentStep::Stale) => "-",
                    Err(refusal) => {
                        assert_eq!(refusal.code, "illegal_transition");
                        "!"
                    }
                };
                assert_eq!(got, *expected, "{state} {event}");
            }
        }
    }

    #[test]
    fn refunds_end_with_what_was_captured() {
        let check = |amount, refunded| {
            check_refund(usd(100), usd(refunded), usd(amount)).map_err(|refusal| refusal.code)
        };
        assert_eq!(check(100, 0), Ok(PaymentEvent::FullyRefunded));
        assert_eq!(check(99, 0), Ok(PaymentEvent::PartlyRefunded));
        assert_eq!(check(1, 99), Ok(PaymentEvent::FullyRefunded));
        assert_eq!(check(101, 0), Err("refund_exceeds_captured"));
        assert_eq!(check(1, 100), Err("refund_exceeds_captured"));
        assert_eq!(check(0, 0), Err("invalid_amount"));
        assert_eq!(check(-1, 0), Err("invalid_amount"));
        let euro = Money::new(1, "EUR".parse().unwrap());
        assert_eq!(check_refund(usd(100), usd(0), euro).unwrap_err().code, "currency_mismatch");
        assert_eq!(refundable(usd(100), usd(101)), Ok(usd(0)));
    }

    proptest! {
        /// Webhooks come in any order and any number: who has them all ends in the same state.
        #[test]
        fn reports_in_any_order_converge(
            reports in proptest::collection::vec(
                proptest::sample::select(vec![PaymentEvent::Authorised, PaymentEvent::Captured, PaymentEvent::ActionRequired]),
                0..12,
            ),
        ) {
            let mut state = PaymentState::Processing;
            for report in reports.iter().chain([&PaymentEvent::Captured]) {
                if let PaymentStep::To(to) = transition(state, *report).unwrap() {
                    state = to;
                }
            }
            prop_assert_eq!(state, PaymentState::Captured);
        }
    }
}
