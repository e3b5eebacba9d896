//! Pages of conversations and of their messages.

use domain::ids::{BookingId, ThreadId, UserId};

use super::{Message, Position, Thread, contact_shown, is_party, message_json, thread_json};
use crate::batch::{self, batch};
use crate::db::{Db, DbError, Statement};

/// The part of the list that `$whose` brings, from its own index.
macro_rules! part {
    ($whose:literal) => {
        concat!(
            "(SELECT t.* FROM threads t WHERE ",
            $whose,
            " AND (:booking::uuid IS NULL OR t.booking_id = :booking::uuid)
                AND (t.last_message_at, t.id) < (coalesce(:after_at::timestamptz, 'infinity'),
                    coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
              ORDER BY t.last_message_at DESC, t.id DESC LIMIT :limit::int4)"
        )
    };
}

/// Up to `limit` conversations of the viewer's, as guest, host and co-host, after `after`, those with the newest messages
/// first; with `booking` the one about it.
pub async fn list(
    db: &Db,
    viewer: UserId,
    booking: Option<BookingId>,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Thread>, DbError> {
    let sql = concat!(
        "WITH t AS (",
        part!("t.guest_id = :viewer::uuid"),
        " UNION ",
        part!("t.host_id = :viewer::uuid"),
        " UNION
          SELECT l.* FROM cohosts c CROSS JOIN LATERAL ",
        part!("t.property_id = c.property_id"),
        " l WHERE c.user_id = :viewer::uuid AND 'bookings' = ANY (c.permissions))
         SELECT ",
        thread_json!(),
        " FROM (SELECT * FROM t ORDER BY t.last_message_at DESC, t.id DESC LIMIT :limit::int4) t
          CROSS JOIN LATERAL (SELECT ",
        contact_shown!("t"),
        " AS contact) s ORDER BY t.last_message_at DESC, t.id DESC"
    );
    let statement = Statement::new(sql)
        .uuid("viewer", viewer)
        .uuid_opt("booking", booking)
        .instant("after_at", after.map(|after| after.last_message_at))
        .uuid_opt("after_id", after.map(|after| after.id))
        .int("limit", i64::from(limit))
        .idempotent();
    db.rows(statement).await
}

/// Up to `limit` messages of a conversation before the message `before`, the newest first; `None` where the conversation
/// is not the viewer's.
pub async fn messages(
    db: &Db,
    thread: ThreadId,
    viewer: UserId,
    before: Option<u32>,
    limit: u32,
) -> Result<Option<Vec<Message>>, DbError> {
    // A conversation of the viewer's begins with a row of its own, so that one without messages is told from none.
    let sql = concat!(
        "WITH t AS (SELECT t.id, ",
        contact_shown!("t"),
        " AS contact FROM threads t WHERE t.id = :thread::uuid AND ",
        is_party!("t"),
        ")
         SELECT row.text FROM (
             SELECT NULL::integer AS seq, 'null' AS text FROM t
             UNION ALL
             (SELECT m.seq, ",
        message_json!("m", "t.contact"),
        "::text FROM t JOIN thread_messages m ON m.thread_id = t.id
              WHERE m.seq < coalesce(:before::int4, 2147483647) ORDER BY m.seq DESC LIMIT :limit::int4)) row
         ORDER BY row.seq DESC NULLS FIRST"
    );
    let statement = Statement::new(sql)
        .uuid("thread", thread)
        .uuid("viewer", viewer)
        .int("before", before.map(i64::from))
        .int("limit", i64::from(limit))
        .idempotent();
    let rows: Vec<Option<Message>> = db.rows(statement).await?;
    Ok((!rows.is_empty()).then(|| rows.into_iter().flatten().collect()))
}

/// Up to `limit` of the newest messages of each of the conversations that are the viewer's, the newest first.
pub async fn first_messages(
    db: &Db,
    threads: &[ThreadId],
    viewer: UserId,
    limit: u32,
) -> Result<Vec<(ThreadId, Vec<Message>)>, DbError> {
    const SQL: &str = batch!(concat!(
        "SELECT t.id, -l.seq AS part, l.text FROM (SELECT t.*, ",
        contact_shown!("t"),
        " AS contact FROM threads t WHERE t.id = ANY (string_to_array(:ids, ',')::uuid[]) AND ",
        is_party!("t"),
        ") t CROSS JOIN LATERAL (SELECT m.seq, ",
        message_json!("m", "t.contact"),
        "::text AS text FROM thread_messages m WHERE m.thread_id = t.id
             ORDER BY m.seq DESC LIMIT :limit::int4) l"
    ));
    let statement = || Statement::new(SQL).uuid("viewer", viewer).int("limit", i64::from(limit));
    batch::read_as(db, threads.iter().copied(), statement).await
}
