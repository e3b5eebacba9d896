//! What the guest adds later.

use domain::ids::BookingId;
use jiff::Timestamp;

use super::{Booking, Details, Result, assemble, booking_rows};
use crate::db::{Db, Statement};

/// Replaces the details if `version` is still the present one. `None` when it is not.
pub async fn change_details(
    db: &Db,
    id: BookingId,
    version: i64,
    details: &Details,
    now: Timestamp,
) -> Result<Option<Booking>> {
    let statement = Statement::new(concat!(
        "WITH b AS (
             UPDATE bookings SET details = :details::jsonb, updated_at = :now::timestamptz, version = version + 1
             WHERE id = :id::uuid AND version = :version::int8
             RETURNING *)
         ",
        booking_rows!()
    ))
    .uuid("id", id)
    .int("version", version)
    .json("details", details)?
    .instant("now", now);
    Ok(assemble(db.rows(statement).await?))
}
