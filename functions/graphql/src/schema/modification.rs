//! Other dates or another party for a stay that is booked.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::dates::Stay;
use domain::guests::Guests as Party;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::booking::{Booking, Guests};
use super::codes::{BookingActor, ModificationState};
use super::money::{Money, PriceLine};
use crate::loaders::Loaders;

/// Other dates or another party, as one side proposes them to the other.
#[derive(Clone, Debug)]
pub(crate) struct Modification(pub(crate) store::modifications::Modification);

/// Dates and party of a stay.
#[derive(Debug, SimpleObject)]
pub(crate) struct ModifiedStay {
    /// The date of arrival.
    check_in: Date,
    /// The date of departure.
    check_out: Date,
    /// The party.
    guests: Guests,
}

impl ModifiedStay {
    fn new(stay: Stay, guests: Party) -> Self {
        Self { check_in: stay.check_in(), check_out: stay.check_out(), guests: guests.into() }
    }
}

/// Other dates or another party, as one side proposes them to the other.
#[Object]
impl Modification {
    /// Which one.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// Of which booking.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        Ok(ctx.data_unchecked::<Loaders>().one(self.0.booking_id).await?.map(Booking))
    }

    /// Which side proposed it.
    async fn proposed_by(&self) -> BookingActor {
        self.0.proposed_by.into()
    }

    /// Where it stands.
    async fn state(&self) -> ModificationState {
        self.0.state.into()
    }

    /// The stay that it was reckoned on.
    async fn from(&self) -> ModifiedStay {
        ModifiedStay::new(self.0.from, self.0.from_guests)
    }

    /// What is wanted.
    async fn to(&self) -> ModifiedStay {
        ModifiedStay::new(self.0.stay, self.0.guests)
    }

    /// The lines of the change; they sum to the difference.
    async fn lines(&self) -> Vec<PriceLine> {
        self.0.lines.iter().map(Into::into).collect()
    }

    /// What the guest pays more; what goes back to the guest where it is below zero.
    async fn difference(&self) -> Money {
        self.0.difference.into()
    }

    /// What the guest pays for the whole after it.
    async fn total(&self) -> Money {
        self.0.total.into()
    }

    /// What the host gets for the whole after it.
    async fn payout(&self) -> Money {
        self.0.payout.into()
    }

    /// When it was proposed.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When the proposal lapses, or the hold of the nights while the difference is charged.
    async fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// When it was answered.
    async fn decided_at(&self) -> Option<Timestamp> {
        self.0.decided_at
    }
}
