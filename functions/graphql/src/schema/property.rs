//! Listings.

mod place;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::ids::BookingId;
use jiff::Timestamp;
use jiff::civil::Date;
use services::properties::CalendarNight as Night;
use store::bookings::pages_of_properties;
use store::reviews::About;
use uuid::Uuid;
use web::Problem;

use super::booking::Booking;
use super::codes::{BookingMode, CancellationPolicy, FeeModel, NightState, PropertyKind, PropertyState};
use super::connection::{Page, Wanted};
use super::ids::Kind;
use super::money::Money;
use super::review::{Review, reviews};
use super::terms::{Discounts, Fee, Photo, Season, Tax, percent};
use super::user::User;
use super::{app, caller, page_cost};
use crate::errors::told;
use crate::loaders::{BookingsOf, CalendarOf, Loaders};

pub(crate) use place::Place;

/// A listing, as the caller may see it.
#[derive(Clone, Debug)]
pub(crate) struct Property(pub(crate) Arc<store::properties::Property>);

/// What guests thought of a listing.
#[derive(Debug, SimpleObject)]
pub(crate) struct Rating {
    /// Stars from 1 to 5 with two digits; `null` until there are three ratings.
    average: Option<f64>,
    /// How many ratings.
    count: i64,
}

impl Rating {
    fn new(sum: i64, count: i64) -> Self {
        // Hundredths first, so that the answer has two digits.
        #[expect(clippy::cast_precision_loss, reason = "hundredths of up to five stars")]
        let average = (count >= 3).then(|| ((sum * 200 + count) / (count * 2)) as f64 / 100.0);
        Self { average, count }
    }
}

/// One night of a listing.
#[derive(Debug, SimpleObject)]
pub(crate) struct CalendarNight {
    /// Its date.
    date: Date,
    /// Whether it is for sale.
    state: NightState,
    /// Its price before discounts; none while the listing has none.
    price: Option<Money>,
    /// The fewest nights of a stay that arrives on it.
    min_nights: u16,
    /// The most nights of a stay that arrives on it.
    max_nights: u16,
    /// Whether no stay begins on it.
    closed_to_arrival: bool,
    /// Whether no stay ends on it.
    closed_to_departure: bool,
    /// How many units are free.
    units_free: u32,
}

impl From<Night> for CalendarNight {
    fn from(night: Night) -> Self {
        Self {
            date: night.date,
            state: night.state.into(),
            price: night.price.map(Into::into),
            min_nights: night.min_nights,
            max_nights: night.max_nights,
            closed_to_arrival: night.closed_to_arrival,
            closed_to_departure: night.closed_to_departure,
            units_free: night.units_free,
        }
    }
}

/// What a calendar costs: its nights.
fn nights_cost(from: Date, to: Date, of_one: usize) -> usize {
    let nights = from.until(to).map_or(0, |span| span.get_days());
    usize::try_from(nights).unwrap_or(0).saturating_mul(of_one).saturating_add(1)
}

/// A listing, as the caller may see it.
#[Object]
impl Property {
    /// Names the listing anywhere in this graph.
    pub(crate) async fn id(&self) -> ID {
        Kind::Property.id(self.0.id)
    }

    /// The listing's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// Whose it is.
    async fn host(&self) -> User {
        User(self.0.host_id)
    }

    /// Where it is in its life.
    async fn state(&self) -> PropertyState {
        self.0.state.into()
    }

    /// Its name.
    async fn title(&self) -> &str {
        &self.0.listing.title
    }

    /// Its description.
    async fn description(&self) -> &str {
        &self.0.listing.description
    }

    /// What kind of place it is.
    async fn kind(&self) -> PropertyKind {
        self.0.listing.kind.into()
    }

    /// Where it is: exactly for its host and for guests with a confirmed booking, roughly for others.
    async fn location(&self) -> Place {
        let listing = &self.0.listing;
        Place::new(listing, self.0.exact)
    }

    /// How many adults and children it takes.
    async fn capacity(&self) -> u8 {
        self.0.listing.terms.capacity.get()
    }

    /// How many bedrooms.
    async fn bedrooms(&self) -> u8 {
        self.0.listing.bedrooms
    }

    /// How many beds.
    async fn beds(&self) -> u8 {
        self.0.listing.beds
    }

    /// How many bathrooms, in halves.
    async fn bathrooms(&self) -> f64 {
        f64::from(self.0.listing.bathrooms_x2) / 2.0
    }

    /// What it has, by codes such as `wifi`.
    async fn amenities(&self) -> Vec<&str> {
        self.0.listing.amenities.iter().map(domain::listing::Amenity::as_str).collect()
    }

    /// The currency of all its prices.
    async fn currency(&self) -> &str {
        self.0.listing.terms.currency.code()
    }

    /// The price of a night for which nothing else is said; `null` while a draft has none.
    async fn nightly_price(&self) -> Option<Money> {
        Some(self.0.listing.terms.nightly_price).filter(|price| !price.is_zero()).map(Into::into)
    }

    /// What cleaning costs, once for a stay.
    async fn cleaning_fee(&self) -> Option<Money> {
        self.0.listing.terms.cleaning_fee.map(Into::into)
    }

    /// What Friday and Saturday nights cost above it, in percent.
    async fn weekend_percent(&self) -> i32 {
        percent(self.0.listing.terms.weekend_uplift)
    }

    /// Further fees.
    async fn fees(&self) -> Vec<Fee> {
        self.0.listing.terms.fees.iter().map(Into::into).collect()
    }

    /// Taxes on the stay.
    async fn taxes(&self) -> Vec<Tax> {
        self.0.listing.terms.taxes.iter().map(Into::into).collect()
    }

    /// Rebates that need no code.
    async fn discounts(&self) -> Discounts {
        (&self.0.listing.terms.discounts).into()
    }

    /// Prices for times of the year.
    async fn seasons(&self) -> Vec<Season> {
        self.0.listing.terms.seasons.iter().map(Into::into).collect()
    }

    /// Who pays the platform's service fee.
    async fn fee_model(&self) -> FeeModel {
        web::dto::listing::FeeModelCode::from(self.0.listing.terms.fee_model).into()
    }

    /// How many guests the nightly price includes.
    async fn included_guests(&self) -> u8 {
        self.0.listing.terms.included_guests.get()
    }

    /// How many pets it takes.
    async fn max_pets(&self) -> u8 {
        self.0.listing.terms.max_pets
    }

    /// How a guest comes to a booking.
    async fn booking_mode(&self) -> BookingMode {
        self.0.listing.terms.booking_mode.into()
    }

    /// What a cancellation gives back.
    async fn cancellation_policy(&self) -> CancellationPolicy {
        self.0.listing.terms.cancellation_policy.into()
    }

    /// From when on guests may arrive, by the clock there.
    async fn check_in_time(&self) -> String {
        self.0.listing.terms.check_in_time.to_string()
    }

    /// Until when guests leave, by the clock there.
    async fn check_out_time(&self) -> String {
        self.0.listing.terms.check_out_time.to_string()
    }

    /// The fewest nights of a stay.
    async fn min_nights(&self) -> u16 {
        self.0.listing.terms.rules.min_nights
    }

    /// The most nights of a stay.
    async fn max_nights(&self) -> u16 {
        self.0.listing.terms.rules.max_nights
    }

    /// How many hours before the check-in time a stay must be booked.
    async fn advance_notice_hours(&self) -> u16 {
        self.0.listing.terms.rules.advance_notice_hours
    }

    /// How many days ahead of today the last night may be.
    async fn booking_window_days(&self) -> Option<u16> {
        self.0.listing.terms.rules.booking_window_days
    }

    /// How many nights stay free after each stay.
    async fn preparation_nights(&self) -> u8 {
        self.0.listing.terms.rules.preparation_nights
    }

    /// The host's name for it in the system it was imported from; for the host alone.
    async fn source_ref(&self) -> Option<&str> {
        self.0.source_ref.as_deref()
    }

    /// Its photos, in their order.
    async fn photos(&self) -> Vec<Photo> {
        self.0.photos.iter().cloned().map(Photo).collect()
    }

    /// Since when the staff keeps it off the market; for the host's side alone.
    async fn barred_at(&self) -> Option<Timestamp> {
        self.0.barred_at
    }

    /// How many interchangeable units it has.
    async fn units(&self) -> u16 {
        self.0.units
    }

    /// What guests thought of it.
    async fn rating(&self) -> Rating {
        Rating::new(self.0.rating_sum, self.0.rating_count)
    }

    /// When it was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }

    /// When it was published first.
    async fn published_at(&self) -> Option<Timestamp> {
        self.0.published_at
    }

    /// Grows with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The nights from `from` up to but without `to`.
    #[graphql(complexity = "nights_cost(from, to, child_complexity)")]
    async fn calendar(&self, ctx: &Context<'_>, from: Date, to: Date) -> Result<Vec<CalendarNight>> {
        let nights = CalendarOf { property: self.0.id, from, to };
        let found = ctx.data_unchecked::<Loaders>().one(nights).await?;
        let nights = found.ok_or_else(|| told(Problem::not_found()))?;
        Ok(nights.into_iter().map(Into::into).collect())
    }

    /// Its bookings, the newest first; for its host and the co-hosts who see to them, and empty for everybody else.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn bookings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Booking>> {
        let (app, caller, wanted) = (app(ctx), caller(ctx)?.user_id, Wanted { first, after });
        let list = ("/properties/bookings", &(self.0.id, caller));
        let (paging, position) = wanted.open::<BookingId>(app, list).await?;
        let loaders = ctx.data_unchecked::<Loaders>();
        let (property, rows) = (self.0.id, paging.rows());
        let ids = if position.is_none() {
            loaders.one(BookingsOf { property, rows }).await?
        } else {
            let pages = pages_of_properties(&app.ctx().db, &[property], caller, position, rows).await;
            pages.map_err(told)?.remove(&property)
        };
        let ids = ids.unwrap_or_default();
        let found = loaders.many(ids.iter().copied()).await?;
        wanted.page(&paging, ids, |id| *id, |id| found.get(&id).cloned().map(Booking))
    }

    /// What guests said of it, the latest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Review>> {
        reviews(ctx, About::Property(self.0.id), Wanted { first, after }).await
    }
}
