//! From a quote to the end of a stay.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use domain::booking::BookingEvent;
use domain::dates::Stay;
use domain::guests::Guests;
use domain::refusal::FieldError;
use jiff::civil::Date;
use services::bookings::{DetailsChange, Edit, book, cancel, change_details, perform};
use services::quotes::{QuoteRequest, create};
use uuid::Uuid;
use web::Problem;

use super::{Faults, parsed};
use crate::errors::{told, told_of_input};
use crate::schema::booking::{Booking, Settlement};
use crate::schema::ids::Kind;
use crate::schema::quote::Quote;
use crate::schema::{app, caller};

/// The party of a stay.
#[derive(Debug, InputObject)]
pub(super) struct GuestsInput {
    /// 13 years and older.
    adults: u8,
    /// 2 to 12 years.
    #[graphql(default)]
    children: u8,
    /// Under 2 years.
    #[graphql(default)]
    infants: u8,
    /// Animals.
    #[graphql(default)]
    pets: u8,
}

impl GuestsInput {
    /// The party; refuses one that there cannot be.
    pub(super) fn parse(self) -> Result<Guests> {
        let Self { adults, children, infants, pets } = self;
        let below = |error: FieldError| FieldError { pointer: format!("/guests{}", error.pointer), ..error };
        Guests::new(adults, children, infants, pets)
            .map_err(|errors| told_of_input(Problem::validation(errors.into_iter().map(below).collect())))
    }
}

/// A stay whose price is asked for.
#[derive(Debug, InputObject)]
struct CreateQuoteInput {
    /// The listing.
    property_id: ID,
    /// The date of arrival, in the listing's zone.
    check_in: Date,
    /// The date of departure; one to 365 nights later.
    check_out: Date,
    /// The party.
    guests: GuestsInput,
    /// A promotion's code.
    promo_code: Option<String>,
}

/// What to book.
#[derive(Debug, InputObject)]
struct CreateBookingInput {
    /// One of your own quotes; each becomes one booking.
    quote_id: Uuid,
    /// What you want the host to know; up to 2,000 characters.
    message: Option<String>,
}

/// A booking that something happens to.
#[derive(Debug, InputObject)]
struct BookingInput {
    /// The booking.
    booking_id: ID,
}

/// A booking that is cancelled.
#[derive(Debug, InputObject)]
struct CancelBookingInput {
    /// The booking.
    booking_id: ID,
    /// Read by the other side; 1 to 500 characters.
    reason: String,
}

/// What the guest says anew; what is absent stays, what is `null` goes.
#[derive(Debug, InputObject)]
struct UpdateBookingInput {
    /// The booking.
    booking_id: ID,
    /// The version that was read, to change no other one.
    version: Option<i64>,
    /// Who comes, by name; at most as many as were booked.
    guest_names: Option<Vec<String>>,
    /// When the guests will arrive, by the clock there: `17:30`.
    arrival_time: MaybeUndefined<String>,
    /// What the host should know; up to 2,000 characters.
    notes: MaybeUndefined<String>,
}

/// A quote that was made.
#[derive(Debug, SimpleObject)]
struct QuotePayload {
    /// The quote.
    quote: Quote,
}

/// A booking as it is now.
#[derive(Debug, SimpleObject)]
struct BookingPayload {
    /// The booking.
    booking: Booking,
}

/// A booking that was cancelled.
#[derive(Debug, SimpleObject)]
struct CancelBookingPayload {
    /// The booking.
    booking: Booking,
    /// What goes back to the guest, and why.
    settlement: Settlement,
}

/// Mutations of bookings.
#[derive(Default)]
pub(super) struct BookingMutations;

#[Object]
impl BookingMutations {
    /// Ask for a price. The quote holds for a quarter of an hour and for the caller alone.
    async fn create_quote(&self, ctx: &Context<'_>, input: CreateQuoteInput) -> Result<Option<QuotePayload>> {
        let guest = caller(ctx)?.user_id;
        let property = Kind::Property.read(&input.property_id)?;
        let quote = create(app(ctx).ctx(), guest, property, request(input)?).await.map_err(told_of_input)?;
        Ok(Some(QuotePayload { quote: Quote(quote) }))
    }

    /// Hold the nights of a quote for 15 minutes; pay before `holdExpiresAt`. A quote that became a booking before is
    /// answered with that booking.
    async fn create_booking(
        &self,
        ctx: &Context<'_>,
        input: CreateBookingInput,
    ) -> Result<Option<BookingPayload>> {
        let (app, guest) = (app(ctx), caller(ctx)?.user_id);
        let message = input.message.map(|text| parsed("/message", text.parse())).transpose()?;
        app.count_as("/bookings", guest).await.map_err(told)?;
        let booking = book(app.ctx(), guest, input.quote_id.into(), message.as_ref()).await;
        Ok(Some(BookingPayload { booking: Booking(booking.map_err(told_of_input)?.into()) }))
    }

    /// Accept a request; for the host.
    async fn accept_booking(&self, ctx: &Context<'_>, input: BookingInput) -> Result<Option<BookingPayload>> {
        happens(ctx, &input, BookingEvent::Accept).await
    }

    /// Decline a request; for the host.
    async fn decline_booking(
        &self,
        ctx: &Context<'_>,
        input: BookingInput,
    ) -> Result<Option<BookingPayload>> {
        happens(ctx, &input, BookingEvent::Decline).await
    }

    /// Take a request back; for the guest.
    async fn withdraw_booking(
        &self,
        ctx: &Context<'_>,
        input: BookingInput,
    ) -> Result<Option<BookingPayload>> {
        happens(ctx, &input, BookingEvent::Withdraw).await
    }

    /// The guests have arrived.
    async fn check_in_booking(
        &self,
        ctx: &Context<'_>,
        input: BookingInput,
    ) -> Result<Option<BookingPayload>> {
        happens(ctx, &input, BookingEvent::CheckIn).await
    }

    /// The guests have left.
    async fn check_out_booking(
        &self,
        ctx: &Context<'_>,
        input: BookingInput,
    ) -> Result<Option<BookingPayload>> {
        happens(ctx, &input, BookingEvent::CheckOut).await
    }

    /// The guests did not come; for the host.
    async fn declare_no_show(
        &self,
        ctx: &Context<'_>,
        input: BookingInput,
    ) -> Result<Option<BookingPayload>> {
        happens(ctx, &input, BookingEvent::NoShow).await
    }

    /// Cancel a confirmed stay, or depart early. What it gives back is equal to a preview that was valid.
    async fn cancel_booking(
        &self,
        ctx: &Context<'_>,
        input: CancelBookingInput,
    ) -> Result<Option<CancelBookingPayload>> {
        let (caller, id) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
        let reason = parsed("/reason", input.reason.parse())?;
        let cancelled = cancel(app(ctx).ctx(), caller, id, &reason).await.map_err(told_of_input)?;
        let settlement = (&cancelled.settlement).into();
        Ok(Some(CancelBookingPayload { booking: Booking(cancelled.booking.into()), settlement }))
    }

    /// What the guest adds after booking.
    async fn update_booking(
        &self,
        ctx: &Context<'_>,
        input: UpdateBookingInput,
    ) -> Result<Option<BookingPayload>> {
        let (caller, id) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
        let version = input.version;
        let change = details(input)?;
        let booking = change_details(app(ctx).ctx(), caller, id, version, change).await;
        Ok(Some(BookingPayload { booking: Booking(booking.map_err(told_of_input)?.into()) }))
    }
}

fn request(input: CreateQuoteInput) -> Result<QuoteRequest> {
    let stay = Stay::new(input.check_in, input.check_out).map_err(told_of_input)?;
    let guests = input.guests.parse()?;
    let promo_code = input.promo_code.map(|code| parsed("/promo_code", code.parse())).transpose()?;
    Ok(QuoteRequest { stay, guests, promo_code })
}

async fn happens(
    ctx: &Context<'_>,
    input: &BookingInput,
    event: BookingEvent,
) -> Result<Option<BookingPayload>> {
    let (caller, id) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
    let booking = perform(app(ctx).ctx(), caller, id, event, None).await.map_err(told_of_input)?;
    Ok(Some(BookingPayload { booking: Booking(booking.into()) }))
}

fn details(input: UpdateBookingInput) -> Result<DetailsChange> {
    let mut faults = Faults::default();
    let names = input.guest_names.map(|names| {
        let of = |(at, name): (usize, String)| faults.keep(&format!("/guest_names/{at}"), name.parse());
        names.into_iter().enumerate().filter_map(of).collect()
    });
    let arrival_time = edit(input.arrival_time, |text| faults.keep("/arrival_time", text.parse()));
    let notes = edit(input.notes, |text| faults.keep("/notes", text.parse()));
    faults.refuse()?;
    Ok(DetailsChange { guest_names: names, arrival_time, notes })
}

/// What becomes of a value; one that does not parse is told of by whoever parses it.
fn edit<T>(said: MaybeUndefined<String>, parse: impl FnOnce(String) -> Option<T>) -> Edit<T> {
    match said {
        MaybeUndefined::Undefined => Edit::Keep,
        MaybeUndefined::Null => Edit::Clear,
        MaybeUndefined::Value(text) => parse(text).map_or(Edit::Keep, Edit::Set),
    }
}
