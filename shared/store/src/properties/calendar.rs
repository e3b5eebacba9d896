//! The nights of a listing, one by one.

use domain::ids::{PropertyId, UserId};
use domain::listing::ListingTerms;
use domain::rules::Calendar;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::stay::{StoredNight, calendar_of};
use super::{Result, Said};
use crate::batch::{self, batch};
use crate::claims::bind_take_over;
use crate::db::{Db, DbError, Statement};

/// What a calendar is made from.
#[derive(Clone, Debug)]
pub struct CalendarFacts {
    /// Whether the viewer keeps it: the host, or a co-host with the permission.
    pub kept_by_viewer: bool,
    /// All that price and rules need.
    pub terms: ListingTerms,
    /// What the host says of the dates.
    pub calendar: Calendar,
    /// How many units there are.
    pub units: u32,
    /// The nights on which a unit is taken, in order.
    pub occupied: Vec<Occupancy>,
}

/// How many units are taken on one night, and by what; each unit counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Occupancy {
    /// The night.
    pub night: Date,
    /// By stays that are booked.
    pub booked: u32,
    /// By stays that are held for somebody who has not paid yet, or not been accepted.
    pub held: u32,
    /// By the host.
    pub blocked: u32,
    /// By a foreign calendar.
    pub imported: u32,
    /// By the preparation before or after a stay.
    pub preparation: u32,
}

/// What the host says of one night; what is absent stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NightChange {
    /// The night.
    pub night: Date,
    /// Its price, in minor units of the listing's currency.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub price: Said<i64>,
    /// The fewest nights of a stay.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub min_nights: Said<u16>,
    /// The most nights of a stay.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub max_nights: Said<u16>,
    /// Whether no stay begins on the date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_to_arrival: Option<bool>,
    /// Whether no stay ends on the date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_to_departure: Option<bool>,
    /// Whether the night is off the market.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<bool>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// All of it is done.
    Done,
    /// None of it is done: stays are on these nights, which were to be blocked.
    Taken(Vec<Date>),
}

/// SQL: the parts of the calendars of listings that meet a condition on `p`, as far as `:viewer` may see them.
///
/// Of a unit that is taken twice on one night the stay counts before the hold, the hold before the host's block, that
/// before a foreign calendar's, and what is only prepared comes last. A stay also blocks the nights on which another one
/// would come too near: those whose own preparation would reach into it, and those of its preparation.
macro_rules! parts {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, part.ordinal AS part, part.text
             FROM properties p
             CROSS JOIN LATERAL (SELECT coalesce(p.host_id = :viewer::uuid, false) OR EXISTS (
                 SELECT FROM cohosts c WHERE c.property_id = p.id AND c.user_id = :viewer::uuid
                   AND 'calendar' = ANY (c.permissions)) AS keeps) v
             CROSS JOIN LATERAL (VALUES
                 (1, p.terms::text),
                 (2, (SELECT coalesce(jsonb_agg(jsonb_build_array(r.night, r.price, r.min_nights, r.max_nights,
                                 r.closed_to_arrival, r.closed_to_departure) ORDER BY r.night), '[]')::text
                      FROM night_rules r
                      WHERE r.property_id = p.id AND r.night >= :from::date AND r.night < :to::date)),
                 (3, (SELECT count(*)::text FROM units u WHERE u.property_id = p.id)),
                 (4, (SELECT coalesce(jsonb_agg(jsonb_build_object('night', o.night, 'booked', o.booked,
                                 'held', o.held, 'blocked', o.blocked, 'imported', o.imported,
                                 'preparation', o.preparation) ORDER BY o.night), '[]')::text
                      FROM (
                          SELECT t.night, count(*) FILTER (WHERE t.by = 5) AS booked,
                                 count(*) FILTER (WHERE t.by = 4) AS held,
                                 count(*) FILTER (WHERE t.by = 3) AS blocked,
                                 count(*) FILTER (WHERE t.by = 2) AS imported,
                                 count(*) FILTER (WHERE t.by = 1) AS preparation
                          FROM (
                              SELECT c.unit_id, d.night, max(CASE
                                  WHEN c.kind = 'block' THEN 3
                                  WHEN c.kind = 'feed' THEN 2
                                  WHEN NOT h.nights @> d.night THEN 1
                                  WHEN c.expires_at IS NOT NULL THEN 4
                                  ELSE 5 END) AS by
                              FROM units u
                              JOIN claims c ON c.unit_id = u.id AND c.released_at IS NULL
                                  AND c.padded && daterange(:from::date - 30, :to::date + 30)
                                  AND (c.expires_at IS NULL OR c.expires_at > :now::timestamptz)
                              -- Nights that a modification held too long for its charge are free.
                              CROSS JOIN LATERAL (SELECT
                                  CASE WHEN c.grown_until <= :now::timestamptz THEN c.firm ELSE c.nights END,
                                  CASE WHEN c.grown_until <= :now::timestamptz THEN c.firm_padded
                                      ELSE c.padded END) AS h (nights, padded)
                              CROSS JOIN LATERAL (
                                  SELECT CASE WHEN c.kind = 'stay' THEN p.preparation_nights ELSE 0 END) AS b (nights)
                              CROSS JOIN LATERAL (
                                  SELECT :from::date + k AS night FROM generate_series(
                                      greatest(lower(h.padded) - b.nights - :from::date, 0),
                                      least(upper(h.padded), :to::date) - :from::date - 1) AS k) AS d
                              WHERE u.property_id = p.id
                              GROUP BY c.unit_id, d.night) t
                          GROUP BY t.night) o)),
                 (5, to_jsonb(v.keeps)::text)
             ) AS part (ordinal, text) WHERE ",
            $condition,
            "
               AND (p.state = 'published' OR p.state <> 'archived' AND v.keeps)"
        )
    };
}

/// The nights from `from` up to but without `to`, as far as `viewer` may see the listing.
pub async fn calendar(
    db: &Db,
    id: PropertyId,
    viewer: Option<UserId>,
    from: Date,
    to: Date,
    now: Timestamp,
) -> Result<Option<CalendarFacts>> {
    let sql = concat!("SELECT t.text FROM (", parts!("p.id = :id::uuid"), ") t ORDER BY t.part");
    let statement = of_nights(Statement::new(sql), viewer, from, to, now).uuid("id", id).idempotent();
    of_parts(&db.texts(statement).await?)
}

/// The same of several listings; those that `viewer` may not see are left out.
pub async fn calendars(
    db: &Db,
    ids: &[PropertyId],
    viewer: Option<UserId>,
    from: Date,
    to: Date,
    now: Timestamp,
) -> Result<Vec<(PropertyId, CalendarFacts)>> {
    const SQL: &str = batch!(parts!("p.id = ANY (string_to_array(:ids, ',')::uuid[])"));
    let statement = || of_nights(Statement::new(SQL), viewer, from, to, now);
    let found = batch::read(db, ids.iter().copied(), statement).await?;
    let facts = |(id, texts): &(uuid::Uuid, Vec<String>)| {
        Some(of_parts(texts).transpose()?.map(|facts| ((*id).into(), facts)))
    };
    found.iter().filter_map(facts).collect()
}

fn of_nights(
    statement: Statement,
    viewer: Option<UserId>,
    from: Date,
    to: Date,
    now: Timestamp,
) -> Statement {
    statement.uuid_opt("viewer", viewer).date("from", from).date("to", to).instant("now", now)
}

fn of_parts(texts: &[String]) -> Result<Option<CalendarFacts>> {
    let [terms, rules, units, occupied, kept] = texts else { return Ok(None) };
    let terms: ListingTerms = decode(terms)?;
    Ok(Some(CalendarFacts {
        kept_by_viewer: decode(kept)?,
        calendar: calendar_of(decode::<Vec<StoredNight>>(rules)?, terms.currency),
        terms,
        units: decode(units)?,
        occupied: decode(occupied)?,
    }))
}

/// Changes nights of the host's listing, all of them or none; `None` when the host has no such listing.
///
/// Each night stands at most once in `changes`, in order. Holds that are over on these nights are ended first, so that
/// they take nothing, and so are charges that took too long.
pub async fn change_calendar(
    db: &Db,
    id: PropertyId,
    host: UserId,
    changes: &[NightChange],
    now: Timestamp,
) -> Result<Option<Changed>> {
    #[derive(Deserialize)]
    struct Row {
        taken: Option<Vec<Date>>,
    }
    let statement = Statement::new(
        "WITH listing AS MATERIALIZED (
             SELECT p.id FROM properties p
             WHERE p.id = :id::uuid AND p.host_id = :host::uuid AND p.state <> 'archived' FOR NO KEY UPDATE),
         ended AS MATERIALIZED (
             SELECT take_over(l.id, daterange(:first::date, :last::date, '[]'), :lapses::jsonb, :dropped::jsonb,
                 :void::jsonb, :now::timestamptz) AS sent
             FROM listing l)
         -- The function sees what ran before it: so it waits for the messages.
         SELECT change_calendar(:id::uuid, :host::uuid, :changes::jsonb, :now::timestamptz)::text
         FROM (SELECT coalesce((SELECT sent FROM ended), '[]') AS sent) e
         WHERE jsonb_typeof(e.sent) = 'array'",
    )
    .uuid("id", id)
    .uuid("host", host)
    .date("first", changes.first().map(|change| change.night))
    .date("last", changes.last().map(|change| change.night))
    .json("changes", &changes)?
    .instant("now", now)
    .idempotent();
    let row: Option<Row> = db.optional(bind_take_over(statement)?).await?;
    Ok(row.map(|row| row.taken.map_or(Changed::Done, Changed::Taken)))
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}
