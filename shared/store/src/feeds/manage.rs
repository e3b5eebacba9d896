//! What a host does with calendars.

use domain::feed::{MAX_FEEDS, MIN_BETWEEN, SaidEvent};
use domain::ids::{BookingId, FeedId, PropertyId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// A calendar that is read, as its host sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Feed {
    /// Which one.
    pub id: FeedId,
    /// The unit whose nights it takes, by its number from 1.
    pub unit: u16,
    /// What the host calls it.
    pub name: String,
    /// Where it is. A way in: shown to nobody in full.
    pub url: String,
    /// Why it is not read: `by_host` or `failing`.
    pub disabled: Option<String>,
    /// When it is read next, if at all.
    pub next_poll_at: Timestamp,
    /// When it was last tried.
    pub last_polled_at: Option<Timestamp>,
    /// When it was last read.
    pub last_success_at: Option<Timestamp>,
    /// Why the last try failed; a stable code.
    pub last_error: Option<String>,
    /// Since when no try succeeded.
    pub failing_since: Option<Timestamp>,
    /// How many events it has from tonight on.
    pub events: u32,
    /// How many nights it takes, or would if no stay had them.
    pub nights: u32,
    /// Stays that lie on its nights, the earliest first; fifty at most.
    pub conflicts: Vec<Conflict>,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// When its host last changed it.
    pub updated_at: Timestamp,
    /// Grows with each change of the host's.
    pub version: i64,
}

/// A stay on nights that are taken elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Conflict {
    /// The stay.
    pub booking_id: BookingId,
    /// The first night in question.
    pub from: Date,
    /// The date after the last one.
    pub to: Date,
    /// Since when it is known.
    pub found_at: Timestamp,
}

/// SQL: a calendar `f` as [`Feed`] reads it.
macro_rules! feed_json {
    () => {
        "jsonb_build_object('id', f.id, 'unit', (SELECT u.ordinal FROM units u WHERE u.id = f.unit_id),
             'name', f.name, 'url', f.url, 'disabled', f.disabled, 'next_poll_at', f.next_poll_at,
             'last_polled_at', f.last_polled_at, 'last_success_at', f.last_success_at, 'last_error', f.last_error,
             'failing_since', f.failing_since,
             'events', (SELECT count(*) FROM feed_events e WHERE e.feed_id = f.id),
             'nights', (SELECT coalesce(sum(upper(w.nights) - lower(w.nights)), 0)
                        FROM unnest(f.wanted) AS w (nights)),
             'conflicts', (SELECT coalesce(jsonb_agg(jsonb_build_object('booking_id', k.booking_id,
                     'from', lower(k.nights), 'to', upper(k.nights), 'found_at', k.found_at) ORDER BY k.nights), '[]')
                 FROM (SELECT * FROM feed_conflicts k WHERE k.feed_id = f.id AND k.ended_at IS NULL
                       ORDER BY k.nights LIMIT 50) k),
             'created_at', f.created_at, 'updated_at', f.updated_at, 'version', f.version)"
    };
}

/// A calendar to be read.
#[derive(Clone, Debug)]
pub struct NewFeed<'a> {
    /// Its id.
    pub id: FeedId,
    /// The unit, by its number; `None` for that of a listing with one.
    pub unit: Option<u16>,
    /// What the host calls it.
    pub name: &'a str,
    /// Where it is.
    pub url: &'a str,
    /// Now; it is due at once.
    pub now: Timestamp,
}

/// What became of a new calendar.
#[derive(Clone, Debug, Deserialize)]
pub struct Made {
    /// It, if it was made.
    pub feed: Option<Feed>,
    /// How many units the listing has.
    pub units: u16,
}

/// Lets a calendar be read for the host's listing; `None` when the host has no such listing.
///
/// Nothing is made for a unit that is not there or not named among several, nor beyond [`MAX_FEEDS`].
pub async fn insert(
    db: &Db,
    property: PropertyId,
    host: UserId,
    new: &NewFeed<'_>,
) -> Result<Option<Made>, DbError> {
    let sql = concat!(
        "WITH p AS (
             SELECT p.id, (SELECT count(*) FROM units u WHERE u.property_id = p.id) AS units FROM properties p
             WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'),
         made AS (
             -- All lanes that are free are offered; the first that still is is taken, and the id keeps it at one.
             INSERT INTO feeds (id, property_id, unit_id, lane, name, url, next_poll_at, created_at, updated_at)
             SELECT :id::uuid, p.id, u.id, n, :name, :url, :now::timestamptz, :now::timestamptz, :now::timestamptz
             FROM p
             JOIN units u ON u.property_id = p.id
                 AND u.ordinal = coalesce(:unit::int4, CASE WHEN p.units = 1 THEN u.ordinal END)
             CROSS JOIN generate_series(1, :most::int4) AS n
             WHERE NOT EXISTS (SELECT FROM feeds o WHERE o.unit_id = u.id AND o.lane = n)
             ORDER BY n
             ON CONFLICT DO NOTHING RETURNING *)
         SELECT jsonb_build_object('units', p.units, 'feed', (
             SELECT ",
        feed_json!(),
        " FROM (SELECT * FROM made UNION ALL SELECT * FROM feeds o WHERE o.id = :id::uuid) f LIMIT 1))::text FROM p"
    );
    let statement = Statement::new(sql)
        .uuid("id", new.id)
        .uuid("property", property)
        .uuid("host", host)
        .int("unit", new.unit.map(i64::from))
        .text("name", new.name)
        .text("url", new.url)
        .int("most", i64::from(MAX_FEEDS))
        .instant("now", new.now)
        .idempotent();
    db.optional(statement).await
}

/// The calendars of the host's listing, the oldest first; `None` when the host has no such listing.
pub async fn list(db: &Db, property: PropertyId, host: UserId) -> Result<Option<Vec<Feed>>, DbError> {
    // A row for each: all of them in one might be longer than a row of the Data API can be.
    let sql = concat!(
        "SELECT t.text FROM (
             SELECT 1 AS part, NULL::uuid AS id, 'null' AS text FROM properties p
             WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'
             UNION ALL
             SELECT 2, f.id, (",
        feed_json!(),
        ")::text FROM feeds f JOIN properties p ON p.id = f.property_id
             WHERE f.property_id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived') t
         ORDER BY t.part, t.id"
    );
    let statement = Statement::new(sql).uuid("property", property).uuid("host", host).idempotent();
    let feeds: Vec<Option<Feed>> = db.rows(statement).await?;
    Ok((!feeds.is_empty()).then(|| feeds.into_iter().flatten().collect()))
}

/// A calendar of the host's listing, with what it said when it was last read: five hundred events at most.
pub async fn find(
    db: &Db,
    property: PropertyId,
    host: UserId,
    id: FeedId,
) -> Result<Option<(Feed, Vec<SaidEvent>)>, DbError> {
    #[derive(Deserialize)]
    struct Row {
        feed: Feed,
        said: Vec<(Date, Date, bool)>,
    }
    let sql = concat!(
        "SELECT jsonb_build_object('feed', ",
        feed_json!(),
        ", 'said', (SELECT coalesce(jsonb_agg(jsonb_build_array(lower(e.nights), upper(e.nights), e.own)
                        ORDER BY e.number), '[]')
                    FROM feed_events e WHERE e.feed_id = f.id AND e.number <= 500))::text
         FROM feeds f JOIN properties p ON p.id = f.property_id
         WHERE f.id = :id::uuid AND f.property_id = :property::uuid AND p.host_id = :host::uuid
           AND p.state <> 'archived'"
    );
    let statement =
        Statement::new(sql).uuid("id", id).uuid("property", property).uuid("host", host).idempotent();
    let row: Option<Row> = db.optional(statement).await?;
    Ok(row.map(|row| {
        let said = row.said.into_iter().map(|(from, to, own)| SaidEvent { from, to, own });
        (row.feed, said.collect())
    }))
}

/// What a host changes; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    /// The name.
    pub name: Option<&'a str>,
    /// Where it is. What was known of the old address is forgotten, but the nights stay until the new one was read.
    pub url: Option<&'a str>,
    /// Whether it is read. Switched on it is due at once.
    pub enabled: Option<bool>,
}

/// Changes a calendar of the host's listing, if it is at `version`, or at any without one; `None` where it is not.
pub async fn change(
    db: &Db,
    (property, host): (PropertyId, UserId),
    id: FeedId,
    version: Option<i64>,
    change: Change<'_>,
    now: Timestamp,
) -> Result<Option<Feed>, DbError> {
    let sql = concat!(
        "UPDATE feeds f SET name = coalesce(:name, f.name), url = coalesce(:url, f.url),
             disabled = CASE WHEN :enabled::boolean THEN NULL WHEN NOT :enabled::boolean THEN 'by_host'
                 ELSE f.disabled END,
             -- Whoever is reading the old address at this moment finds the claim gone.
             claimed_at = CASE WHEN a.anew OR NOT :enabled::boolean THEN NULL ELSE f.claimed_at END,
             queued_until = CASE WHEN a.anew THEN NULL ELSE f.queued_until END,
             next_poll_at = CASE WHEN a.anew THEN :now::timestamptz ELSE f.next_poll_at END,
             failures = CASE WHEN a.anew THEN 0 ELSE f.failures END,
             failing_since = CASE WHEN a.anew THEN NULL ELSE f.failing_since END,
             warned_at = CASE WHEN a.anew THEN NULL ELSE f.warned_at END,
             last_error = CASE WHEN a.anew THEN NULL ELSE f.last_error END,
             etag = CASE WHEN a.anew THEN NULL ELSE f.etag END,
             last_modified = CASE WHEN a.anew THEN NULL ELSE f.last_modified END,
             compared_with = CASE WHEN a.anew THEN NULL ELSE f.compared_with END,
             updated_at = :now::timestamptz, version = f.version + 1
         FROM properties p,
              LATERAL (SELECT coalesce(:url::text IS NOT NULL OR :enabled::boolean, false) AS anew) a
         WHERE f.id = :id::uuid AND f.property_id = :property::uuid AND p.id = f.property_id
           AND p.host_id = :host::uuid AND p.state <> 'archived'
           AND (:version::int8 IS NULL OR f.version = :version::int8)
         RETURNING (",
        feed_json!(),
        ")::text"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("property", property)
        .uuid("host", host)
        .int("version", version)
        .text("name", change.name)
        .text("url", change.url)
        .boolean("enabled", change.enabled)
        .instant("now", now);
    db.optional(statement).await
}

/// Takes a calendar of the host's listing away and gives its nights back; `false` when there is none.
pub async fn delete(
    db: &Db,
    property: PropertyId,
    host: UserId,
    id: FeedId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let statement = Statement::new(
        "SELECT to_jsonb(delete_feed(:id::uuid, :property::uuid, :host::uuid, :now::timestamptz))::text",
    )
    .uuid("id", id)
    .uuid("property", property)
    .uuid("host", host)
    .instant("now", now);
    db.one(statement).await
}

/// What became of the wish to have a calendar read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// It is due.
    Due,
    /// It was read a moment ago.
    TooSoon,
    /// It is switched off.
    Disabled,
}

/// Makes a calendar of the host's listing due, unless it was tried within [`MIN_BETWEEN`]; `None` when there is none.
pub async fn refresh(
    db: &Db,
    property: PropertyId,
    host: UserId,
    id: FeedId,
    now: Timestamp,
) -> Result<Option<Asked>, DbError> {
    let statement = Statement::new(
        "WITH f AS (
             SELECT f.id, f.disabled FROM feeds f JOIN properties p ON p.id = f.property_id
             WHERE f.id = :id::uuid AND f.property_id = :property::uuid AND p.host_id = :host::uuid
               AND p.state <> 'archived'),
         due AS (
             UPDATE feeds g SET next_poll_at = :now::timestamptz FROM f
             WHERE g.id = f.id AND g.disabled IS NULL
               AND (g.last_polled_at IS NULL OR g.last_polled_at <= :before::timestamptz)
             RETURNING g.id)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM due) THEN 'due' WHEN f.disabled IS NULL THEN 'too_soon'
             ELSE 'disabled' END)::text
         FROM f",
    )
    .uuid("id", id)
    .uuid("property", property)
    .uuid("host", host)
    .instant("now", now)
    .instant("before", now.checked_sub(MIN_BETWEEN).unwrap_or(Timestamp::MIN))
    .idempotent();
    db.optional(statement).await
}
