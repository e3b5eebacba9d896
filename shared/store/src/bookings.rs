//! Bookings: a stay from its hold to its end, with the audit trail of its transitions.

mod apply;
mod book;
mod complete;
mod details;
mod events;
mod find;
mod list;
mod override_refund;
mod payment;

use domain::booking::{BookingState, Windows};
use domain::cancellation::{Arrival, Charged, PolicySnapshot, Settlement};
use domain::dates::{Stay, TimeOfDay, Zone};
use domain::guests::Guests;
use domain::ids::{BookingId, ModificationId, PaymentId, PropertyId, QuoteId, UnitId, UserId};
use domain::listing::BookingMode;
use domain::money::Money;
use domain::payment::PaymentState;
use domain::pricing::{NightPrice, PriceLine, PricedStay};
use domain::text::{Line, Prose};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::DbError;

pub use apply::{Change, Keep, NewRefund, apply};
pub use book::{NO_USE_LEFT, NewBooking, Outcome, book};
pub use complete::{Completed, complete_due};
pub use details::change_details;
pub use events::{Event, EventActor, events, events_of_many};
pub use find::{find, find_by_payment, find_by_quote, find_many};
pub use list::{Filter, Role, Summary, list, pages_of_properties};
pub use override_refund::{OverriddenRefund, OverrideRefund, override_refund, refunds_of_override};
pub use payment::{Applied, Authorisation, Cause, PaymentFailure, apply_authorisation, apply_payment_failed};

type Result<T> = std::result::Result<T, DbError>;

/// SQL: the rows of bookings `b`, as [`Part`] reads them: of each its facts, then each line and each night of its price.
/// One row for all would be too large for a stay of a year.
macro_rules! booking_parts {
    () => {
        "SELECT b.id, 1 AS part, jsonb_build_object('booking', to_jsonb(b) || jsonb_build_object(
             'priced', b.priced || '{\"lines\": [], \"nights\": []}'::jsonb,
             'stay', jsonb_build_object('check_in', b.check_in, 'check_out', b.check_out),
             'title', (SELECT p.title FROM properties p WHERE p.id = b.property_id),
             'cohosts', (
                 SELECT coalesce(jsonb_agg(c.user_id), '[]') FROM cohosts c
                 WHERE c.property_id = b.property_id AND 'bookings' = ANY (c.permissions)),
             'payments', (
                 SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'state', p.state,
                     'amount', jsonb_build_object('amount', p.amount, 'currency', p.currency),
                     'captured', jsonb_build_object('amount', p.captured, 'currency', p.currency),
                     'refunded', jsonb_build_object('amount', p.refunded, 'currency', p.currency),
                     'modification_id', p.modification_id, 'created_at', p.created_at, 'version', p.version)
                     ORDER BY p.id), '[]')
                 FROM (SELECT * FROM payments WHERE booking_id = b.id ORDER BY id DESC LIMIT 50) p)))::text AS text
         FROM b
         UNION ALL
         SELECT b.id, 2, jsonb_build_object('line', l.line, 'place', l.place)::text
         FROM b CROSS JOIN LATERAL jsonb_array_elements(b.priced -> 'lines') WITH ORDINALITY l(line, place)
         UNION ALL
         SELECT b.id, 3, jsonb_build_object('night', n.night, 'place', n.place)::text
         FROM b CROSS JOIN LATERAL jsonb_array_elements(b.priced -> 'nights') WITH ORDINALITY n(night, place)"
    };
}

/// SQL: the rows of one booking `b`.
macro_rules! booking_rows {
    () => {
        concat!("SELECT t.text FROM (", $crate::bookings::booking_parts!(), ") t")
    };
}

pub(crate) use {booking_parts, booking_rows};

/// One row of [`booking_parts!`].
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Part {
    Booking { booking: Box<Booking> },
    Line { line: PriceLine, place: u32 },
    Night { night: NightPrice, place: u32 },
}

/// Puts a booking together from its rows, which come in any order.
fn assemble(parts: Vec<Part>) -> Option<Booking> {
    let (mut found, mut lines, mut nights) = (None, Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Booking { booking } => found = Some(*booking),
            Part::Line { line, place } => lines.push((place, line)),
            Part::Night { night, place } => nights.push((place, night)),
        }
    }
    let mut booking = found?;
    crate::trail::booking(booking.id);
    lines.sort_by_key(|(place, _)| *place);
    nights.sort_by_key(|(place, _)| *place);
    booking.priced.lines = lines.into_iter().map(|(_, line)| line).collect();
    booking.priced.nights = nights.into_iter().map(|(_, night)| night).collect();
    Some(booking)
}

/// A booking with all that its rules need.
#[derive(Clone, Debug, Deserialize)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The quote that it was made of; a quote is used once.
    pub quote_id: QuoteId,
    /// The listing.
    pub property_id: PropertyId,
    /// The listing's present title.
    pub title: String,
    /// Which of the listing's units is taken.
    pub unit_id: UnitId,
    /// Who lets.
    pub host_id: UserId,
    /// Who sees to the listing's bookings for the host, 20 people at most.
    pub cohosts: Vec<UserId>,
    /// Who stays.
    pub guest_id: UserId,
    /// Where it stands.
    pub state: BookingState,
    /// How it came about.
    pub booking_mode: BookingMode,
    /// The nights that were booked; an early departure does not change them.
    pub stay: Stay,
    /// The listing's zone when it was booked.
    #[serde(rename = "time_zone")]
    pub zone: Zone,
    /// The listing's check-in time when it was booked.
    pub check_in_time: TimeOfDay,
    /// The listing's check-out time when it was booked.
    pub check_out_time: TimeOfDay,
    /// The check-in time on the day of arrival.
    pub check_in_at: Timestamp,
    /// The check-out time on the day of departure.
    pub check_out_at: Timestamp,
    /// Who comes.
    pub guests: Guests,
    /// What it costs and who gets what.
    pub priced: PricedStay,
    /// The cancellation policy that it was made under.
    pub policy: PolicySnapshot,
    /// What the guest wrote to the host when booking; may be empty.
    pub message: String,
    /// What the guest added later.
    pub details: Details,
    /// When a hold or an unanswered request ends by itself.
    pub hold_expires_at: Option<Timestamp>,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When it came to its last state.
    pub ended_at: Option<Timestamp>,
    /// When the guest arrived.
    pub checked_in_at: Option<Timestamp>,
    /// When the guest left; by a timer, the check-out time.
    pub checked_out_at: Option<Timestamp>,
    /// What a cancellation settled.
    pub settlement: Option<Settlement>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// The attempts to pay for it, the oldest first.
    pub payments: Vec<BookingPayment>,
}

/// What a booking needs to know of an attempt to pay for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BookingPayment {
    /// Its id.
    pub id: PaymentId,
    /// Where it stands.
    pub state: PaymentState,
    /// What is paid.
    pub amount: Money,
    /// What was taken.
    pub captured: Money,
    /// What went back or is asked to.
    pub refunded: Money,
    /// The modification whose difference it charges; none where it pays for the booking.
    #[serde(default)]
    pub modification_id: Option<ModificationId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// What the guest adds to a booking, in JSON as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Who comes, by name; at most as many as guests were booked.
    #[serde(default)]
    pub guest_names: Vec<Line<1, 100>>,
    /// When the guests will arrive, by the clock there.
    #[serde(default)]
    pub arrival_time: Option<TimeOfDay>,
    /// What the host should know.
    #[serde(default)]
    pub notes: Option<Prose<1, 2000>>,
}

impl Booking {
    /// The instants that decide what may be done, and when.
    pub fn windows(&self) -> Windows {
        let answer_until = self.hold_expires_at.filter(|_| self.state == BookingState::Requested);
        Windows::new(self.stay, &self.zone, self.check_in_time, self.check_out_time, answer_until)
    }

    /// The dates and the place that a cancellation's deadlines are reckoned from.
    pub const fn arrival(&self) -> Arrival<'_> {
        Arrival { stay: self.stay, zone: &self.zone, check_in_time: self.check_in_time }
    }

    /// What the guest was charged.
    pub const fn charged(&self) -> Charged {
        Charged { subtotal: self.priced.subtotal, guest_fee: self.priced.guest_fee, taxes: self.priced.taxes }
    }

    /// The attempt to pay for it that counts: the one that was not declined or let go.
    pub fn live_payment(&self) -> Option<&BookingPayment> {
        let own = self.payments.iter().rev().filter(|payment| payment.modification_id.is_none());
        own.into_iter().find(|payment| !payment.state.allows_another_attempt())
    }

    /// Whether a payment charges the difference of a modification.
    pub fn is_for_modification(&self, id: PaymentId) -> bool {
        self.payments.iter().any(|payment| payment.id == id && payment.modification_id.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_without_a_booking_are_none() {
        assert!(assemble(Vec::new()).is_none());
        let line = r#"{"line": {"kind": "night", "label": "1 night", "rule": "base_price",
            "amount": {"amount": 1, "currency": "USD"}}, "place": 1}"#;
        assert!(assemble(vec![serde_json::from_str(line).unwrap()]).is_none());
    }
}
