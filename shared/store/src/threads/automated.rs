//! What is due to be written by itself, and its writing, once.

use domain::conversation::Moment;
use domain::ids::{BookingId, MessageId, ThreadId};
use domain::messages::Message as Told;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};
use crate::outbox::messages_json;

/// What is due, with what its template is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Due {
    /// The stay.
    pub booking_id: BookingId,
    /// Which of its messages.
    pub moment: Moment,
    /// The template; none where the host took it away this very moment.
    pub template: Option<String>,
    /// The guest's first name.
    pub guest_name: String,
    /// The listing's title.
    pub property: String,
    /// The day of arrival.
    pub check_in: Date,
    /// The time of arrival at the place, as `15:00`.
    pub check_in_time: String,
    /// The day of departure.
    pub check_out: Date,
    /// The time of departure at the place, as `11:00`.
    pub check_out_time: String,
}

/// A message that was filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Filled {
    /// The stay.
    pub booking_id: BookingId,
    /// Which of its messages.
    pub moment: Moment,
    /// The message's id, made beforehand.
    pub message_id: MessageId,
    /// The conversation's id, where there is none yet.
    pub thread_id: ThreadId,
    /// The words; none where there is nothing to be written.
    pub text: Option<String>,
    /// As they are shown where contact data is not.
    pub masked: Option<String>,
}

/// Up to `limit` messages that are due, the longest waiting first, and of each stay one: its next one waits for the next
/// turn.
pub async fn due(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<Due>, DbError> {
    db.rows(
        Statement::new(
            "SELECT DISTINCT ON (a.booking_id) jsonb_build_object(
                 'booking_id', a.booking_id, 'moment', a.moment, 'template', t.text,
                 'guest_name', split_part(g.name, ' ', 1), 'property', p.title,
                 'check_in', b.check_in, 'check_in_time', to_char(b.check_in_time, 'HH24:MI'),
                 'check_out', b.check_out, 'check_out_time', to_char(b.check_out_time, 'HH24:MI'))::text
             FROM (SELECT * FROM automated_messages a
                   WHERE a.sent_at IS NULL AND a.due_at <= :now::timestamptz
                   ORDER BY a.due_at LIMIT :limit::int4) a
             JOIN bookings b ON b.id = a.booking_id
             JOIN users g ON g.id = b.guest_id
             JOIN properties p ON p.id = b.property_id
             LEFT JOIN message_templates t ON t.property_id = b.property_id AND t.moment = a.moment
             ORDER BY a.booking_id, a.due_at",
        )
        .instant("now", now)
        .int("limit", i64::from(limit))
        .idempotent(),
    )
    .await
}

/// Writes what is still due, and forgets what has lost its sense: of a stay that was cancelled, before an arrival that is
/// past, in the name of a host who is suspended. Answers the messages that were written.
///
/// The booking is held meanwhile, so that none is cancelled between the look and the writing; one that somebody else holds
/// waits for the next turn. Of two schedulers the second finds nothing due.
pub async fn write(
    db: &Db,
    filled: &[Filled],
    told: &[Told],
    now: Timestamp,
) -> Result<Vec<MessageId>, DbError> {
    let statement = Statement::new(
        "WITH wanted AS (
             SELECT * FROM jsonb_to_recordset(:filled::jsonb) AS w(
                 booking_id uuid, moment text, message_id uuid, thread_id uuid, text text, masked text)),
         held AS MATERIALIZED (
             SELECT b.id, b.state, b.check_in_at, b.property_id, b.host_id, b.guest_id FROM bookings b
             WHERE b.id IN (SELECT w.booking_id FROM wanted w) ORDER BY b.id FOR NO KEY UPDATE SKIP LOCKED),
         judged AS MATERIALIZED (
             SELECT w.*, h.property_id, h.host_id, h.guest_id, w.text IS NOT NULL
                 AND h.state IN ('confirmed', 'checked_in', 'completed')
                 AND (w.moment = 'after_check_out' OR h.state <> 'completed')
                 AND (w.moment <> 'before_check_in' OR h.check_in_at > :now::timestamptz)
                 AND NOT EXISTS (SELECT FROM users o WHERE o.id IN (h.host_id, h.guest_id)
                                   AND (o.suspended_at IS NOT NULL OR o.erased_at IS NOT NULL)) AS good
             FROM wanted w JOIN held h ON h.id = w.booking_id),
         dropped AS (
             DELETE FROM automated_messages a USING judged j
             WHERE NOT j.good AND a.booking_id = j.booking_id AND a.moment = j.moment
               AND a.sent_at IS NULL AND a.due_at <= :now::timestamptz),
         sent AS (
             UPDATE automated_messages a SET sent_at = :now::timestamptz, message_id = j.message_id FROM judged j
             WHERE j.good AND a.booking_id = j.booking_id AND a.moment = j.moment
               AND a.sent_at IS NULL AND a.due_at <= :now::timestamptz
             RETURNING j.*),
         moved AS (
             INSERT INTO threads AS k (id, property_id, host_id, guest_id, booking_id, last_seq, guest_count, host_count,
                                       created_at, last_message_at)
             SELECT s.thread_id, s.property_id, s.host_id, s.guest_id, s.booking_id, 1, 0, 1, :now::timestamptz,
                    :now::timestamptz
             FROM sent s ORDER BY s.booking_id
             ON CONFLICT ON CONSTRAINT threads_one_about_each DO UPDATE SET last_seq = k.last_seq + 1,
                    host_count = k.host_count + 1,
                    last_message_at = greatest(k.last_message_at, excluded.last_message_at)
             RETURNING k.*),
         posted AS (
             INSERT INTO thread_messages (id, thread_id, seq, side, side_seq, author_id, automated, text, masked, created_at)
             SELECT s.message_id, m.id, m.last_seq, 'host', m.host_count, s.host_id, s.moment, s.text, s.masked,
                    :now::timestamptz
             FROM sent s JOIN moved m ON m.booking_id = s.booking_id
             RETURNING id),
         told AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)
             WHERE (m.body ->> 'message_id')::uuid IN (SELECT id FROM posted))
         SELECT to_jsonb(id)::text FROM posted",
    )
    .json("filled", &filled)?
    .text("outbox", messages_json(told)?.as_str())
    .instant("now", now);
    db.rows(statement).await
}
