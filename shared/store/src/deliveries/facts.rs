//! What a mail says, loaded when it is written: a message in a queue carries only ids.

use domain::booking::BookingState;
use domain::dates::Zone;
use domain::guests::Guests;
use domain::ids::{BookingId, DisputeId, PhotoId, PropertyId, ReceiptId, UserId};
use domain::listing::Address;
use domain::money::Money;
use domain::notification::NotificationKind;
use domain::user::Locale;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};
use crate::disputes::DisputeState;
use crate::receipts::{Receipt, receipt_json};

/// Somebody who gets a mail, or is spoken of in one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// Where mail goes; none for an erased account.
    pub email: Option<String>,
    /// The first word of the name.
    pub name: String,
    /// The language they read.
    pub locale: Locale,
    /// Where their clock hangs.
    pub time_zone: Zone,
    /// The kinds that they want no mail of.
    pub unwanted: Vec<NotificationKind>,
    /// Whether their present address took no mail, or its owner complained of one.
    pub suppressed: bool,
}

/// An account that is told about itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserFacts {
    /// Who.
    pub person: Person,
    /// Whether the address is proved.
    pub verified: bool,
    /// The address that it is to have.
    pub pending_email: Option<String>,
}

/// A booking that its two sides are told about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BookingFacts {
    /// Its id.
    pub id: BookingId,
    /// Where it stands now, which may be beyond what the message speaks of.
    pub state: BookingState,
    /// The day of arrival.
    pub check_in: Date,
    /// The day of departure.
    pub check_out: Date,
    /// The check-in time on the day of arrival.
    pub check_in_at: Timestamp,
    /// The check-out time on the day of departure.
    pub check_out_at: Timestamp,
    /// When the guest checked out, by hand or by the clock.
    pub checked_out_at: Timestamp,
    /// The place.
    pub home: Home,
    /// Who comes.
    pub guests: Guests,
    /// What the guest pays.
    pub total: Money,
    /// What the host gets.
    pub payout: Money,
    /// When a hold or a request ends by itself.
    pub hold_expires_at: Option<Timestamp>,
    /// What goes back to the guest after a cancellation.
    pub refund: Option<Money>,
    /// What the host keeps after a cancellation, before the service fee.
    pub host_keeps: Option<Money>,
    /// Who booked.
    pub guest: Person,
    /// Whose place it is.
    pub host: Person,
    /// Whether everyone may read the guest's review.
    pub guest_review_public: bool,
    /// Whether everyone may read the host's review.
    pub host_review_public: bool,
}

/// The place of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Home {
    /// The listing's title.
    pub title: String,
    /// The listing's zone at the time of booking.
    pub time_zone: Zone,
    /// Where it is; the street only while the stay is booked.
    pub address: Address,
}

/// A photo whose owner is told about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PhotoFacts {
    /// The host.
    pub host: Person,
    /// The listing.
    pub property_id: PropertyId,
    /// Its title.
    pub title: String,
    /// Why it could not be used; a stable code.
    pub problem: Option<String>,
}

/// A receipt, and the guest who is sent it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReceiptFacts {
    /// What it says.
    pub receipt: Receipt,
    /// Who paid.
    pub guest: Person,
    /// The listing's present title.
    pub title: String,
    /// The day of arrival.
    pub check_in: Date,
    /// The day of departure.
    pub check_out: Date,
}

/// A dispute, and the host who is told about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DisputeFacts {
    /// The booking that the payment is for.
    pub booking_id: BookingId,
    /// Whose place it is.
    pub host: Person,
    /// The listing's present title.
    pub title: String,
    /// The day of arrival.
    pub check_in: Date,
    /// The day of departure.
    pub check_out: Date,
    /// How much is disputed.
    pub amount: Money,
    /// The bank's reason, in the provider's word for it.
    pub reason: String,
    /// Where it stands now, which may be beyond what the message speaks of.
    pub state: DisputeState,
    /// Until when evidence counts.
    pub evidence_due_at: Option<Timestamp>,
}

/// The JSON of a [`Person`] from a row of `users` named `$row`.
macro_rules! person_json {
    ($row:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $row,
            ".id, 'name', split_part(",
            $row,
            ".name, ' ', 1),
                'email', CASE WHEN ",
            $row,
            ".erased_at IS NULL THEN ",
            $row,
            ".email END,
                'locale', ",
            $row,
            ".locale, 'time_zone', ",
            $row,
            ".time_zone,
                'unwanted', (SELECT coalesce(jsonb_agg(n.kind), '[]') FROM notification_preferences n
                    WHERE n.user_id = ",
            $row,
            ".id AND n.channel = 'email'),
                'suppressed', EXISTS (SELECT FROM mail_events e WHERE e.user_id = ",
            $row,
            ".id AND e.event IN ('hard_bounce', 'complaint')
                    AND e.address = sha256(convert_to(",
            $row,
            ".email_key, 'UTF8'))))"
        )
    };
}

pub(crate) use person_json;

/// The account.
pub async fn user(db: &Db, id: UserId) -> Result<Option<UserFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('verified', u.email_verified_at IS NOT NULL,
             'pending_email', u.pending_email, 'person', ",
        person_json!("u"),
        ")::text FROM users u WHERE u.id = :id::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}

/// The JSON of [`BookingFacts`] from the rows `b`, `p`, `g` and `h` of [`booking_rows`].
macro_rules! booking_json {
    () => {
        concat!(
            "jsonb_build_object('id', b.id, 'state', b.state, 'check_in', b.check_in, 'check_out', b.check_out,
                'check_in_at', b.check_in_at, 'check_out_at', b.check_out_at,
                'checked_out_at', coalesce(b.checked_out_at, b.check_out_at),
                'home', jsonb_build_object('title', p.title, 'time_zone', b.time_zone, 'address',
                    CASE WHEN b.state IN ('confirmed', 'checked_in') THEN p.address
                         ELSE p.address - 'line1' - 'line2' - 'postal_code' END),
                'guests', b.guests, 'hold_expires_at', b.hold_expires_at,
                'total', jsonb_build_object('amount', b.total, 'currency', b.currency),
                'payout', jsonb_build_object('amount', b.payout, 'currency', b.currency),
                'refund', b.settlement -> 'refund', 'host_keeps', b.settlement -> 'host_keeps',
                'guest', ",
            person_json!("g"),
            ", 'host', ",
            person_json!("h"),
            ", 'guest_review_public', EXISTS (SELECT FROM reviews v WHERE v.booking_id = b.id
                    AND v.side = 'guest' AND v.revealed_at IS NOT NULL AND v.removed_at IS NULL),
                'host_review_public', EXISTS (SELECT FROM reviews v WHERE v.booking_id = b.id
                    AND v.side = 'host' AND v.revealed_at IS NOT NULL AND v.removed_at IS NULL))"
        )
    };
}

/// A booking with its place and its people.
macro_rules! booking_rows {
    () => {
        " FROM bookings b JOIN properties p ON p.id = b.property_id
          JOIN users g ON g.id = b.guest_id JOIN users h ON h.id = b.host_id "
    };
}

/// The booking.
pub async fn booking(db: &Db, id: BookingId) -> Result<Option<BookingFacts>, DbError> {
    let sql = concat!("SELECT ", booking_json!(), "::text", booking_rows!(), "WHERE b.id = :id::uuid");
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}

/// The photo, with whose it is.
pub async fn photo(db: &Db, id: PhotoId) -> Result<Option<PhotoFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('property_id', p.id, 'title', p.title, 'problem', f.problem, 'host', ",
        person_json!("h"),
        ")::text
         FROM photos f JOIN properties p ON p.id = f.property_id JOIN users h ON h.id = p.host_id
         WHERE f.id = :id::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}

/// The receipt, with who is sent it.
pub async fn receipt(db: &Db, id: ReceiptId) -> Result<Option<ReceiptFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('title', p.title, 'check_in', b.check_in, 'check_out', b.check_out,
             'receipt', ",
        receipt_json!(),
        ", 'guest', ",
        person_json!("g"),
        ")::text
         FROM receipts r JOIN users i ON i.id = r.issuer JOIN bookings b ON b.id = r.booking_id
         JOIN properties p ON p.id = b.property_id JOIN users g ON g.id = b.guest_id
         WHERE r.id = :id::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}

/// The dispute, with who is told about it.
pub async fn dispute(db: &Db, id: DisputeId) -> Result<Option<DisputeFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('booking_id', b.id, 'title', p.title, 'check_in', b.check_in,
             'check_out', b.check_out, 'reason', d.reason, 'state', d.state,
             'amount', jsonb_build_object('amount', d.amount, 'currency', d.currency),
             'evidence_due_at', d.evidence_due_at, 'host', ",
        person_json!("h"),
        ")::text
         FROM disputes d JOIN payments y ON y.id = d.payment_id JOIN bookings b ON b.id = y.booking_id
         JOIN properties p ON p.id = b.property_id JOIN users h ON h.id = b.host_id
         WHERE d.id = :id::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}
