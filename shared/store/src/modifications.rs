//! Modifications of bookings: proposed by one side, answered by the other, charged, carried out.
//!
//! What must happen together happens in a function of the database (see the migration): a swap that fails leaves the
//! claim as it was, which a WITH cannot do.

mod change;
mod pay;

use domain::booking::Actor;
use domain::dates::Stay;
use domain::guests::Guests;
use domain::ids::{BookingId, ModificationId, UserId};
use domain::listing::ListingTerms;
use domain::modification::ModificationState;
use domain::money::Money;
use domain::pricing::PriceLine;
use domain::rules::Calendar;
use jiff::Timestamp;
use serde::Deserialize;

use crate::batch::{self, asked_ids, batch};
use crate::db::{Db, DbError, Statement};
use crate::properties::stay::{StoredNight, calendar_of, has_free_unit, rules_of_stay};

pub use change::{
    Acceptance, Accepted, Charge, Draft, GivenBack, Proposed, accept, decline, expire_due, propose,
};
pub use pay::{authorised, hold_of_payment, unpaid};

type Result<T> = std::result::Result<T, DbError>;

/// A modification as both sides see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Modification {
    /// Which one.
    pub id: ModificationId,
    /// Of what.
    pub booking_id: BookingId,
    /// Which side proposed it.
    pub proposed_by: Actor,
    /// Where it stands.
    pub state: ModificationState,
    /// The nights of the booking that it was reckoned on.
    pub from: Stay,
    /// The party of that booking.
    pub from_guests: Guests,
    /// The nights that are wanted.
    pub stay: Stay,
    /// The party that is wanted.
    pub guests: Guests,
    /// The lines of the change; they sum to the difference.
    pub lines: Vec<PriceLine>,
    /// What the guest pays more; less, where it is negative.
    pub difference: Money,
    /// What the guest pays for the whole after it.
    pub total: Money,
    /// What the host gets for the whole after it.
    pub payout: Money,
    /// The provider's token of the card that the guest named for it.
    pub payment_method: Option<String>,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When the proposal lapses, or the hold of one that is being paid.
    pub expires_at: Timestamp,
    /// When it was answered.
    pub decided_at: Option<Timestamp>,
}

/// SQL: a modification `m` as [`Modification`] reads it.
macro_rules! modification_json {
    () => {
        "jsonb_build_object('id', m.id, 'booking_id', m.booking_id, 'proposed_by', m.proposed_by, 'state', m.state,
             'from', jsonb_build_object('check_in', m.from_check_in, 'check_out', m.from_check_out),
             'from_guests', m.from_guests,
             'stay', jsonb_build_object('check_in', m.check_in, 'check_out', m.check_out), 'guests', m.guests,
             'lines', m.lines, 'difference', jsonb_build_object('amount', m.difference, 'currency', m.currency),
             'total', m.priced -> 'total', 'payout', m.priced -> 'payout', 'payment_method', m.payment_method,
             'created_at', m.created_at, 'expires_at', m.expires_at, 'decided_at', m.decided_at)"
    };
}

/// How many modifications of a booking are shown at most.
const SHOWN: i64 = 50;

/// The modifications of a booking, the newest first; the 50 newest.
pub async fn list(db: &Db, booking: BookingId) -> Result<Vec<Modification>> {
    db.rows(
        Statement::new(concat!(
            "SELECT ",
            modification_json!(),
            "::text FROM modifications m WHERE m.booking_id = :booking::uuid ORDER BY m.id DESC LIMIT :shown::int4"
        ))
        .uuid("booking", booking)
        .int("shown", SHOWN)
        .idempotent(),
    )
    .await
}

/// The modifications of each of the bookings, the newest first; the 50 newest of each.
pub async fn list_many(db: &Db, bookings: &[BookingId]) -> Result<Vec<(BookingId, Vec<Modification>)>> {
    const SQL: &str = batch!(concat!(
        "SELECT k.id, l.part, l.text FROM ",
        asked_ids!(),
        " CROSS JOIN LATERAL (SELECT row_number() OVER (ORDER BY m.id DESC) AS part, ",
        modification_json!(),
        "::text AS text FROM modifications m WHERE m.booking_id = k.id ORDER BY m.id DESC LIMIT :shown::int4) l"
    ));
    batch::read_as(db, bookings.iter().copied(), || Statement::new(SQL).int("shown", SHOWN)).await
}

/// A modification of a booking.
pub async fn find(db: &Db, booking: BookingId, id: ModificationId) -> Result<Option<Modification>> {
    db.optional(
        Statement::new(concat!(
            "SELECT ",
            modification_json!(),
            "::text FROM modifications m WHERE m.id = :id::uuid AND m.booking_id = :booking::uuid"
        ))
        .uuid("id", id)
        .uuid("booking", booking)
        .idempotent(),
    )
    .await
}

/// The listing of a booking, as far as a modification depends on it.
#[derive(Clone, Debug)]
pub struct ModificationFacts {
    /// The listing as it is now.
    pub terms: ListingTerms,
    /// What the host says of the wanted dates.
    pub calendar: Calendar,
    /// Whether one of its units is free for the wanted nights, but for the booking itself.
    pub free: bool,
    /// Whether it is on the market.
    pub published: bool,
}

/// What a modification of the booking to `wanted` depends on; `None` where there is no such booking.
pub async fn facts(
    db: &Db,
    booking: BookingId,
    wanted: Stay,
    now: Timestamp,
) -> Result<Option<ModificationFacts>> {
    #[derive(Deserialize)]
    struct Row {
        terms: ListingTerms,
        rules: Vec<StoredNight>,
        free: bool,
        published: bool,
    }
    let row: Option<Row> = db
        .optional(
            Statement::new(concat!(
                "SELECT jsonb_build_object('terms', p.terms, 'published', p.state = 'published', 'rules', ",
                rules_of_stay!(":check_in::date", ":check_out::date"),
                ", 'free', ",
                has_free_unit!(
                    ":check_in::date",
                    ":check_out::date",
                    " AND c.booking_id IS DISTINCT FROM :booking::uuid"
                ),
                ")::text
                 FROM bookings b JOIN properties p ON p.id = b.property_id WHERE b.id = :booking::uuid"
            ))
            .uuid("booking", booking)
            .date("check_in", wanted.check_in())
            .date("check_out", wanted.check_out())
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    Ok(row.map(|row| ModificationFacts {
        calendar: calendar_of(row.rules, row.terms.currency),
        terms: row.terms,
        free: row.free,
        published: row.published,
    }))
}

/// Whose word it is, by id.
#[derive(Clone, Copy, Debug)]
pub struct Answerer {
    /// Which side.
    pub side: Actor,
    /// Who.
    pub person: UserId,
}
