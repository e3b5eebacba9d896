//! Everything that is held about somebody, told to them and taken out again.

use domain::ids::UserId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Result;
use super::privacy::{HELD, Table};
use crate::db::{Db, Statement};

/// How many rows one statement reads: they fit into a response of the Data API with room to spare.
const ROWS: i64 = 100;

/// What became of the wish to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erased {
    /// Done.
    Done,
    /// Stays are open, as guest or as host: somebody counts on them.
    StaysOpen,
}

/// Every row about an account, by table, without what would let somebody in.
pub async fn export(db: &Db, user: UserId) -> Result<Map<String, Value>> {
    let mut all = Map::new();
    for table in HELD.iter().filter(|table| !table.sql.is_empty()) {
        let mut rows = Vec::new();
        loop {
            let page = db
                .texts(
                    Statement::new(table.sql)
                        .uuid("user", user)
                        .int("limit", ROWS)
                        .int("skip", i64::try_from(rows.len()).unwrap_or(i64::MAX))
                        .idempotent(),
                )
                .await?;
            let full = page.len() == usize::try_from(ROWS).unwrap_or(usize::MAX);
            for text in page {
                rows.push(Value::Object(shown(table, serde_json::from_str(&text)?)));
            }
            if !full {
                break;
            }
        }
        all.insert(table.name.to_owned(), Value::Array(rows));
    }
    Ok(all)
}

fn shown(table: &Table, row: Map<String, Value>) -> Map<String, Value> {
    row.into_iter().filter(|(column, _)| !table.hidden.contains(&column.as_str())).collect()
}

/// Forgets what no law asks to keep: the person's name, addresses and words, and every way in. What money and stays
/// leave behind stays under an id that leads to nobody.
///
/// Answers `None` where there is no such account (any more).
pub async fn erase(db: &Db, user: UserId, now: Timestamp) -> Result<Option<Erased>> {
    let statement = Statement::new(
        "WITH who AS (
             SELECT u.id, EXISTS (
                 SELECT FROM bookings b WHERE (b.guest_id = u.id OR b.host_id = u.id)
                   AND (b.state IN ('confirmed', 'checked_in')
                        OR b.state IN ('pending_payment', 'requested') AND b.hold_expires_at > :now::timestamptz)
                 ) AS open
             FROM users u WHERE u.id = :user::uuid AND u.erased_at IS NULL FOR UPDATE OF u),
         gone AS (
             UPDATE users u SET email = 'erased@erased.invalid', email_key = NULL, name = 'Erased',
                 password_hash = NULL, locale = 'en', time_zone = 'UTC', pending_email = NULL,
                 pending_email_message = NULL, erased_at = :now::timestamptz,
                 sessions_valid_from = :now::timestamptz, updated_at = :now::timestamptz, version = u.version + 1
             FROM who WHERE u.id = who.id AND NOT who.open RETURNING u.id),
         tokens AS (DELETE FROM single_use_tokens t USING gone WHERE t.user_id = gone.id),
         choices AS (DELETE FROM notification_preferences t USING gone WHERE t.user_id = gone.id),
         mail AS (DELETE FROM mail_events t USING gone WHERE t.user_id = gone.id),
         codes AS (DELETE FROM recovery_codes t USING gone WHERE t.user_id = gone.id),
         factors AS (DELETE FROM second_factors t USING gone WHERE t.user_id = gone.id),
         hooks AS (DELETE FROM webhook_endpoints e USING gone WHERE e.owner_id = gone.id),
         links AS (DELETE FROM onboarding_links t USING gone WHERE t.user_id = gone.id),
         told AS (
             -- What the provider said of a host has their address in it.
             UPDATE provider_events e
             SET payload = e.payload #- '{data,object,email}' #- '{data,object,individual}'
                     #- '{data,object,business_profile}'
             FROM gone WHERE e.payload #>> '{data,object,metadata,user_id}' = gone.id::text
                OR e.payload #>> '{data,object,id}' IN (
                     SELECT h.provider_account FROM host_accounts h WHERE h.user_id = gone.id)),
         stays AS (
             UPDATE bookings b SET message = '', details = '{}', updated_at = :now::timestamptz,
                 version = b.version + 1
             FROM gone WHERE b.guest_id = gone.id AND (b.message <> '' OR b.details <> '{}')),
         words AS (
             UPDATE reviews r SET private_text = '', updated_at = :now::timestamptz, version = r.version + 1
             FROM gone WHERE r.author_id = gone.id AND r.private_text <> ''),
         letters AS (
             UPDATE thread_messages m SET text = '', masked = NULL
             FROM gone WHERE m.author_id = gone.id AND m.text <> ''),
         reading AS (DELETE FROM thread_reads t USING gone WHERE t.user_id = gone.id),
         wishes AS (DELETE FROM wishlists t USING gone WHERE t.owner_id = gone.id),
         homes AS (
             UPDATE properties p SET state = 'archived', description = '', source_ref = NULL,
                 address = p.address - 'line1' - 'line2' - 'postal_code', updated_at = :now::timestamptz,
                 version = p.version + 1
             FROM gone WHERE p.host_id = gone.id RETURNING p.id),
         meanings AS (
             -- What nobody else's listing says may be a name.
             DELETE FROM search_words s
             USING (SELECT DISTINCT w.word FROM properties p, gone, words_of(p.title, p.address, p.description) AS w (word)
                    WHERE p.host_id = gone.id) said
             WHERE s.word = said.word AND NOT EXISTS (
                 SELECT FROM properties o, gone
                 WHERE o.state = 'published' AND o.host_id <> gone.id AND o.words @@ plainto_tsquery('english', s.word))),
         helpers AS (
             DELETE FROM cohosts c USING gone
             WHERE c.user_id = gone.id OR c.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = gone.id)),
         forms AS (DELETE FROM message_templates t USING homes WHERE t.property_id = homes.id),
         calendars AS (DELETE FROM calendar_links k USING homes WHERE k.property_id = homes.id),
         feeds AS (DELETE FROM feeds f USING homes WHERE f.property_id = homes.id),
         notes AS (
             UPDATE claims c SET note = '' FROM units n, homes
             WHERE n.property_id = homes.id AND c.unit_id = n.id AND c.note <> ''),
         pictures AS (
             UPDATE photos f SET state = 'deleted', caption = '', updated_at = :now::timestamptz
             FROM homes WHERE f.property_id = homes.id AND f.state <> 'deleted' RETURNING f.id),
         objects AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT gen_random_uuid(), 'media', jsonb_build_object('type', 'remove', 'photo_id', id),
                    :now::timestamptz, :now::timestamptz
             FROM pictures),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id)
             SELECT :now::timestamptz, id, 'account_erased', 'user', id FROM gone)
         SELECT to_jsonb(CASE WHEN who.open THEN 'stays_open' ELSE 'done' END)::text FROM who",
    )
    .uuid("user", user)
    .instant("now", now);
    db.optional(statement).await
}
