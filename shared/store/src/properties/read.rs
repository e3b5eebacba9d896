//! Reading listings.

use domain::ids::{PropertyId, UserId};
use domain::listing::{Address, Amenity, ListingTerms, Location, PropertyKind};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Listing, Property, PropertyState, Result};
use crate::batch::{self, batch};
use crate::db::{Db, DbError, Statement};

/// Everything but the long parts. A row has 64 KB at most, so they come as rows of their own.
#[derive(Deserialize)]
struct Row {
    id: PropertyId,
    host_id: UserId,
    state: PropertyState,
    title: String,
    kind: PropertyKind,
    lat_e6: i32,
    lon_e6: i32,
    address: Address,
    bedrooms: u8,
    beds: u8,
    bathrooms_x2: u8,
    amenities: Vec<Amenity>,
    units: u16,
    source_ref: Option<String>,
    rating_sum: i64,
    rating_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    published_at: Option<Timestamp>,
    barred_at: Option<Timestamp>,
    version: i64,
    revision: i64,
    exact: bool,
}

/// SQL: the parts of listings as `:viewer` may see them, of those that meet a condition on `p`.
macro_rules! parts {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, part.ordinal AS part, part.text
             FROM (SELECT p.*, v.guest, v.host OR v.guest OR :everything AS exact
                   FROM properties p
                   CROSS JOIN LATERAL (SELECT
                       coalesce(p.host_id = :viewer::uuid, false) OR EXISTS (
                           SELECT FROM cohosts c
                           WHERE c.property_id = p.id AND c.user_id = :viewer::uuid) AS host,
                       EXISTS (SELECT FROM bookings b
                               WHERE b.property_id = p.id AND b.guest_id = :viewer::uuid
                                 AND b.state IN ('confirmed', 'checked_in', 'completed')) AS guest) v
                   WHERE ",
            $condition,
            "        AND (v.guest OR p.state = 'published'
                          OR p.state <> 'archived' AND (v.host OR :everything))) p
             CROSS JOIN LATERAL (VALUES
                 (1, jsonb_build_object(
                     'id', p.id, 'host_id', p.host_id, 'state', p.state, 'title', p.title, 'kind', p.kind,
                     'lat_e6', p.latitude_e6, 'lon_e6', p.longitude_e6, 'address', p.address,
                     'bedrooms', p.bedrooms, 'beds', p.beds, 'bathrooms_x2', p.bathrooms_x2,
                     'amenities', p.amenities,
                     'units', (SELECT count(*) FROM units u WHERE u.property_id = p.id),
                     'source_ref', p.source_ref, 'rating_sum', p.rating_sum, 'rating_count', p.rating_count,
                     'created_at', p.created_at, 'updated_at', p.updated_at, 'published_at', p.published_at,
                     'barred_at', p.barred_at,
                     'version', p.version,
                     'revision', coalesce((
                         SELECT r.revision FROM listing_revisions r WHERE r.property_id = p.id), 0),
                     'exact', p.exact)::text),
                 (2, to_jsonb(p.description)::text),
                 (3, p.terms::text),
                 (4, coalesce((
                     SELECT jsonb_agg(jsonb_build_object('id', f.id, 'key', f.public_key, 'caption', f.caption,
                                'width', f.width, 'height', f.height) ORDER BY f.position, f.id)
                     FROM photos f WHERE f.property_id = p.id AND f.state = 'ready'), '[]')::text)
             ) AS part (ordinal, text)"
        )
    };
}

/// The listing as `viewer` may see it, if at all.
///
/// What is not on the market is there for its host and co-hosts, the staff (`everything`), and guests who stay or stayed
/// there; what is archived for those guests alone.
pub async fn find(
    db: &Db,
    id: PropertyId,
    viewer: Option<UserId>,
    everything: bool,
) -> Result<Option<Property>> {
    let texts = db
        .texts(
            Statement::new(concat!(
                "SELECT t.text FROM (",
                parts!("p.id = :id::uuid"),
                ") t ORDER BY t.part"
            ))
            .uuid("id", id)
            .uuid_opt("viewer", viewer)
            .boolean("everything", everything)
            .idempotent(),
        )
        .await?;
    of_parts(&texts)
}

/// Those of the listings that `viewer` may see, as [`find`] has them.
pub async fn find_many(
    db: &Db,
    ids: &[PropertyId],
    viewer: Option<UserId>,
    everything: bool,
) -> Result<Vec<Property>> {
    let statement = || {
        Statement::new(batch!(parts!("p.id = ANY (string_to_array(:ids, ',')::uuid[])")))
            .uuid_opt("viewer", viewer)
            .boolean("everything", everything)
    };
    let found = batch::read(db, ids.iter().copied(), statement).await?;
    found.iter().filter_map(|(_, texts)| of_parts(texts).transpose()).collect()
}

fn of_parts(texts: &[String]) -> Result<Option<Property>> {
    let [row, description, terms, photos] = texts else { return Ok(None) };
    assemble(decode(row)?, decode(description)?, decode(terms)?, decode(photos)?).map(Some)
}

fn assemble(
    row: Row,
    description: String,
    terms: ListingTerms,
    photos: Vec<crate::photos::ReadyPhoto>,
) -> Result<Property> {
    let location = Location::from_e6(row.lat_e6, row.lon_e6)
        .map_err(|error| DbError::inconsistent("properties", error))?;
    let listing = Listing {
        title: row.title,
        description,
        kind: row.kind,
        location,
        address: row.address,
        bedrooms: row.bedrooms,
        beds: row.beds,
        bathrooms_x2: row.bathrooms_x2,
        amenities: row.amenities,
        terms,
    };
    Ok(Property {
        id: row.id,
        host_id: row.host_id,
        state: row.state,
        listing,
        units: row.units,
        source_ref: row.source_ref,
        rating_sum: row.rating_sum,
        rating_count: row.rating_count,
        photos,
        created_at: row.created_at,
        updated_at: row.updated_at,
        published_at: row.published_at,
        barred_at: row.barred_at,
        version: row.version,
        revision: row.revision,
        exact: row.exact,
    })
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}

/// A page of the host's own listings, the newest first, after `after`: each the JSON of its summary and its id.
pub async fn list_of_host(
    db: &Db,
    host: UserId,
    after: Option<PropertyId>,
    limit: u32,
) -> Result<Vec<(String, PropertyId)>> {
    let texts = db
        .texts(
            Statement::new(
                "SELECT jsonb_build_object(
                     'id', p.id, 'state', p.state, 'title', p.title, 'kind', p.kind,
                     'location', jsonb_build_object(
                         'lat', trim_scale(p.latitude_e6 / 1000000.0), 'lon', trim_scale(p.longitude_e6 / 1000000.0),
                         'city', p.address -> 'city', 'region', p.address -> 'region',
                         'country', p.address -> 'country'),
                     'capacity', p.capacity, 'bedrooms', p.bedrooms, 'beds', p.beds,
                     'bathrooms', trim_scale(p.bathrooms_x2 / 2.0),
                     'nightly_price', CASE WHEN p.nightly_price IS NOT NULL
                         THEN jsonb_build_object('amount', p.nightly_price, 'currency', p.currency) END,
                     'booking_mode', p.booking_mode, 'cancellation_policy', p.cancellation_policy,
                     'min_nights', p.min_nights,
                     'rating', jsonb_build_object(
                         'average', CASE WHEN p.rating_count >= 3
                             THEN round(p.rating_sum::numeric / p.rating_count, 2) END,
                         'count', p.rating_count),
                     'source_ref', p.source_ref, 'updated_at', p.updated_at)::text
                     || chr(10) || p.id
                 FROM properties p
                 WHERE p.host_id = :host::uuid AND p.state <> 'archived'
                   AND p.id < coalesce(:after::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                 ORDER BY p.id DESC LIMIT :limit::int4",
            )
            .uuid("host", host)
            .uuid_opt("after", after)
            .int("limit", i64::from(limit))
            .idempotent(),
        )
        .await?;
    texts.iter().map(|text| item_and_id(text)).collect()
}

fn item_and_id(text: &str) -> Result<(String, PropertyId)> {
    let (item, id) =
        text.rsplit_once('\n').ok_or_else(|| DbError::inconsistent("properties", "a row without its id"))?;
    let id = id.parse().map_err(|error| DbError::inconsistent("properties", error))?;
    Ok((item.to_owned(), id))
}
