//! Modifications: other dates or another party for a stay that is booked.

pub(crate) mod accept;
pub(crate) mod decline;
pub(crate) mod list;
pub(crate) mod propose;

use domain::booking::Actor;
use domain::modification::ModificationState;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::modifications::Modification;
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;

use crate::price::{GuestsView, PriceLineView};

/// Dates and party of a stay.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ModifiedStay {
    /// The date of arrival.
    check_in: Date,
    /// The date of departure.
    check_out: Date,
    /// The party.
    guests: GuestsView,
}

/// A modification as both sides see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Modification)]
pub(crate) struct ModificationView {
    /// Which one.
    id: Uuid,
    /// Of which booking.
    booking_id: Uuid,
    /// Which side proposed it: `guest` or `host`.
    #[schema(value_type = String, example = "guest")]
    proposed_by: Actor,
    /// Where it stands: `proposed`, `paying` (accepted, the difference is being charged), `accepted`, `declined`,
    /// `withdrawn`, `expired` or `payment_failed`.
    #[schema(value_type = String, example = "proposed")]
    state: ModificationState,
    /// The booking that it was reckoned on.
    from: ModifiedStay,
    /// What is wanted.
    to: ModifiedStay,
    /// The lines of the change; they sum to the difference.
    lines: Vec<PriceLineView>,
    /// What the guest pays more; what goes back to the guest where it is below zero.
    #[schema(value_type = MoneyDto)]
    difference: Money,
    /// What the guest pays for the whole after it.
    #[schema(value_type = MoneyDto)]
    total: Money,
    /// What the host gets for the whole after it.
    #[schema(value_type = MoneyDto)]
    payout: Money,
    /// When it was proposed.
    created_at: Timestamp,
    /// When the proposal lapses, or the hold of the nights while the difference is charged.
    expires_at: Timestamp,
    /// When it was answered.
    decided_at: Option<Timestamp>,
}

impl From<Modification> for ModificationView {
    fn from(one: Modification) -> Self {
        let stay = |stay: domain::dates::Stay, guests: domain::guests::Guests| ModifiedStay {
            check_in: stay.check_in(),
            check_out: stay.check_out(),
            guests: guests.into(),
        };
        Self {
            id: one.id.into(),
            booking_id: one.booking_id.into(),
            proposed_by: one.proposed_by,
            state: one.state,
            from: stay(one.from, one.from_guests),
            to: stay(one.stay, one.guests),
            lines: one.lines.iter().map(PriceLineView::from).collect(),
            difference: one.difference,
            total: one.total,
            payout: one.payout,
            created_at: one.created_at,
            expires_at: one.expires_at,
            decided_at: one.decided_at,
        }
    }
}

/// The modifications of a booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Modifications {
    /// The newest first; the 50 newest.
    items: Vec<ModificationView>,
}
