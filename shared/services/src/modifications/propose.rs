//! Proposing a modification.

use domain::booking::{Actor, Notice};
use domain::cancellation::CancelledBy;
use domain::dates::Stay;
use domain::guests::Guests;
use domain::ids::{BookingId, ModificationId, UserId};
use domain::modification::{
    ModificationCase, ModificationState, PROPOSAL_TTL, Repriced, check_dates, may_propose, reprice,
};
use domain::refusal::Refusal;
use domain::rules::{check_modification, check_party, dates_unavailable};
use jiff::Timestamp;
use jiff::civil::Date;
use store::bookings::Booking;
use store::modifications::{self, Draft, Modification, ModificationFacts, Proposed};

use super::{load, notice};
use crate::bookings::{ATTEMPTS, contended, find};
use crate::{Ctx, Failure};

/// What a side wants; what is absent stays as it is.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Another date of arrival.
    pub check_in: Option<Date>,
    /// Another date of departure.
    pub check_out: Option<Date>,
    /// Another party.
    pub guests: Option<Guests>,
    /// The provider's token of the card that a difference is charged to; for the guest alone.
    pub payment_method: Option<String>,
}

/// Proposes a modification to the other side, which has 24 hours to answer, but no longer than the price holds.
///
/// Refuses what the listing's rules refuse a guest (a host may go beyond them), nights that are not free, and a booking
/// that is over, has an open modification (`modification_open`) or would not change (`nothing_changed`).
pub async fn propose(
    ctx: &Ctx,
    caller: UserId,
    booking: BookingId,
    wanted: &Wanted,
) -> Result<Modification, Failure> {
    let id: ModificationId = ctx.new_id();
    for _ in 0..ATTEMPTS {
        let now = ctx.now();
        let (booking, side) = find(ctx, caller, booking).await?;
        let (stay, guests) = parse(&booking, side, wanted, now)?;
        let facts = modifications::facts(&ctx.db, booking.id, stay, now).await?.ok_or(Failure::NotFound)?;
        check(&booking, side, stay, guests, &facts, now)?;
        let repriced = price(&booking, side, stay, guests, &facts, now)?;
        let draft = Draft {
            payment_method: wanted.payment_method.as_deref(),
            ..draft(id, &booking, (side, caller), (stay, guests), &facts, &repriced, now)
        };
        let event = match side {
            Actor::Host => Notice::ModificationProposedByHost,
            Actor::Guest | Actor::System => Notice::ModificationProposedByGuest,
        };
        let messages = [notice(ctx, booking.id, event)];
        match modifications::propose(&ctx.db, &draft, booking.version, &messages, now).await? {
            Proposed::Done => {
                ctx.publish(&messages).await;
                return load(ctx, booking.id, id).await;
            }
            Proposed::Open => {
                let detail = "Another modification of this booking is open. Answer it, or take it back.";
                return Err(Refusal::conflict("modification_open", detail).into());
            }
            Proposed::Stale => {}
        }
    }
    Err(contended())
}

/// What is wanted, as a stay and a party that differ from the booking's.
fn parse(booking: &Booking, side: Actor, wanted: &Wanted, now: Timestamp) -> Result<(Stay, Guests), Refusal> {
    if side != Actor::Guest && wanted.payment_method.is_some() {
        return Err(Refusal::rule("guest_only", "/payment_method", "Leave the card to the guest."));
    }
    let stay = Stay::new(
        wanted.check_in.unwrap_or(booking.stay.check_in()),
        wanted.check_out.unwrap_or(booking.stay.check_out()),
    )?;
    may_propose(booking.state, now, &booking.windows())?;
    let guests = wanted.guests.unwrap_or(booking.guests);
    if (stay, guests) == (booking.stay, booking.guests) {
        return Err(Refusal::rule("nothing_changed", "/check_in", "Propose other dates or another party."));
    }
    check_dates(booking.stay, stay, booking.state, booking.zone.today(now))?;
    Ok((stay, guests))
}

fn check(
    booking: &Booking,
    side: Actor,
    stay: Stay,
    guests: Guests,
    facts: &ModificationFacts,
    now: Timestamp,
) -> Result<(), Refusal> {
    check_party(&facts.terms, guests)?;
    if side == Actor::Guest {
        check_modification(&facts.terms, &facts.calendar, booking.stay, stay, now)?;
    }
    let adds = stay.check_in() < booking.stay.check_in() || stay.check_out() > booking.stay.check_out();
    if adds && !(facts.free && (facts.published || side == Actor::Host)) {
        return Err(dates_unavailable());
    }
    Ok(())
}

fn price(
    booking: &Booking,
    side: Actor,
    wanted_stay: Stay,
    wanted_guests: Guests,
    facts: &ModificationFacts,
    now: Timestamp,
) -> Result<Repriced, Refusal> {
    reprice(&ModificationCase {
        booked: &booking.priced,
        booked_stay: booking.stay,
        booked_guests: booking.guests,
        wanted_stay,
        wanted_guests,
        terms: &facts.terms,
        calendar: &facts.calendar,
        policy: &booking.policy,
        arrival: booking.arrival(),
        booked_at: booking.created_at,
        confirmed_at: booking.confirmed_at,
        now,
        by: if side == Actor::Host { CancelledBy::Host } else { CancelledBy::Guest },
    })
}

fn draft<'a>(
    id: ModificationId,
    booking: &Booking,
    (side, proposer_id): (Actor, UserId),
    (stay, guests): (Stay, Guests),
    facts: &ModificationFacts,
    repriced: &'a Repriced,
    now: Timestamp,
) -> Draft<'a> {
    let lapses = now.checked_add(PROPOSAL_TTL).unwrap_or(Timestamp::MAX);
    Draft {
        id,
        booking_id: booking.id,
        proposed_by: side.code(),
        proposer_id,
        state: ModificationState::Proposed,
        from_check_in: booking.stay.check_in(),
        from_check_out: booking.stay.check_out(),
        from_guests: booking.guests,
        from_total: booking.priced.total.amount(),
        check_in: stay.check_in(),
        check_out: stay.check_out(),
        check_in_at: booking.zone.instant_of(stay.check_in(), booking.check_in_time),
        check_out_at: booking.zone.instant_of(stay.check_out(), booking.check_out_time),
        guests,
        preparation_nights: facts.terms.rules.preparation_nights,
        priced: &repriced.priced,
        lines: &repriced.lines,
        difference: repriced.difference.amount(),
        currency: repriced.difference.currency().code(),
        payment_method: None,
        created_at: now,
        expires_at: lapses.min(repriced.until.unwrap_or(lapses)).min(booking.windows().stay_ends),
    }
}
