//! Links to listings' calendars, for calendars elsewhere.

use domain::ical::{Taken, TakenNights};
use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};
use crate::single_use_tokens::hex;

type Result<T> = std::result::Result<T, DbError>;

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct LinkedCalendar {
    /// What the listing is called.
    pub title: String,
    /// The nights that cannot be had, from the present night of the listing on.
    pub taken: Vec<TakenNights>,
}

/// Gives the host's listing a link, in place of the one it had; `false` when the host has no such listing.
pub async fn put(
    db: &Db,
    property: PropertyId,
    host: UserId,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<bool> {
    let made: Option<bool> = db
        .optional(
            Statement::new(
                "WITH made AS (
                     INSERT INTO calendar_links (property_id, digest, created_at)
                     SELECT p.id, decode(:digest, 'hex'), :now::timestamptz FROM properties p
                     WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'
                     ON CONFLICT (property_id) DO UPDATE
                         SET digest = excluded.digest, created_at = excluded.created_at
                     RETURNING property_id)
                 SELECT 'true' FROM made",
            )
            .text("digest", hex(digest).as_str())
            .uuid("property", property)
            .uuid("host", host)
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    Ok(made.is_some())
}

/// Takes the link of the host's listing back; `false` when there is none.
pub async fn revoke(db: &Db, property: PropertyId, host: UserId) -> Result<bool> {
    let gone: Option<bool> = db
        .optional(
            Statement::new(
                "DELETE FROM calendar_links k USING properties p
                 WHERE k.property_id = :property::uuid AND p.id = k.property_id AND p.host_id = :host::uuid
                   AND p.state <> 'archived'
                 RETURNING 'true'",
            )
            .uuid("property", property)
            .uuid("host", host),
        )
        .await?;
    Ok(gone.is_some())
}

/// The calendar behind a link; `None` where the listing has no such link, or is no more.
///
/// Stays, holds and the host's blocks; nights of other calendars stay out, or two systems would tell each other for ever
/// of what is long gone. Of a listing with several units those nights are taken on which no unit is free.
pub async fn read(
    db: &Db,
    property: PropertyId,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<Option<LinkedCalendar>> {
    let texts = db
        .texts(
            // A row for each event: all of them in one might be longer than a row of the Data API can be.
            Statement::new(
                "WITH l AS MATERIALIZED (
                     SELECT p.id, p.title, (:now::timestamptz AT TIME ZONE p.time_zone)::date AS today,
                            (SELECT count(*) FROM units u WHERE u.property_id = p.id) AS units
                     FROM calendar_links k JOIN properties p ON p.id = k.property_id
                     WHERE k.property_id = :property::uuid AND k.digest = decode(:digest, 'hex')
                       AND p.state <> 'archived'),
                 held AS MATERIALIZED (
                     SELECT u.id AS unit_id, c.kind, c.booking_id, c.created_at, h.nights
                     FROM l
                     JOIN units u ON u.property_id = l.id
                     JOIN claims c ON c.unit_id = u.id AND c.released_at IS NULL AND c.kind <> 'feed'
                         AND c.padded && daterange(l.today, NULL)
                         AND (c.expires_at IS NULL OR c.expires_at > :now::timestamptz)
                     -- Nights that a modification held too long for its charge are free.
                     CROSS JOIN LATERAL (SELECT CASE WHEN c.grown_until <= :now::timestamptz THEN c.firm
                         ELSE c.nights END) AS h (nights)
                     WHERE upper(h.nights) > l.today),
                 whole AS (
                     SELECT range_intersect_agg(n.nights) AS nights
                     FROM (SELECT coalesce(range_agg(h.nights), '{}') AS nights
                           FROM l JOIN units u ON u.property_id = l.id AND l.units > 1
                           LEFT JOIN held h ON h.unit_id = u.id GROUP BY u.id) n)
                 SELECT e.text
                 FROM (
                     SELECT 1 AS part, NULL::date AS at, to_jsonb(l.title)::text AS text FROM l
                     UNION ALL
                     SELECT 2, lower(h.nights), jsonb_build_object('stay', left(encode(sha256(
                         convert_to(h.booking_id::text, 'UTF8')), 'hex'), 32), 'from', lower(h.nights),
                         'to', upper(h.nights), 'blocked', h.kind = 'block', 'since', h.created_at)::text
                     FROM held h JOIN l ON l.units = 1
                     UNION ALL
                     SELECT 2, lower(w.nights), jsonb_build_object('stay', NULL, 'from', lower(w.nights),
                         'to', upper(w.nights), 'blocked', false, 'since', (
                             SELECT max(h.created_at) FROM held h WHERE h.nights && w.nights))::text
                     FROM whole CROSS JOIN LATERAL unnest(whole.nights) AS w (nights)) e
                 ORDER BY e.part, e.at, e.text",
            )
            .uuid("property", property)
            .text("digest", hex(digest).as_str())
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    let Some((title, events)) = texts.split_first() else { return Ok(None) };
    let taken: Result<_> = events.iter().map(|text| Ok(decode::<Event>(text)?.taken(property))).collect();
    Ok(Some(LinkedCalendar { title: decode(title)?, taken: taken? }))
}

#[derive(Deserialize)]
struct Event {
    /// A digest of the booking's id: the same for as long as it stands, and no way back to it.
    stay: Option<String>,
    from: Date,
    to: Date,
    blocked: bool,
    since: Timestamp,
}

impl Event {
    fn taken(self, property: PropertyId) -> TakenNights {
        // A stay keeps its name when it is moved. A block has none: it is what begins on a night.
        let begins = || format!("{}-{}", self.from.strftime("%Y%m%d"), property.as_uuid());
        let uid = format!("{}@innkeep", self.stay.unwrap_or_else(begins));
        let taken = if self.blocked { Taken::Blocked } else { Taken::Reserved };
        TakenNights { uid, taken, from: self.from, to: self.to, since: self.since }
    }
}

fn decode<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}
