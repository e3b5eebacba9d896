//! Payments: beginning them for a guest, taking their steps with the provider, believing what it reports.
//!
//! Each step is recorded, asked of the provider, and its result recorded with all that follows from it. A message may
//! come twice and the process may die at any point between: the row says what is still to do, a step that is sent again
//! carries the same idempotency key, and one whose key the provider may have forgotten is looked up first. Only what
//! makes something new at the provider (a payment, a refund) needs the look-up; what is captured or let go already is
//! refused there, and read back.

mod authorise;
mod capture;
mod disputes;
mod earnings;
mod events;
mod observe;
mod onboarding;
mod outcomes;
mod pay;
mod payouts;
mod reconcile;
mod refund;
mod send_refund;
mod void;

use domain::ids::PaymentId;
use jiff::{SignedDuration, Timestamp};
use store::bookings::Cause;

pub use authorise::authorise;
pub use capture::capture;
pub use disputes::observe_dispute;
pub use earnings::{Held, holds, statement_window};
pub use events::{IncomingEvent, finish_event, receive_event};
pub use observe::{Seen, observe_account, observe_payment, observe_refund};
pub(crate) use onboarding::require_payable;
pub use onboarding::{Onboarding, begin_onboarding, host_is_payable, onboarding};
pub use pay::pay;
pub use payouts::{open_due, release_due, send_payout};
pub use reconcile::{SettleFinding, plan_reconciliation, reconcile, settle_finding};
pub use refund::{RefundInput, Requester, refund};
pub use send_refund::send_refund;
pub use void::void;

use crate::gateway::{GatewayError, IdempotencyKey};
use crate::{Ctx, Failure};

/// How long a step may be sent again under its key without a look-up. The provider keeps keys for 24 hours at least
/// (<https://docs.stripe.com/api/idempotent_requests>); the hour between is for clocks and queues.
const KEY_LIFE: SignedDuration = SignedDuration::from_hours(23);
/// How much earlier than by our clock the provider may think that something was made.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Retryable { .. } | GatewayError::OutcomeUnknown => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}

/// The key of a step of a payment.
fn step_key(payment: PaymentId, step: &str) -> IdempotencyKey {
    IdempotencyKey::derive(format_args!("payment:{payment}"), step, 1)
}

/// Whether the provider may have forgotten the key of a step that was first sent at `since` or later.
fn key_may_be_forgotten(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) > KEY_LIFE
}

/// Whether a refusal is about us and not about what was asked: it says nothing of the payment, and later the same step
/// may work.
fn is_our_defect(error: &GatewayError) -> bool {
    match error {
        GatewayError::Rejected { code, .. } => {
            matches!(code.as_str(), "unauthorised" | "unreadable_answer" | "idempotency_error")
        }
        _ => false,
    }
}

/// Marks a cause done that had nothing more to bring about.
async fn close(ctx: &Ctx, cause: Cause<'_>) -> Result<(), Failure> {
    match (cause.provider_event, cause.message) {
        (Some(event), message) => {
            store::provider_events::finish(&ctx.db, event, message, ctx.now()).await?;
        }
        (None, Some(message)) => store::outbox::mark_done(&ctx.db, message, ctx.now()).await?,
        (None, None) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_for_the_same_step() {
        let payment = uuid::Uuid::from_u128(7).into();
        assert_eq!(
            step_key(payment, "authorise").as_str(),
            "payment:00000000-0000-0000-0000-000000000007:authorise:1"
        );
    }

    #[test]
    fn old_steps_are_looked_up() {
        let sent: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        assert!(!key_may_be_forgotten(sent, sent + SignedDuration::from_hours(23)));
        assert!(key_may_be_forgotten(sent, sent + SignedDuration::from_mins(23 * 60 + 1)));
    }

    #[test]
    fn a_wrong_key_of_ours_is_no_decline() {
        let rejected = |code: &str| GatewayError::Rejected { code: code.to_owned(), message: String::new() };
        assert!(is_our_defect(&rejected("unauthorised")));
        assert!(!is_our_defect(&rejected("amount_too_small")));
        assert!(!is_our_defect(&GatewayError::NotFound));
    }
}
