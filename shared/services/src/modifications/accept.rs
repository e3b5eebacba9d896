//! Accepting a modification.

use domain::booking::Notice;
use domain::ids::{BookingId, ModificationId, PaymentId, RefundId, UserId};
use domain::messages::{Message, MessageBody, PaymentMessage};
use domain::modification::{CHARGE_HOLD, ModificationState, answers, check_dates};
use domain::refusal::Refusal;
use domain::rules::dates_unavailable;
use jiff::Timestamp;
use store::bookings::Booking;
use store::modifications::{self, Acceptance, Accepted, Answerer, Charge, GivenBack, Modification};

use super::{is_over, load, notice, outdated};
use crate::bookings::{divide, find};
use crate::payments::require_payable;
use crate::{Ctx, Failure};

/// Accepts the other side's proposal.
///
/// Where the guest pays no more, the stays are swapped at once and what goes back is on its way. Otherwise the nights of
/// both stays are held while the difference is charged: the modification is `paying`, and the booking changes when the
/// amount is set aside. Accepting twice is accepting once.
pub async fn accept(
    ctx: &Ctx,
    caller: UserId,
    booking: BookingId,
    id: ModificationId,
) -> Result<Modification, Failure> {
    let now = ctx.now();
    let (booking, side) = find(ctx, caller, booking).await?;
    let proposal = load(ctx, booking.id, id).await?;
    if side != answers(proposal.proposed_by) {
        let detail = format!("The {} answers this modification.", answers(proposal.proposed_by));
        return Err(Refusal::conflict("illegal_transition", detail).into());
    }
    match proposal.state {
        ModificationState::Paying | ModificationState::Accepted => return Ok(proposal),
        ModificationState::Proposed if now < proposal.expires_at => {}
        state => return Err(is_over(state)),
    }
    // A day may have passed since.
    check_dates(booking.stay, proposal.stay, booking.state, booking.zone.today(now))?;
    if proposal.difference.amount() > 0 {
        require_payable(ctx, booking.host_id).await?;
    }
    let plan = Plan::of(ctx, &booking, &proposal)?;
    let acceptance = Acceptance {
        id,
        booking: booking.id,
        by: Answerer { side, person: caller },
        charge: plan.charge.map(|id| Charge { id, method: proposal.payment_method.as_deref() }),
        hold_until: now.checked_add(CHARGE_HOLD).unwrap_or(Timestamp::MAX),
        given_back: &plan.given_back,
        messages: &plan.messages,
        now,
    };
    let (outcome, lapsed) = modifications::accept(&ctx.db, &acceptance).await?;
    ctx.publish(&lapsed).await;
    match outcome {
        Accepted::Done => ctx.publish(&plan.messages).await,
        Accepted::Repeat => {}
        Accepted::Taken => return Err(dates_unavailable().into()),
        Accepted::Stale => return Err(outdated()),
    }
    load(ctx, booking.id, id).await
}

/// What follows from an acceptance.
struct Plan {
    charge: Option<PaymentId>,
    given_back: Vec<GivenBack>,
    messages: Vec<Message>,
}

impl Plan {
    fn of(ctx: &Ctx, booking: &Booking, proposal: &Modification) -> Result<Self, Failure> {
        let difference = proposal.difference;
        if difference.amount() > 0 {
            let id: PaymentId = ctx.new_id();
            let authorise = MessageBody::Payments(PaymentMessage::Authorise { payment_id: id });
            return Ok(Self {
                charge: Some(id),
                given_back: Vec::new(),
                messages: vec![ctx.message(authorise)],
            });
        }
        let mut messages = vec![notice(ctx, booking.id, Notice::ModificationAccepted)];
        let mut given_back = Vec::new();
        for (payment, amount) in divide(booking, difference.checked_neg().map_err(Failure::internal)?)? {
            let id: RefundId = ctx.new_id();
            messages.push(ctx.message(MessageBody::Payments(PaymentMessage::Refund { refund_id: id })));
            let (payment, version) = (payment.id, payment.version);
            given_back.push(GivenBack { id, payment, version, amount: amount.amount() });
        }
        Ok(Self { charge: None, given_back, messages })
    }
}
