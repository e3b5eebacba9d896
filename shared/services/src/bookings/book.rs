//! From a quote to a hold.

use domain::booking::HOLD;
use domain::ids::{BookingId, QuoteId, UserId};
use domain::refusal::{FieldError, Refusal};
use domain::rules::dates_unavailable;
use domain::text::Prose;
use jiff::Timestamp;
use store::DbError;
use store::bookings::{self, Booking, NO_USE_LEFT, NewBooking, Outcome};
use uuid::Uuid;

use super::{ATTEMPTS, contended};
use crate::quotes::{BookableQuote, Worth, describe, for_booking, used_up};
use crate::{Ctx, Failure, figures};

/// What a guest writes to the host when booking: up to 2,000 characters.
pub type Message = Prose<0, 2000>;

/// Holds the nights of the guest's quote for a quarter of an hour while the guest pays.
///
/// What the quote promised is checked again, the rules of the stay too; then the claim decides. A quote that became a
/// booking already is answered with that booking, so that whoever repeats a lost answer does not get a refusal. Refuses
/// what [`for_booking`] refuses, a host's booking at home (`own_listing`), a promotion that others have used up
/// (`promo_used_up`), and nights that somebody else has (`dates_unavailable`).
pub async fn book(
    ctx: &Ctx,
    guest: UserId,
    quote: QuoteId,
    message: Option<&Message>,
) -> Result<Booking, Failure> {
    for _ in 0..ATTEMPTS {
        let bookable = match for_booking(ctx, guest, quote, describe).await {
            Ok(Worth::Bookable(bookable)) => bookable,
            Ok(Worth::Spent) => return earlier(ctx, guest, quote).await?.ok_or(Failure::NotFound),
            Err(failure) => return Err(at_the_quote(failure)),
        };
        if bookable.host_id == guest {
            let detail = "Block the nights in the calendar: a host does not book at home.";
            return Err(Refusal::rule("own_listing", "/quote_id", detail).into());
        }
        match claim(ctx, &bookable, message).await? {
            Claimed::Held(booking) => {
                figures::count(figures::BOOKINGS_MADE);
                return Ok(*booking);
            }
            Claimed::Lost => {
                return earlier(ctx, guest, quote).await?.ok_or_else(|| {
                    figures::count(figures::BOOKINGS_CONFLICTED);
                    dates_unavailable().into()
                });
            }
            Claimed::Again => {}
        }
    }
    Err(contended())
}

enum Claimed {
    Held(Box<Booking>),
    /// Somebody has the nights; it may be an earlier run of the same intent.
    Lost,
    /// The listing changed meanwhile.
    Again,
}

async fn claim(ctx: &Ctx, bookable: &BookableQuote, message: Option<&Message>) -> Result<Claimed, Failure> {
    let now = ctx.now();
    let new = NewBooking {
        id: ctx.new_id::<BookingId>(),
        claim_id: ctx.new_id::<Uuid>(),
        quote: &bookable.quote,
        property_version: bookable.present.version,
        preparation_nights: bookable.present.terms.rules.preparation_nights,
        message: message.map_or("", Message::as_str),
        hold_expires_at: now.checked_add(HOLD).unwrap_or(Timestamp::MAX),
        now,
    };
    match bookings::book(&ctx.db, &new).await {
        Ok((outcome, sent)) => {
            ctx.publish(&sent).await;
            Ok(match outcome {
                Outcome::Booked(booking) => Claimed::Held(booking),
                Outcome::Taken => Claimed::Lost,
                Outcome::Stale => Claimed::Again,
            })
        }
        Err(error) if is_spent_quote(&error) => Ok(Claimed::Lost),
        Err(error) if error.is_state(NO_USE_LEFT) => Err(at_the_quote(used_up().into())),
        Err(error) => Err(error.into()),
    }
}

/// Two bookings of one quote at the same time, on two units: the later one failed on the quote's unique index.
fn is_spent_quote(error: &DbError) -> bool {
    const UNIQUE_VIOLATION: &str = "23505";
    error.is_state(UNIQUE_VIOLATION)
}

/// The booking that the guest's quote became before, if it did.
async fn earlier(ctx: &Ctx, guest: UserId, quote: QuoteId) -> Result<Option<Booking>, Failure> {
    let booking = bookings::find_by_quote(&ctx.db, quote).await?;
    Ok(booking.filter(|booking| booking.guest_id == guest))
}

/// The rules point at the fields of a stay; here they came in by the quote alone.
fn at_the_quote(failure: Failure) -> Failure {
    let Failure::Refused(mut refusal) = failure else { return failure };
    let pointer = |error: FieldError| FieldError { pointer: "/quote_id".to_owned(), ..error };
    refusal.errors = refusal.errors.into_iter().map(pointer).collect();
    Failure::Refused(refusal)
}
