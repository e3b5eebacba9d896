//! One conversation, and how far it is read.

use domain::ids::{ThreadId, UserId};
use jiff::Timestamp;

use super::{Thread, contact_shown, is_party, side_of_viewer, thread_json};
use crate::batch::{self, batch};
use crate::db::{Db, DbError, Statement};

/// The conversation, if it is the viewer's.
pub async fn find(db: &Db, id: ThreadId, viewer: UserId) -> Result<Option<Thread>, DbError> {
    let sql = concat!(
        "SELECT ",
        thread_json!(),
        " FROM threads t CROSS JOIN LATERAL (SELECT ",
        contact_shown!("t"),
        " AS contact) s WHERE t.id = :id::uuid AND ",
        is_party!("t")
    );
    db.optional(Statement::new(sql).uuid("id", id).uuid("viewer", viewer).idempotent()).await
}

/// Those of the conversations that are the viewer's.
pub async fn find_many(db: &Db, ids: &[ThreadId], viewer: UserId) -> Result<Vec<Thread>, DbError> {
    const SQL: &str = batch!(concat!(
        "SELECT t.id, 1 AS part, ",
        thread_json!(),
        " AS text FROM threads t CROSS JOIN LATERAL (SELECT ",
        contact_shown!("t"),
        " AS contact) s WHERE t.id = ANY (string_to_array(:ids, ',')::uuid[]) AND ",
        is_party!("t")
    ));
    let statement = || Statement::new(SQL).uuid("viewer", viewer);
    let found: Vec<(ThreadId, Vec<Thread>)> = batch::read_as(db, ids.iter().copied(), statement).await?;
    Ok(found.into_iter().flat_map(|(_, threads)| threads).collect())
}

/// Notes that the viewer has read everything up to the message `seq`; what was read stays read. Answers whether the
/// conversation is the viewer's.
pub async fn mark_read(
    db: &Db,
    id: ThreadId,
    viewer: UserId,
    seq: u32,
    now: Timestamp,
) -> Result<bool, DbError> {
    let sql = concat!(
        "WITH t AS (SELECT t.id, t.last_seq, ",
        side_of_viewer!("t"),
        " AS side FROM threads t WHERE t.id = :id::uuid AND ",
        is_party!("t"),
        "),
         kept AS (
             INSERT INTO thread_reads AS r (thread_id, user_id, seq, seen, read_at)
             SELECT t.id, :viewer::uuid, least(:seq::int4, t.last_seq), coalesce((
                 SELECT m.side_seq FROM thread_messages m
                 WHERE m.thread_id = t.id AND m.seq <= :seq::int4 AND m.side <> t.side
                 ORDER BY m.seq DESC LIMIT 1), 0), :now::timestamptz
             FROM t
             ON CONFLICT (thread_id, user_id) DO UPDATE
                 SET seq = excluded.seq, seen = excluded.seen, read_at = excluded.read_at
                 WHERE excluded.seq > r.seq)
         SELECT to_jsonb(id)::text FROM t"
    );
    let statement = Statement::new(sql)
        .uuid("id", id)
        .uuid("viewer", viewer)
        .int("seq", i64::from(seq))
        .instant("now", now)
        .idempotent();
    Ok(!db.texts(statement).await?.is_empty())
}
