//! Changing what a host says of a listing.

use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;

use super::{Columns, Listing, Result};
use crate::db::{Db, Statement};

/// Writes the whole listing anew if it still has `version`. Answers false otherwise.
///
/// A listing on the market keeps a price: the table's own check refuses what takes it away.
pub async fn change(
    db: &Db,
    id: PropertyId,
    host: UserId,
    version: i64,
    listing: &Listing,
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .affected(
            Statement::new(
                "UPDATE properties p SET
                     title = l.title, description = l.description, kind = l.kind, latitude_e6 = l.latitude_e6,
                     longitude_e6 = l.longitude_e6, address = l.address, time_zone = l.time_zone,
                     capacity = l.capacity, bedrooms = l.bedrooms, beds = l.beds, bathrooms_x2 = l.bathrooms_x2,
                     amenities = l.amenities, nightly_price = l.nightly_price, terms = l.terms,
                     booking_mode = l.booking_mode, cancellation_policy = l.cancellation_policy,
                     check_in_time = l.check_in_time, check_out_time = l.check_out_time, min_nights = l.min_nights,
                     max_nights = l.max_nights, preparation_nights = l.preparation_nights,
                     updated_at = :now::timestamptz, version = p.version + 1
                 FROM jsonb_to_record(:listing::jsonb) AS l (
                     title text, description text, kind text, latitude_e6 integer, longitude_e6 integer,
                     address jsonb, time_zone text, capacity integer, bedrooms integer, beds integer,
                     bathrooms_x2 integer, amenities text[], nightly_price bigint, terms jsonb,
                     booking_mode text, cancellation_policy text, check_in_time time, check_out_time time,
                     min_nights integer, max_nights integer, preparation_nights integer)
                 WHERE p.id = :id::uuid AND p.host_id = :host::uuid AND p.version = :version::int8
                   AND p.state <> 'archived'",
            )
            .uuid("id", id)
            .uuid("host", host)
            .int("version", version)
            .json("listing", &Columns::of(listing))?
            .instant("now", now),
        )
        .await?;
    Ok(changed > 0)
}
