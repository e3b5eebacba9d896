//! Making a booking of a quote.

use domain::booking::BookingState;
use domain::ids::BookingId;
use domain::messages::Message;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{Booking, Part, Result, assemble, booking_rows};
use crate::claims::{bind_lapses, lapsed};
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

/// One row of the answer: what the attempt came to, a message of a booking that lost its hold, or a part of the new one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Row {
    Attempt {
        is_current: bool,
    },
    Sent {
        sent: Message,
    },
    Promotion {
        #[expect(dead_code, reason = "it is always true: a promotion without a use fails the statement")]
        has_use: bool,
    },
    Part(Part),
}

/// Claims the nights on the first free unit and makes the booking, in one statement; overdue holds on them are ended and
/// their bookings closed on the way. Answers the messages of those that lost, too, which are in the outbox.
///
/// The unique index on the quote decides between two bookings of one quote on two units: the later one fails with
/// SQLSTATE 23505 and reads back the earlier. A promotion whose last use is gone fails with [`NO_USE_LEFT`].
pub async fn book(db: &Db, new: &NewBooking<'_>) -> Result<(Outcome, Vec<Message>)> {
    let rows: Vec<Row> = db.rows(bind(Statement::new(SQL), new)?.idempotent()).await?;
    let (mut current, mut sent, mut parts) = (false, Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Attempt { is_current } => current = is_current,
            Row::Sent { sent: message } => sent.push(message),
            Row::Promotion { .. } => {}
            Row::Part(part) => parts.push(part),
        }
    }
    let outcome = match assemble(parts) {
        Some(booking) => Outcome::Booked(Box::new(booking)),
        None if current => Outcome::Taken,
        None => Outcome::Stale,
    };
    Ok((outcome, sent))
}

/// The listing is locked by its key, so that it is not archived meanwhile; those who would end overdue holds of it lock
/// it against each other. Bookings that find no overdue hold do not wait for one another there: claims alone decide.
const SQL: &str = concat!(
    "WITH wanted AS (
         SELECT p.id AS property_id, daterange(:check_in::date, :check_out::date) AS nights,
                daterange(:padded_from::date, :padded_to::date) AS padded
         FROM properties p
         WHERE p.id = :property::uuid AND p.version = :property_version::int8 AND p.state = 'published'
         FOR KEY SHARE),
     spot AS (
         SELECT p.id FROM properties p JOIN wanted w ON w.property_id = p.id
         WHERE EXISTS (SELECT FROM claims c JOIN units u ON u.id = c.unit_id
                       WHERE u.property_id = w.property_id AND c.kind = 'stay' AND c.released_at IS NULL
                         AND c.expires_at <= :now::timestamptz AND c.padded && w.padded)
         FOR NO KEY UPDATE OF p),
     rel AS (
         UPDATE claims c SET released_at = :now::timestamptz
         FROM spot, wanted w, units u
         WHERE u.property_id = spot.id AND c.unit_id = u.id AND c.kind = 'stay' AND c.released_at IS NULL
           AND c.expires_at <= :now::timestamptz AND c.padded && w.padded
         RETURNING c.booking_id),
     ",
    lapsed!(),
    ",
     claimed AS (
         INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, expires_at, created_at)
         SELECT :claim::uuid, u.id, 'stay', :booking::uuid, w.nights, w.padded, :hold_expires::timestamptz,
                :now::timestamptz
         FROM wanted w JOIN units u ON u.property_id = w.property_id
         CROSS JOIN (SELECT count(*) AS released FROM rel) r
         WHERE r.released >= 0
         ORDER BY u.ordinal
         ON CONFLICT DO NOTHING RETURNING unit_id),
     b AS (
         INSERT INTO bookings (id, quote_id, property_id, unit_id, host_id, guest_id, state, booking_mode,
             check_in, check_out, time_zone, check_in_time, check_out_time, check_in_at, check_out_at, guests,
             priced, policy, currency, total, payout, message, promotion_id, hold_expires_at, created_at, updated_at)
         SELECT :booking::uuid, q.id, q.property_id, claimed.unit_id, p.host_id, q.guest_id, :state,
             :booking_mode, q.check_in, q.check_out, :time_zone, :check_in_time::time, :check_out_time::time,
             :check_in_at::timestamptz, :check_out_at::timestamptz, q.guests, q.priced, q.policy, q.currency,
             q.total, :payout::int8, :message, q.promotion_id, :hold_expires::timestamptz, :now::timestamptz,
             :now::timestamptz
         FROM claimed JOIN quotes q ON q.id = :quote::uuid JOIN properties p ON p.id = q.property_id
         RETURNING *),
     told AS (
         INSERT INTO booking_events (booking_id, version, at, event, actor, actor_id, to_state)
         SELECT id, version, :now::timestamptz, 'created', 'guest', guest_id, state FROM b)
     SELECT jsonb_build_object('is_current', EXISTS (SELECT FROM wanted))::text
     UNION ALL
     SELECT jsonb_build_object('sent', to_jsonb(s))::text FROM lapsed_sent s
     UNION ALL
     -- Counted last, under the promotion's lock; no use left takes the whole statement back.
     SELECT jsonb_build_object('has_use', use_promotion(b.promotion_id, b.id, :now::timestamptz))::text
     FROM b WHERE b.promotion_id IS NOT NULL
     UNION ALL
     ",
    booking_rows!()
);

fn bind(statement: Statement, new: &NewBooking<'_>) -> Result<Statement> {
    let Quote { terms, stay, priced, .. } = new.quote;
    let (padded_from, padded_to) = stay.padded(new.preparation_nights);
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
        .text("state", BookingState::INITIAL.code())
        .text("booking_mode", terms.booking_mode.code())
        .text("time_zone", terms.zone.name())
        .text("check_in_time", terms.check_in_time.to_string().as_str())
        .text("check_out_time", terms.check_out_time.to_string().as_str())
        .instant("check_in_at", terms.zone.instant_of(stay.check_in(), terms.check_in_time))
        .instant("check_out_at", terms.zone.instant_of(stay.check_out(), terms.check_out_time))
        .int("payout", priced.payout.amount())
        .text("message", new.message)
        .instant("hold_expires", new.hold_expires_at)
        .instant("now", new.now);
    bind_lapses(statement)
}
