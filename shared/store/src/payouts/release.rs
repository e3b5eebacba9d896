//! Making earnings payable.

use domain::dates::{Stay, TimeOfDay, Zone};
use domain::ids::BookingId;
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Result;
use crate::db::{Db, Statement};

/// A booking of whose earnings a part may be due.
#[derive(Clone, Debug, Deserialize)]
pub struct DueRelease {
    /// The booking.
    pub booking_id: BookingId,
    /// What is not released yet.
    pub pending: Money,
    /// How many parts were.
    pub parts_released: u32,
    /// The nights.
    pub stay: Stay,
    /// The listing's zone.
    pub zone: Zone,
    /// The listing's check-in time.
    pub check_in_time: TimeOfDay,
    /// When the guest arrived, if anybody said so.
    pub checked_in_at: Option<Timestamp>,
}

/// The bookings of whose earnings a part is due at `now`, unless they are disputed; the longest due first.
pub async fn due_releases(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<DueRelease>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('booking_id', b.id,
             'pending', jsonb_build_object('amount', e.pending, 'currency', e.currency),
             'parts_released', e.parts_released,
             'stay', jsonb_build_object('check_in', b.check_in, 'check_out', b.check_out), 'zone', b.time_zone,
             'check_in_time', b.check_in_time, 'checked_in_at', b.checked_in_at)::text
         FROM host_earnings e JOIN bookings b ON b.id = e.booking_id
         WHERE e.pending > 0 AND e.open_disputes = 0 AND e.next_release_at <= :now::timestamptz
         ORDER BY e.next_release_at LIMIT :limit::int4",
    )
    .instant("now", now)
    .int("limit", i64::from(limit))
    .idempotent();
    db.rows(statement).await
}

/// A part to be released.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NewRelease {
    /// Of which booking.
    pub booking_id: BookingId,
    /// Which part, from 1.
    pub part: u32,
    /// How much, in minor units.
    pub amount: i64,
    /// When the next part is due.
    pub next_at: Option<Timestamp>,
}

/// Releases parts; those that somebody else released meanwhile, or that a dispute froze, are left out. Answers how many.
pub async fn release(db: &Db, releases: &[NewRelease], now: Timestamp) -> Result<u64> {
    let statement = Statement::new(
        "INSERT INTO earning_releases (booking_id, part, amount, released_at, next_at)
         SELECT r.booking_id, r.part, r.amount, :now::timestamptz, r.next_at
         FROM jsonb_to_recordset(:releases::jsonb)
             AS r(booking_id uuid, part integer, amount bigint, next_at timestamptz)
         JOIN host_earnings e ON e.booking_id = r.booking_id
         WHERE e.parts_released = r.part - 1 AND e.pending >= r.amount AND e.open_disputes = 0
           AND e.next_release_at <= :now::timestamptz
         ORDER BY r.booking_id
         ON CONFLICT DO NOTHING",
    )
    .json("releases", &releases)?
    .instant("now", now)
    .idempotent();
    db.affected(statement).await
}
