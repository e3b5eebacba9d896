//! Quotes: offers to one guest for one stay at one price.

use async_graphql::{Context, Object, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use services::quotes::cancellation_deadlines;
use uuid::Uuid;

use super::booking::{CancellationDeadline, Guests};
use super::codes::CancellationPolicy;
use super::money::{Money, PriceLine, PricedNight};
use super::property::Property;
use crate::loaders::Loaders;

/// An offer to one guest for one stay at one price.
#[derive(Debug)]
pub(crate) struct Quote(pub(crate) store::quotes::Quote);

/// An offer to one guest for one stay at one price.
#[Object]
impl Quote {
    /// What a booking names, here and in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// The listing, if it is still to be seen.
    async fn property(&self, ctx: &Context<'_>) -> Result<Option<Property>> {
        Ok(ctx.data_unchecked::<Loaders>().one(self.0.property_id).await?.map(Property))
    }

    /// When it ends, a quarter of an hour after it was made.
    async fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// The date of arrival.
    async fn check_in(&self) -> Date {
        self.0.stay.check_in()
    }

    /// The date of departure.
    async fn check_out(&self) -> Date {
        self.0.stay.check_out()
    }

    /// The party.
    async fn guests(&self) -> Guests {
        self.0.guests.into()
    }

    /// Every line of the bill; they sum to the total.
    async fn lines(&self) -> Vec<PriceLine> {
        self.0.priced.lines.iter().map(Into::into).collect()
    }

    /// Every night with its part of the discounts.
    async fn nights(&self) -> Vec<PricedNight> {
        self.0.priced.nights.iter().map(Into::into).collect()
    }

    /// Nights and fees after discounts.
    async fn subtotal(&self) -> Money {
        self.0.priced.subtotal.into()
    }

    /// The guest's service fee.
    async fn guest_fee(&self) -> Money {
        self.0.priced.guest_fee.into()
    }

    /// The taxes that are added.
    async fn taxes(&self) -> Money {
        self.0.priced.taxes.into()
    }

    /// What the guest pays.
    async fn total(&self) -> Money {
        self.0.priced.total.into()
    }

    /// What a cancellation would give back.
    async fn cancellation_policy(&self) -> CancellationPolicy {
        self.0.policy.code.into()
    }

    /// Until when a cancellation gives back how much, the next one first.
    async fn cancellation_deadlines(&self) -> Vec<CancellationDeadline> {
        let told = |deadline: domain::cancellation::Deadline| CancellationDeadline {
            until: deadline.until,
            refund_percent: deadline.refund_percent,
        };
        cancellation_deadlines(&self.0).into_iter().map(told).collect()
    }
}
