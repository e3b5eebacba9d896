//! Cancelling, and what it would give back.

use domain::booking::{Actor, BookingEvent, BookingState, Transition, act};
use domain::cancellation::{CancellationCase, CancelledBy, Settlement, settle};
use domain::ids::{BookingId, UserId};
use domain::text::Prose;
use jiff::Timestamp;
use store::bookings::{self, Booking, Change};

use super::effects::{Effects, effects_of, is_own};
use super::way_back::{standing, still_refundable, way_back};
use super::{ATTEMPTS, contended, find};
use crate::{Ctx, Failure};

/// Why someone cancels: 1 to 500 characters.
pub type Reason = Prose<1, 500>;

/// A cancelled booking and what it gave back.
#[derive(Clone, Debug)]
pub struct Cancelled {
    /// The booking.
    pub booking: Booking,
    /// What was settled, equal to a preview of the same time.
    pub settlement: Settlement,
}

/// What a cancellation by the caller would give back now; nothing is stored for it.
///
/// Refused where the caller could not cancel at all.
pub async fn preview(ctx: &Ctx, caller: UserId, id: BookingId) -> Result<Settlement, Failure> {
    let (booking, side) = find(ctx, caller, id).await?;
    let now = ctx.now();
    act(booking.state, BookingEvent::Cancel, side, now, &booking.windows())?;
    settlement_of(&booking, side, now)
}

/// Cancels: the nights go back on sale, the settlement is kept on the booking, and what it gives back is on its way, all
/// in one statement.
pub async fn cancel(ctx: &Ctx, caller: UserId, id: BookingId, reason: &Reason) -> Result<Cancelled, Failure> {
    let now = ctx.now();
    let mut lost = None;
    for _ in 0..ATTEMPTS {
        let (booking, side) = find(ctx, caller, id).await?;
        if let Some((version, row)) = lost
            && is_own(&booking, version, row, now)
            && let Some(settlement) = booking.settlement.clone()
        {
            return Ok(Cancelled { booking, settlement });
        }
        let row = act(booking.state, BookingEvent::Cancel, side, now, &booking.windows())?;
        if attempt(ctx, caller, &booking, side, row, reason, now).await? {
            return reread(ctx, id).await;
        }
        lost = Some((booking.version, row));
    }
    Err(contended())
}

/// Reads the booking again: its payments have changed with it.
async fn reread(ctx: &Ctx, id: BookingId) -> Result<Cancelled, Failure> {
    let booking = bookings::find(&ctx.db, id).await?.ok_or(Failure::NotFound)?;
    let settlement = booking.settlement.clone();
    let settlement = settlement.ok_or_else(|| Failure::internal("a cancelled booking has no settlement"))?;
    Ok(Cancelled { booking, settlement })
}

async fn attempt(
    ctx: &Ctx,
    caller: UserId,
    booking: &Booking,
    side: Actor,
    row: &'static Transition,
    reason: &Reason,
    now: Timestamp,
) -> Result<bool, Failure> {
    let settlement = settlement_of(booking, side, now)?;
    let mut effects = effects_of(ctx, booking, row, now)?;
    let way_back = way_back(ctx, booking, settlement.refund, reason_of(row.to))?;
    let Effects { keep, messages, .. } = &mut effects;
    messages.extend(way_back.messages);
    let change = Change {
        booking: booking.id,
        version: booking.version,
        transition: row,
        actor_id: Some(caller),
        reason: Some(reason.as_str()),
        keep: *keep,
        settlement: Some(&settlement),
        payments: &standing(booking),
        refunds: &way_back.refunds,
        messages,
        now,
    };
    let moved = bookings::apply(&ctx.db, &change).await?.is_some();
    if moved {
        ctx.publish(messages).await;
    }
    Ok(moved)
}

/// What the refund says of itself.
const fn reason_of(to: BookingState) -> &'static str {
    match to {
        BookingState::Completed => "early_departure",
        state => state.code(),
    }
}

/// By the policy on the booking; but never more than there is to give back.
fn settlement_of(booking: &Booking, side: Actor, now: Timestamp) -> Result<Settlement, Failure> {
    let by = match side {
        Actor::Guest => CancelledBy::Guest,
        Actor::Host | Actor::System => CancelledBy::Host,
    };
    let case = CancellationCase {
        policy: &booking.policy,
        charged: booking.charged(),
        arrival: booking.arrival(),
        booked_at: booking.created_at,
        confirmed_at: booking.confirmed_at,
        now,
        by,
    };
    let mut settlement = settle(&case).map_err(Failure::internal)?;
    let most = still_refundable(booking).map_err(Failure::internal)?;
    if settlement.refund.amount() > most.amount() {
        settlement.refund = most;
    }
    Ok(settlement)
}

#[cfg(test)]
mod tests {
    use domain::booking::BookingState::Confirmed;
    use domain::cancellation::CancellationPolicyCode::{Firm, Flexible};
    use domain::payment::PaymentState::{Authorised, Captured, Failed, PartiallyRefunded, Refunded};

    use super::*;
    use crate::bookings::fixtures::{at, booking, with_payment};

    fn refund(booking: &Booking, side: Actor, now: &str) -> (i64, i64) {
        let settlement = settlement_of(booking, side, at(now)).unwrap();
        (settlement.refund.amount(), settlement.host_keeps.amount())
    }

    #[test]
    fn the_policy_on_the_booking_decides() {
        let paid = with_payment(booking(Confirmed, Firm), Captured, 125_400, 0);
        // 30 days before check-in, to the minute; then half; the service fee is kept then.
        assert_eq!(refund(&paid, Actor::Guest, "2026-05-02T19:00:00Z"), (125_400, 0));
        assert_eq!(refund(&paid, Actor::Guest, "2026-05-22T19:00:00Z"), (55_000, 55_000));
        assert_eq!(refund(&paid, Actor::Host, "2026-05-31T19:00:00Z"), (125_400, 0));
    }

    #[test]
    fn a_refund_never_exceeds_what_is_there() {
        let now = "2026-05-30T19:00:00Z";
        let due = |booking: &Booking| refund(booking, Actor::Guest, now).0;
        let new = || booking(Confirmed, Flexible);
        assert_eq!(due(&with_payment(new(), Captured, 125_400, 0)), 125_400);
        assert_eq!(due(&with_payment(new(), PartiallyRefunded, 125_400, 400)), 125_000);
        assert_eq!(due(&with_payment(new(), Authorised, 0, 0)), 125_400);
        assert_eq!(due(&with_payment(new(), Refunded, 125_400, 125_400)), 0);
        assert_eq!(due(&with_payment(new(), Failed, 0, 0)), 0);
        assert_eq!(due(&new()), 0);
    }

    #[test]
    fn a_declined_attempt_is_not_the_one_that_counts() {
        let twice =
            with_payment(with_payment(booking(Confirmed, Flexible), Failed, 0, 0), Captured, 125_400, 0);
        assert_eq!(refund(&twice, Actor::Guest, "2026-05-30T19:00:00Z").0, 125_400);
        let last_failed =
            with_payment(with_payment(booking(Confirmed, Flexible), Captured, 125_400, 0), Failed, 0, 0);
        assert_eq!(refund(&last_failed, Actor::Guest, "2026-05-30T19:00:00Z").0, 125_400);
    }
}
