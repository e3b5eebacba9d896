//! The work of the queue: which calendars are due, whose turn it is, what came of it.

use domain::dates::Zone;
use domain::feed::Said;
use domain::ids::{FeedConflictId, FeedId, PropertyId};
use domain::messages::{Message, NotificationMessage};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::db::{Db, DbError, Statement};

/// The calendars that are due, up to `limit`; they are not answered again before `queued_until`.
pub async fn take_due(
    db: &Db,
    now: Timestamp,
    queued_until: Timestamp,
    limit: u32,
) -> Result<Vec<FeedId>, DbError> {
    db.rows(
        Statement::new(
            "WITH due AS (
                 SELECT f.id FROM feeds f
                 WHERE f.disabled IS NULL AND f.next_poll_at <= :now::timestamptz
                   AND (f.queued_until IS NULL OR f.queued_until <= :now::timestamptz)
                   AND EXISTS (SELECT FROM properties p WHERE p.id = f.property_id AND p.state <> 'archived')
                 ORDER BY f.next_poll_at LIMIT :limit::int4 FOR UPDATE OF f SKIP LOCKED)
             UPDATE feeds f SET queued_until = :until::timestamptz FROM due WHERE f.id = due.id
             RETURNING to_jsonb(f.id)::text",
        )
        .instant("now", now)
        .instant("until", queued_until)
        .int("limit", i64::from(limit)),
    )
    .await
}

/// A calendar that is the caller's to read.
#[derive(Clone, Debug, Deserialize)]
pub struct Work {
    /// Which one.
    pub feed_id: FeedId,
    /// Of which listing.
    pub property_id: PropertyId,
    /// Where the listing is.
    pub zone: Zone,
    /// When it was claimed: who settles it says so.
    pub claimed_at: Timestamp,
    /// Where it is. A way in: not for logs.
    pub url: String,
    /// What the other side calls the version that was last read.
    pub etag: Option<String>,
    /// When the other side says that one was made.
    pub last_modified: Option<String>,
    /// What of ours it was compared with.
    pub compared_with: Option<String>,
    /// Tries that failed since the last success.
    pub failures: u32,
    /// When the first of them did.
    pub failing_since: Option<Timestamp>,
    /// Whether the host was told of them.
    pub warned: bool,
    /// The names of the listing's stays, as our own calendar tells them.
    pub names: Vec<String>,
    /// What stays and the host take of the unit, and what is taken of all units together.
    pub taken: Vec<Taken>,
}

/// Nights that are taken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Taken {
    /// The first night.
    pub from: Date,
    /// The date of departure.
    pub to: Date,
}

/// Claims a calendar, where it is due and nobody else's. Claims of `stale_before` or earlier are taken over.
pub async fn claim(
    db: &Db,
    id: FeedId,
    now: Timestamp,
    stale_before: Timestamp,
) -> Result<Option<Work>, DbError> {
    db.optional(
        Statement::new(
            "WITH f AS (
                 UPDATE feeds f SET claimed_at = :now::timestamptz
                 FROM properties p
                 WHERE f.id = :id::uuid AND f.disabled IS NULL AND f.next_poll_at <= :now::timestamptz
                   AND (f.claimed_at IS NULL OR f.claimed_at <= :stale_before::timestamptz)
                   AND p.id = f.property_id AND p.state <> 'archived'
                 RETURNING f.*, p.time_zone, (:now::timestamptz AT TIME ZONE p.time_zone)::date AS today),
             held AS (
                 SELECT u.id AS unit_id, h.nights
                 FROM f
                 JOIN units u ON u.property_id = f.property_id
                 JOIN claims c ON c.unit_id = u.id AND c.released_at IS NULL AND c.kind <> 'feed'
                     AND c.nights && daterange(f.today, NULL)
                     AND (c.expires_at IS NULL OR c.expires_at > :now::timestamptz)
                 CROSS JOIN LATERAL (SELECT CASE WHEN c.grown_until <= :now::timestamptz THEN c.firm
                     ELSE c.nights END) AS h (nights)
                 WHERE upper(h.nights) > f.today),
             whole AS (
                 -- As our own calendar tells it of a listing with several units.
                 SELECT range_intersect_agg(n.nights) AS nights
                 FROM (SELECT coalesce(range_agg(h.nights), '{}') AS nights
                       FROM f JOIN units u ON u.property_id = f.property_id LEFT JOIN held h ON h.unit_id = u.id
                       GROUP BY u.id) n)
             SELECT jsonb_build_object(
                 'feed_id', f.id, 'property_id', f.property_id, 'zone', f.time_zone, 'claimed_at', f.claimed_at,
                 'url', f.url, 'etag', f.etag, 'last_modified', f.last_modified, 'compared_with', f.compared_with,
                 'failures', f.failures, 'failing_since', f.failing_since, 'warned', f.warned_at IS NOT NULL,
                 'names', (
                     SELECT coalesce(jsonb_agg(n.name ORDER BY n.name), '[]')
                     FROM (SELECT left(encode(sha256(convert_to(b.id::text, 'UTF8')), 'hex'), 32) AS name
                           FROM bookings b WHERE b.property_id = f.property_id AND b.check_in > f.today - 366
                             AND b.check_out > f.today) n),
                 'taken', (
                     SELECT coalesce(jsonb_agg(jsonb_build_object('from', lower(t.nights), 'to', upper(t.nights))
                         ORDER BY t.nights), '[]')
                     FROM (SELECT h.nights FROM held h WHERE h.unit_id = f.unit_id
                           UNION SELECT unnest(w.nights) FROM whole w) t))::text
             FROM f",
        )
        .uuid("id", id)
        .instant("now", now)
        .instant("stale_before", stale_before),
    )
    .await
}

/// What a calendar said, and what is remembered of it.
#[derive(Clone, Debug)]
pub struct Polled<'a> {
    /// Its nights.
    pub said: &'a Said,
    /// What the other side calls this version; 500 characters at most.
    pub etag: Option<&'a str>,
    /// When it says that this one was made; 100 characters at most.
    pub last_modified: Option<&'a str>,
    /// What of ours it was compared with.
    pub compared_with: &'a str,
    /// Tonight at the listing.
    pub today: Date,
    /// When it is read next.
    pub next_poll_at: Timestamp,
}

/// What came of it.
#[derive(Debug, Deserialize)]
pub struct Applied {
    /// Stays that lie on its nights.
    pub conflicts: u32,
    /// Messages about those of which the host was not told yet; in the outbox already.
    pub sent: Vec<Message>,
}

/// Makes the calendar's nights those that were read, unless the claim on it is lost: then `None`, and nothing changes.
pub async fn apply(
    db: &Db,
    work: &Work,
    polled: &Polled<'_>,
    now: Timestamp,
) -> Result<Option<Applied>, DbError> {
    let said = polled.said;
    let events: Vec<(Date, Date, bool)> =
        said.events.iter().map(|event| (event.from, event.to, event.own)).collect();
    let facts = json!({
        "etag": polled.etag, "last_modified": polled.last_modified, "compared_with": polled.compared_with,
        "next_poll_at": polled.next_poll_at,
    });
    let notice = NotificationMessage::FeedConflict { conflict_id: FeedConflictId::from(Uuid::nil()) };
    let statement = Statement::new(
        "SELECT coalesce(apply_feed(:feed::uuid, :claim::timestamptz, :wanted::datemultirange,
             :echoed::datemultirange, :events::jsonb, :facts::jsonb, :today::date, :notice::jsonb,
             :now::timestamptz), 'null')::text",
    )
    .uuid("feed", work.feed_id)
    .instant("claim", work.claimed_at)
    .text("wanted", said.wanted.to_string().as_str())
    .text("echoed", said.echoed.to_string().as_str())
    .json("events", &events)?
    .json("facts", &facts)?
    .date("today", polled.today)
    .json("notice", &notice)?
    .instant("now", now);
    db.one(statement).await
}

/// Records that nothing has changed since the calendar was last read; nothing where the claim on it is lost.
pub async fn keep(db: &Db, work: &Work, next_poll_at: Timestamp, now: Timestamp) -> Result<(), DbError> {
    let statement = Statement::new(
        "UPDATE feeds f SET next_poll_at = :next::timestamptz, last_polled_at = :now::timestamptz,
             last_success_at = :now::timestamptz, last_error = NULL, failures = 0, failing_since = NULL,
             warned_at = NULL, claimed_at = NULL, queued_until = NULL
         WHERE f.id = :feed::uuid AND f.claimed_at = :claim::timestamptz AND f.disabled IS NULL",
    )
    .uuid("feed", work.feed_id)
    .instant("claim", work.claimed_at)
    .instant("next", next_poll_at)
    .instant("now", now)
    .idempotent();
    db.affected(statement).await?;
    Ok(())
}

/// What follows from a try that failed.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// Why; a stable code of 1 to 100 characters.
    pub error: &'a str,
    /// When it is tried again; `None` where it is given up.
    pub next_poll_at: Option<Timestamp>,
    /// Whether the host is told.
    pub warn: bool,
}

/// Records that a try failed, with the messages that follow; nothing where the claim on it is lost. The nights stay.
pub async fn fail(
    db: &Db,
    work: &Work,
    outcome: Outcome<'_>,
    messages: &[Message],
    now: Timestamp,
) -> Result<(), DbError> {
    let statement = Statement::new(
        "WITH failed AS (
             UPDATE feeds f SET last_error = :error, last_polled_at = :now::timestamptz, failures = f.failures + 1,
                 failing_since = coalesce(f.failing_since, :now::timestamptz),
                 next_poll_at = coalesce(:next::timestamptz, f.next_poll_at),
                 disabled = CASE WHEN :next::timestamptz IS NULL THEN 'failing' END,
                 warned_at = CASE WHEN :warn::boolean THEN :now::timestamptz ELSE f.warned_at END,
                 compared_with = NULL, claimed_at = NULL, queued_until = NULL
             WHERE f.id = :feed::uuid AND f.claimed_at = :claim::timestamptz AND f.disabled IS NULL
             RETURNING f.id)
         INSERT INTO outbox (id, topic, body, created_at, next_send_at)
         SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
         FROM jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)
         WHERE EXISTS (SELECT FROM failed)",
    )
    .uuid("feed", work.feed_id)
    .instant("claim", work.claimed_at)
    .text("error", outcome.error)
    .instant("next", outcome.next_poll_at)
    .boolean("warn", outcome.warn)
    .json("outbox", &messages)?
    .instant("now", now);
    db.affected(statement).await?;
    Ok(())
}
