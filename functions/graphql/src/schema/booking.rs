//! Bookings, as their two sides see them.

#![expect(clippy::unused_async, reason = "every field's function is asynchronous for the macro")]

mod list;
mod settlement;
mod trail;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::booking::{Actor, allowed_actions};
use domain::cancellation::deadlines;
use domain::guests::Guests as Party;
use domain::ids::PaymentId;
use jiff::Timestamp;
use jiff::civil::Date;
use services::bookings::{seen_by, side_of};
use store::bookings::BookingPayment as Attempt;
use store::reviews::About;
use uuid::Uuid;

use super::codes::{BookingEvent, BookingMode, BookingState, CancellationPolicy, PaymentState};
use super::connection::{Page, Wanted};
use super::ids::Kind;
use super::modification::Modification;
use super::money::{Money, PriceLine, PricedNight};
use super::payment::Payment;
use super::property::Property;
use super::review::{Review, reviews};
use super::user::User;
use super::{app, caller, page_cost};
use crate::errors::told;
use crate::loaders::{Loaders, ModificationsOf, TrailOf};

pub(crate) use list::{BookingFilter, bookings};
pub(crate) use settlement::Settlement;
pub(crate) use trail::TrailEntry;

/// A stay that is held, booked, lived or ended.
#[derive(Clone, Debug)]
pub(crate) struct Booking(pub(crate) Arc<store::bookings::Booking>);

/// The party of a stay.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Guests {
    /// 13 years and older.
    adults: u8,
    /// 2 to 12 years.
    children: u8,
    /// Under 2 years.
    infants: u8,
    /// Animals.
    pets: u8,
}

impl From<Party> for Guests {
    fn from(party: Party) -> Self {
        Self {
            adults: party.adults(),
            children: party.children(),
            infants: party.infants(),
            pets: party.pets(),
        }
    }
}

/// An attempt to pay for a booking.
#[derive(Debug)]
pub(crate) struct BookingPayment(Attempt);

/// An attempt to pay for a booking, in short.
#[Object]
impl BookingPayment {
    /// Where it stands.
    async fn state(&self) -> PaymentState {
        self.0.state.into()
    }

    /// What is paid.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    /// What was taken.
    async fn captured(&self) -> Money {
        self.0.captured.into()
    }

    /// What went back, or is on its way.
    async fn refunded(&self) -> Money {
        self.0.refunded.into()
    }

    /// When it was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// All of it; for the guest and the host, and for none of the co-hosts.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>> {
        let id: PaymentId = self.0.id;
        Ok(ctx.data_unchecked::<Loaders>().one(id).await?.map(Payment))
    }
}

/// Until when a cancellation gives back which share of nights and fees.
#[derive(Debug, SimpleObject)]
pub(crate) struct CancellationDeadline {
    /// The last instant.
    pub(crate) until: Timestamp,
    /// The share, in percent.
    pub(crate) refund_percent: u8,
}

/// A stay that is held, booked, lived or ended.
#[Object]
impl Booking {
    /// Names the booking anywhere in this graph.
    pub(crate) async fn id(&self) -> ID {
        Kind::Booking.id(self.0.id)
    }

    /// The booking's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// Where it stands.
    async fn state(&self) -> BookingState {
        self.0.state.into()
    }

    /// Whether it is confirmed by the payment or by the host.
    async fn booking_mode(&self) -> BookingMode {
        self.0.booking_mode.into()
    }

    /// What the caller may do now.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> Result<Vec<BookingEvent>> {
        let side = self.side(ctx)?;
        let allowed = allowed_actions(self.0.state, side, app(ctx).ctx().now(), &self.0.windows());
        Ok(allowed.into_iter().map(Into::into).collect())
    }

    /// The listing, if it is still to be seen.
    async fn property(&self, ctx: &Context<'_>) -> Result<Option<Property>> {
        Ok(ctx.data_unchecked::<Loaders>().one(self.0.property_id).await?.map(Property))
    }

    /// The listing's present title.
    async fn property_title(&self) -> &str {
        &self.0.title
    }

    /// Who lets.
    async fn host(&self) -> User {
        User(self.0.host_id)
    }

    /// Who stays.
    async fn guest(&self) -> User {
        User(self.0.guest_id)
    }

    /// The day of arrival, where the listing is.
    async fn check_in(&self) -> Date {
        self.0.stay.check_in()
    }

    /// The day of departure.
    async fn check_out(&self) -> Date {
        self.0.stay.check_out()
    }

    /// The listing's time zone.
    async fn time_zone(&self) -> &str {
        self.0.zone.name()
    }

    /// The check-in time on the day of arrival.
    async fn check_in_at(&self) -> Timestamp {
        self.0.check_in_at
    }

    /// The check-out time on the day of departure.
    async fn check_out_at(&self) -> Timestamp {
        self.0.check_out_at
    }

    /// Who comes.
    async fn guests(&self) -> Guests {
        self.0.guests.into()
    }

    /// Who comes, by name, as far as the guest said.
    async fn guest_names(&self) -> Vec<&str> {
        self.0.details.guest_names.iter().map(domain::text::Line::as_str).collect()
    }

    /// When the guests will arrive, by the clock there.
    async fn arrival_time(&self) -> Option<String> {
        self.0.details.arrival_time.map(|time| time.to_string())
    }

    /// What the guest wants the host to know.
    async fn notes(&self) -> Option<&str> {
        self.0.details.notes.as_ref().map(domain::text::Prose::as_str)
    }

    /// What the guest wrote when booking.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// What the total is made of.
    async fn lines(&self) -> Vec<PriceLine> {
        self.0.priced.lines.iter().map(Into::into).collect()
    }

    /// Each night.
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

    /// What the host gets; for the host alone, and for none of the co-hosts.
    async fn payout(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let is_host = self.side(ctx)? == Actor::Host && caller(ctx)?.user_id == self.0.host_id;
        Ok(is_host.then(|| self.0.priced.payout.into()))
    }

    /// The cancellation policy as it was when the quote was made.
    async fn cancellation_policy(&self) -> CancellationPolicy {
        self.0.policy.code.into()
    }

    /// Until when a cancellation gives back how much, the next one first.
    async fn cancellation_deadlines(&self, ctx: &Context<'_>) -> Vec<CancellationDeadline> {
        let booking = &self.0;
        // Before the confirmation they are those of a booking that would be confirmed at once, as in its quote.
        let confirmed_at = booking.confirmed_at.unwrap_or(booking.created_at);
        let (arrival, now) = (booking.arrival(), app(ctx).ctx().now());
        let ahead = deadlines(&booking.policy, &arrival, booking.created_at, Some(confirmed_at), now);
        let told = |deadline: domain::cancellation::Deadline| CancellationDeadline {
            until: deadline.until,
            refund_percent: deadline.refund_percent,
        };
        ahead.into_iter().map(told).collect()
    }

    /// The attempts to pay, the oldest first.
    async fn payments(&self) -> Vec<BookingPayment> {
        self.0.payments.iter().cloned().map(BookingPayment).collect()
    }

    /// What a cancellation settled.
    async fn settlement(&self) -> Option<Settlement> {
        self.0.settlement.as_ref().map(Into::into)
    }

    /// The other dates and parties that were proposed for it, the newest first; the 50 newest.
    async fn modifications(&self, ctx: &Context<'_>) -> Result<Vec<Modification>> {
        let found = ctx.data_unchecked::<Loaders>().one(ModificationsOf(self.0.id)).await?;
        Ok(found.unwrap_or_default().into_iter().map(Modification).collect())
    }

    /// What happened to it, the oldest first.
    async fn trail(&self, ctx: &Context<'_>) -> Result<Vec<TrailEntry>> {
        let side = self.side(ctx)?;
        let found = ctx.data_unchecked::<Loaders>().one(TrailOf(self.0.id)).await?.unwrap_or_default();
        Ok(seen_by(side, &self.0, found).into_iter().map(TrailEntry::from).collect())
    }

    /// When a hold or an unanswered request ends by itself.
    async fn hold_expires_at(&self) -> Option<Timestamp> {
        self.0.hold_expires_at
    }

    /// When it was confirmed.
    async fn confirmed_at(&self) -> Option<Timestamp> {
        self.0.confirmed_at
    }

    /// When the guest arrived.
    async fn checked_in_at(&self) -> Option<Timestamp> {
        self.0.checked_in_at
    }

    /// When the guest left.
    async fn checked_out_at(&self) -> Option<Timestamp> {
        self.0.checked_out_at
    }

    /// When it ended, in whatever way.
    async fn ended_at(&self) -> Option<Timestamp> {
        self.0.ended_at
    }

    /// When it was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }

    /// Grows with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// What both sides said of the stay, as far as it is revealed or the caller's own.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Review>> {
        reviews(ctx, About::Booking(self.0.id), Wanted { first, after }).await
    }
}

impl Booking {
    fn side(&self, ctx: &Context<'_>) -> Result<Actor> {
        side_of(&self.0, caller(ctx)?.user_id).map_err(told)
    }
}
