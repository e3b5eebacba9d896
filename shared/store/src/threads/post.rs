//! Writing: into a conversation, or the first words of one.

use domain::ids::{BookingId, MessageId, PropertyId, ThreadId, UserId};
use domain::messages::Message as Told;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Message, contact_shown, is_party, message_json, side_of_viewer};
use crate::db::{Db, DbError, Statement};
use crate::outbox::messages_json;

/// A message to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Its id, made beforehand: kept twice it is kept once.
    pub id: MessageId,
    /// Who writes.
    pub author: UserId,
    /// As it was written.
    pub text: &'a str,
    /// As it is shown before a stay is confirmed, where that differs.
    pub masked: Option<&'a str>,
    /// What follows; goes to the outbox with it.
    pub told: &'a [Told],
    /// When.
    pub now: Timestamp,
}

/// What a conversation is begun about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A listing on the market, by a guest.
    Property(PropertyId),
    /// A booking, by either side.
    Booking(BookingId),
}

/// What came of writing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posted {
    /// It is there.
    Kept(Message),
    /// It is not.
    Refused(Why),
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its author is suspended.
    Suspended,
    /// Nobody would read it: the other side is suspended or gone.
    Closed,
    /// It is about the author's own listing.
    OwnListing,
}

/// Whether the account is suspended or erased.
macro_rules! is_out {
    ($user:literal) => {
        concat!(
            "EXISTS (SELECT FROM users o WHERE o.id = ",
            $user,
            " AND (o.suspended_at IS NOT NULL OR o.erased_at IS NOT NULL))"
        )
    };
}

/// What follows a thread `moved` that counted one message more of the side of `w`.
macro_rules! kept {
    () => {
        concat!(
            "posted AS (
                 INSERT INTO thread_messages (id, thread_id, seq, side, side_seq, author_id, text, masked, created_at)
                 SELECT :message::uuid, moved.id, moved.last_seq, w.side,
                        CASE w.side WHEN 'guest' THEN moved.guest_count ELSE moved.host_count END,
                        :viewer::uuid, :text, :masked, :now::timestamptz
                 FROM moved, w RETURNING *),
             told AS (
                 INSERT INTO outbox (id, topic, body, created_at, next_send_at)
                 SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
                 FROM posted, jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb))
             SELECT (CASE WHEN w.refused IS NOT NULL THEN jsonb_build_object('refused', w.refused)
                 ELSE jsonb_build_object('kept', (SELECT ",
            message_json!("m", "w.contact"),
            " FROM (SELECT * FROM posted UNION ALL SELECT * FROM known) m)) END)::text FROM w"
        )
    };
}

/// Writes into a conversation; `None` where it is not the author's.
pub async fn post(db: &Db, thread: ThreadId, new: &NewMessage<'_>) -> Result<Option<Posted>, DbError> {
    let sql = concat!(
        "WITH known AS (
             SELECT m.* FROM thread_messages m WHERE m.id = :message::uuid AND m.author_id = :viewer::uuid),
         w AS MATERIALIZED (
             SELECT t.id, ",
        side_of_viewer!("t"),
        " AS side, ",
        contact_shown!("t"),
        " AS contact, CASE WHEN ",
        is_out!(":viewer::uuid"),
        " THEN 'suspended' WHEN ",
        is_out!("CASE WHEN t.guest_id = :viewer::uuid THEN t.host_id ELSE t.guest_id END"),
        " THEN 'closed' END AS refused
             FROM threads t WHERE t.id = :thread::uuid AND ",
        is_party!("t"),
        "),
         moved AS (
             UPDATE threads k SET last_seq = k.last_seq + 1,
                    guest_count = k.guest_count + (w.side = 'guest')::integer,
                    host_count = k.host_count + (w.side = 'host')::integer,
                    last_message_at = greatest(k.last_message_at, :now::timestamptz)
             FROM w WHERE k.id = w.id AND w.refused IS NULL AND NOT EXISTS (SELECT FROM known)
             RETURNING k.*),
         ",
        kept!()
    );
    db.optional(bind(Statement::new(sql).uuid("thread", thread), new)?).await
}

/// Writes the first words of a conversation, or further ones where there is one already; `None` where there is no such
/// listing on the market, or no such booking of the author's.
pub async fn start(
    db: &Db,
    thread: ThreadId,
    about: About,
    new: &NewMessage<'_>,
) -> Result<Option<Posted>, DbError> {
    let sql = concat!(
        "WITH known AS (
             SELECT m.* FROM thread_messages m WHERE m.id = :message::uuid AND m.author_id = :viewer::uuid),
         t AS (
             SELECT p.id AS property_id, p.host_id, :viewer::uuid AS guest_id, NULL::uuid AS booking_id
             FROM properties p WHERE p.id = :property::uuid AND p.state = 'published'
             UNION ALL
             SELECT b.property_id, b.host_id, b.guest_id, b.id FROM bookings b WHERE b.id = :booking::uuid),
         w AS MATERIALIZED (
             SELECT t.*, ",
        side_of_viewer!("t"),
        " AS side, ",
        contact_shown!("t"),
        " AS contact, CASE WHEN t.guest_id = t.host_id THEN 'own_listing' WHEN ",
        is_out!(":viewer::uuid"),
        " THEN 'suspended' WHEN ",
        is_out!("CASE WHEN t.guest_id = :viewer::uuid THEN t.host_id ELSE t.guest_id END"),
        " THEN 'closed' END AS refused
             FROM t WHERE ",
        is_party!("t"),
        "),
         moved AS (
             INSERT INTO threads AS k (id, property_id, host_id, guest_id, booking_id, last_seq, guest_count, host_count,
                                       created_at, last_message_at)
             SELECT :thread::uuid, w.property_id, w.host_id, w.guest_id, w.booking_id, 1,
                    (w.side = 'guest')::integer, (w.side = 'host')::integer, :now::timestamptz, :now::timestamptz
             FROM w WHERE w.refused IS NULL AND NOT EXISTS (SELECT FROM known)
             ON CONFLICT ON CONSTRAINT threads_one_about_each DO UPDATE SET last_seq = k.last_seq + 1,
                    guest_count = k.guest_count + excluded.guest_count,
                    host_count = k.host_count + excluded.host_count,
                    last_message_at = greatest(k.last_message_at, excluded.last_message_at)
             RETURNING k.*),
         ",
        kept!()
    );
    let (property, booking) = match about {
        About::Property(id) => (Some(id), None),
        About::Booking(id) => (None, Some(id)),
    };
    let statement = Statement::new(sql)
        .uuid("thread", thread)
        .uuid_opt("property", property)
        .uuid_opt("booking", booking);
    db.optional(bind(statement, new)?).await
}

fn bind(statement: Statement, new: &NewMessage<'_>) -> Result<Statement, DbError> {
    Ok(statement
        .uuid("message", new.id)
        .uuid("viewer", new.author)
        .text("text", new.text)
        .text("masked", new.masked)
        .text("outbox", messages_json(new.told)?.as_str())
        .instant("now", new.now)
        .idempotent())
}
