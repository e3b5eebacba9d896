//! What mails about calendars say.

use domain::ids::{BookingId, FeedConflictId, FeedId, PropertyId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};
use crate::deliveries::{Person, person_json};

/// A stay on nights that are taken elsewhere, for its host.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ConflictFacts {
    /// Who is told.
    pub host: Person,
    /// The listing's present title.
    pub title: String,
    /// What the host calls the calendar.
    pub feed: String,
    /// The stay.
    pub booking_id: BookingId,
    /// Its arrival.
    pub check_in: Date,
    /// Its departure.
    pub check_out: Date,
    /// The first night in question.
    pub from: Date,
    /// The date after the last one.
    pub to: Date,
}

/// The conflict, while it lasts.
pub async fn conflict(db: &Db, id: FeedConflictId) -> Result<Option<ConflictFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('title', p.title, 'feed', f.name, 'booking_id', b.id, 'check_in', b.check_in,
             'check_out', b.check_out, 'from', lower(k.nights), 'to', upper(k.nights), 'host', ",
        person_json!("u"),
        ")::text
         FROM feed_conflicts k
         JOIN feeds f ON f.id = k.feed_id
         JOIN bookings b ON b.id = k.booking_id
         JOIN properties p ON p.id = f.property_id
         JOIN users u ON u.id = p.host_id
         WHERE k.id = :id::uuid AND k.ended_at IS NULL"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}

/// A calendar that cannot be read, for its host.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TroubleFacts {
    /// Who is told.
    pub host: Person,
    /// The listing.
    pub property_id: PropertyId,
    /// Its present title.
    pub title: String,
    /// What the host calls the calendar.
    pub feed: String,
    /// Why; a stable code.
    pub error: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is given up.
    pub given_up: bool,
}

/// The calendar's trouble, while it lasts.
pub async fn trouble(db: &Db, id: FeedId) -> Result<Option<TroubleFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('property_id', p.id, 'title', p.title, 'feed', f.name, 'error', f.last_error,
             'since', f.failing_since, 'given_up', f.disabled IS NOT DISTINCT FROM 'failing', 'host', ",
        person_json!("u"),
        ")::text
         FROM feeds f JOIN properties p ON p.id = f.property_id JOIN users u ON u.id = p.host_id
         WHERE f.id = :id::uuid AND f.failing_since IS NOT NULL AND f.last_error IS NOT NULL
           AND p.state <> 'archived'"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}
