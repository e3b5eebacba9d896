//! Offers to guests, and what they are worth when it comes to booking.

mod book;
mod create;
mod document;

use domain::cancellation::{Arrival, Deadline, deadlines};
use domain::dates::Stay;
use domain::guests::Guests;
use domain::pricing::PromoCode;
use store::quotes::Quote;

pub use book::{BookableQuote, Worth, for_booking, requote};
pub use create::create;
pub(crate) use create::used_up;
pub use document::{QuoteDocument, describe};

/// What a guest asks a price for.
#[derive(Clone, Debug)]
pub struct QuoteRequest {
    /// The nights.
    pub stay: Stay,
    /// The party.
    pub guests: Guests,
    /// A promotion's code.
    pub promo_code: Option<PromoCode>,
}

/// The deadlines of the quote's cancellation policy, as if it were booked when it was made.
pub fn cancellation_deadlines(quote: &Quote) -> Vec<Deadline> {
    let arrival = arrival(quote);
    deadlines(&quote.policy, &arrival, quote.created_at, Some(quote.created_at), quote.created_at)
}

fn arrival(quote: &Quote) -> Arrival<'_> {
    Arrival { stay: quote.stay, zone: &quote.terms.zone, check_in_time: quote.terms.check_in_time }
}
