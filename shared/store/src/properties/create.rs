//! Making a listing with its units.

use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;

use super::{Columns, Listing, Result};
use crate::db::{Db, Statement};

/// Makes a draft with `units` interchangeable units (1 to 500).
///
/// Answers false when the host has a listing of this `source_ref` already.
pub async fn create(
    db: &Db,
    id: PropertyId,
    host: UserId,
    listing: &Listing,
    units: u16,
    source_ref: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let texts = db
        .texts(
            Statement::new(
                "WITH made AS (
                     INSERT INTO properties (
                         id, host_id, state, title, description, kind, latitude_e6, longitude_e6, address, time_zone,
                         capacity, bedrooms, beds, bathrooms_x2, amenities, currency, nightly_price, terms,
                         booking_mode, cancellation_policy, check_in_time, check_out_time, min_nights, max_nights,
                         preparation_nights, source_ref, created_at, updated_at)
                     SELECT :id::uuid, :host::uuid, 'draft', l.title, l.description, l.kind, l.latitude_e6,
                         l.longitude_e6, l.address, l.time_zone, l.capacity, l.bedrooms, l.beds, l.bathrooms_x2,
                         l.amenities, l.currency, l.nightly_price, l.terms, l.booking_mode, l.cancellation_policy,
                         l.check_in_time, l.check_out_time, l.min_nights, l.max_nights, l.preparation_nights,
                         :source_ref, :now::timestamptz, :now::timestamptz
                     FROM jsonb_to_record(:listing::jsonb) AS l (
                         title text, description text, kind text, latitude_e6 integer, longitude_e6 integer,
                         address jsonb, time_zone text, capacity integer, bedrooms integer, beds integer,
                         bathrooms_x2 integer, amenities text[], currency text, nightly_price bigint, terms jsonb,
                         booking_mode text, cancellation_policy text, check_in_time time, check_out_time time,
                         min_nights integer, max_nights integer, preparation_nights integer)
                     ON CONFLICT DO NOTHING RETURNING id),
                 filled AS (
                     INSERT INTO units (id, property_id, ordinal)
                     SELECT gen_random_uuid(), made.id, ordinal
                     FROM made, generate_series(1, :units::int4) AS ordinal)
                 SELECT to_jsonb(id)::text FROM made",
            )
            .uuid("id", id)
            .uuid("host", host)
            .json("listing", &Columns::of(listing))?
            .int("units", i64::from(units))
            .text("source_ref", source_ref)
            .instant("now", now),
        )
        .await?;
    Ok(!texts.is_empty())
}

/// The host's listing that was imported under `source_ref`, unless it is archived.
pub async fn by_source(db: &Db, host: UserId, source_ref: &str) -> Result<Option<PropertyId>> {
    db.optional(
        Statement::new(
            "SELECT to_jsonb(id)::text FROM properties
             WHERE host_id = :host::uuid AND source_ref = :source_ref AND state <> 'archived'",
        )
        .uuid("host", host)
        .text("source_ref", source_ref)
        .idempotent(),
    )
    .await
}
