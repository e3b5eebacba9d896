//! What a mail about a message of a conversation says.

use domain::ids::{MessageId, ThreadId};
use serde::Deserialize;

use super::Person;
use super::facts::person_json;
use crate::db::{Db, DbError, Statement};
use crate::threads::contact_shown;

/// A message, and the one who is told about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MessageFacts {
    /// The conversation.
    pub thread_id: ThreadId,
    /// The other side: the guest, or the host.
    pub recipient: Person,
    /// The first word of the author's name.
    pub author: String,
    /// The listing's present title.
    pub title: String,
    /// The words as the recipient reads them now; empty where their author is erased.
    pub text: String,
}

/// The message as it is shown now.
pub async fn message(db: &Db, id: MessageId) -> Result<Option<MessageFacts>, DbError> {
    let sql = concat!(
        "SELECT jsonb_build_object('thread_id', t.id, 'title', p.title, 'author', split_part(a.name, ' ', 1),
             'text', CASE WHEN m.masked IS NULL OR ",
        contact_shown!("t"),
        " THEN m.text ELSE m.masked END, 'recipient', ",
        person_json!("u"),
        ")::text
         FROM thread_messages m JOIN threads t ON t.id = m.thread_id JOIN properties p ON p.id = t.property_id
         JOIN users a ON a.id = m.author_id
         JOIN users u ON u.id = CASE m.side WHEN 'guest' THEN t.host_id ELSE t.guest_id END
         WHERE m.id = :id::uuid"
    );
    db.optional(Statement::new(sql).uuid("id", id).idempotent()).await
}
