//! Making a booking of a quote.

use domain::booking::BookingState;
use domain::dates::TimeOfDay;
use domain::ids::BookingId;
use domain::listing::BookingMode;
use domain::messages::Message;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Booking, Part, Result, assemble, booking_rows};
use crate::claims::bind_take_over;
use crate::db::{Db, Statement};
use crate::quotes::Quote;

/// A booking to be made of a quote.
#[derive(Clone, Debug)]
pub struct NewBooking<'a> {
    /// Its id, made beforehand; a statement that runs twice makes one booking.
    pub id: BookingId,
    /// The claim's id, made beforehand.
    pub claim_id: Uuid,
    /// The quote; price, policy, times and mode are taken from it.
    pub quote: &'a Quote,
    /// The listing's version that the decision was made on.
    pub property_version: i64,
    /// How many nights the host keeps free after a stay now.
    pub preparation_nights: u8,
    /// What the guest writes to the host; may be empty.
    pub message: &'a str,
    /// When the hold ends by itself.
    pub hold_expires_at: Timestamp,
    /// When it is made.
    pub now: Timestamp,
}

/// The SQLSTATE of a booking whose promotion has no use left.
pub const NO_USE_LEFT: &str = "IK410";

/// What came of the attempt.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The nights are held.
    Booked(Box<Booking>),
    /// Somebody else has some of the nights.
    Taken,
    /// The listing has changed since it was read, or is no longer on sale.
    Stale,
}

/// One row of the answer: what the attempt came to, or a part of the new booking.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Row {
    Attempt { is_current: bool, sent: Vec<Message> },
    Part(Part),
}

/// Claims the nights on the first free unit and makes the booking, in one statement; overdue holds on them are ended and
/// their bookings closed on the way, and nights that a modification held too long are taken back. Answers the messages of
/// those that lost, too, which are in the outbox.
///
/// The unique index on the quote decides between two bookings of one quote on two units: the later one fails with
/// SQLSTATE 23505 and reads back the earlier. A promotion whose last use is gone fails with [`NO_USE_LEFT`].
pub async fn book(db: &Db, new: &NewBooking<'_>) -> Result<(Outcome, Vec<Message>)> {
    let rows: Vec<Row> = db.rows(bind(Statement::new(SQL), new)?.idempotent()).await?;
    let (mut current, mut lost, mut parts) = (false, Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Attempt { is_current, sent } => (current, lost) = (is_current, sent),
            Row::Part(part) => parts.push(part),
        }
    }
    let outcome = match assemble(parts) {
        Some(booking) => Outcome::Booked(Box::new(booking)),
        None if current => Outcome::Taken,
        None => Outcome::Stale,
    };
    Ok((outcome, lost))
}

/// All of it happens in the database's function; what is read beside it was there before: a new booking has no payments.
const SQL: &str = concat!(
    "WITH made AS MATERIALIZED (
         SELECT * FROM book_quote(:booking::uuid, :claim::uuid, :quote::uuid, :property::uuid, :property_version::int8,
             daterange(:check_in::date, :check_out::date), daterange(:padded_from::date, :padded_to::date),
             :hold_expires::timestamptz, :facts::jsonb, :lapses::jsonb, :dropped::jsonb, :void::jsonb,
             :now::timestamptz)),
     b AS (SELECT (made.booking).* FROM made WHERE (made.booking).id IS NOT NULL)
     SELECT jsonb_build_object('is_current', made.is_current, 'sent', made.sent)::text FROM made
     UNION ALL
     ",
    booking_rows!()
);

/// What of a booking neither its quote nor its claim says; the members are columns.
#[derive(Serialize)]
struct Facts<'a> {
    state: BookingState,
    booking_mode: BookingMode,
    time_zone: &'a str,
    check_in_time: TimeOfDay,
    check_out_time: TimeOfDay,
    check_in_at: Timestamp,
    check_out_at: Timestamp,
    payout: i64,
    message: &'a str,
}

fn bind(statement: Statement, new: &NewBooking<'_>) -> Result<Statement> {
    let Quote { terms, stay, priced, .. } = new.quote;
    let (padded_from, padded_to) = stay.padded(new.preparation_nights);
    let facts = Facts {
        state: BookingState::INITIAL,
        booking_mode: terms.booking_mode,
        time_zone: terms.zone.name(),
        check_in_time: terms.check_in_time,
        check_out_time: terms.check_out_time,
        check_in_at: terms.zone.instant_of(stay.check_in(), terms.check_in_time),
        check_out_at: terms.zone.instant_of(stay.check_out(), terms.check_out_time),
        payout: priced.payout.amount(),
        message: new.message,
    };
    let statement = statement
        .uuid("booking", new.id)
        .uuid("claim", new.claim_id)
        .uuid("quote", new.quote.id)
        .uuid("property", new.quote.property_id)
        .int("property_version", new.property_version)
        .date("check_in", stay.check_in())
        .date("check_out", stay.check_out())
        .date("padded_from", padded_from)
        .date("padded_to", padded_to)
        .instant("hold_expires", new.hold_expires_at)
        .json("facts", &facts)?
        .instant("now", new.now);
    bind_take_over(statement)
}
