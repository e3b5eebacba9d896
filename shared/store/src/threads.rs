//! Conversations: one of a guest about each booking, and one about each listing before any.
//!
//! What is shown is decided when it is read: a message with contact data keeps both of its texts, and everyone, its
//! author too, reads the masked one until the guest has a confirmed stay in the listing. It is the rule of the address,
//! and as with the address a cancelled stay ends it.

pub mod automated;
mod list;
mod post;
mod read;
pub mod templates;

use domain::conversation::{Moment, Side};
use domain::ids::{BookingId, MessageId, PropertyId, ThreadId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use list::{first_messages, list, messages};
pub use post::{About, NewMessage, Posted, Why, post, start};
pub use read::{find, find_many, mark_read};

/// A conversation as one of its people sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The listing.
    pub property_id: PropertyId,
    /// Its present title.
    pub property_title: String,
    /// The booking; none for an enquiry.
    pub booking_id: Option<BookingId>,
    /// Who asks, or stays.
    pub guest: Party,
    /// Whose place it is.
    pub host: Party,
    /// Which side the viewer is on.
    pub side: Side,
    /// How many of the other side's messages the viewer has not read.
    pub unread: u32,
    /// Whether contact data is shown.
    pub contact_shown: bool,
    /// The number of its last message.
    pub last_seq: u32,
    /// The last message.
    pub last_message: Option<Message>,
    /// When it began.
    pub created_at: Timestamp,
    /// When the last message came.
    pub last_message_at: Timestamp,
}

/// One side of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Party {
    /// The account.
    pub id: UserId,
    /// The first word of the name.
    pub name: String,
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation.
    pub thread_id: ThreadId,
    /// The how-manieth it is, from 1.
    pub seq: u32,
    /// Which side wrote it.
    pub side: Side,
    /// Who wrote it.
    pub author: Party,
    /// When it was written by itself.
    pub automated: Option<Moment>,
    /// The words, contact data masked where it is not to be shown; empty where the author is erased.
    pub text: String,
    /// Whether something in it is masked.
    pub is_masked: bool,
    /// When it came.
    pub created_at: Timestamp,
}

/// A place in the list of conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When its last message came.
    pub last_message_at: Timestamp,
    /// The conversation.
    pub id: ThreadId,
}

impl Thread {
    /// Where it stands in the list.
    pub const fn position(&self) -> Position {
        Position { last_message_at: self.last_message_at, id: self.id }
    }
}

/// Whether the row `$t` of `threads` is there for `:viewer`.
macro_rules! is_party {
    ($t:literal) => {
        concat!(
            "(",
            $t,
            ".guest_id = :viewer::uuid OR ",
            $t,
            ".host_id = :viewer::uuid OR EXISTS (
                 SELECT FROM cohosts c WHERE c.property_id = ",
            $t,
            ".property_id AND c.user_id = :viewer::uuid
                   AND 'bookings' = ANY (c.permissions)))"
        )
    };
}

/// Which side of the row `$t` of `threads` `:viewer` is on.
macro_rules! side_of_viewer {
    ($t:literal) => {
        concat!("CASE WHEN ", $t, ".guest_id = :viewer::uuid THEN 'guest' ELSE 'host' END")
    };
}

/// Whether contact data is shown in the row `$t` of `threads`: the rule of a listing's exact address.
macro_rules! contact_shown {
    ($t:literal) => {
        concat!(
            "EXISTS (SELECT FROM bookings k WHERE k.guest_id = ",
            $t,
            ".guest_id AND k.property_id = ",
            $t,
            ".property_id AND k.state IN ('confirmed', 'checked_in', 'completed'))"
        )
    };
}

/// The JSON of a [`Message`] from the row `$m` of `thread_messages` where `$shown` is true of contact data.
macro_rules! message_json {
    ($m:literal, $shown:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $m,
            ".id, 'thread_id', ",
            $m,
            ".thread_id, 'seq', ",
            $m,
            ".seq,
                 'side', ",
            $m,
            ".side, 'author', (
                     SELECT jsonb_build_object('id', u.id, 'name', split_part(u.name, ' ', 1))
                     FROM users u WHERE u.id = ",
            $m,
            ".author_id),
                 'automated', ",
            $m,
            ".automated,
                 'text', CASE WHEN ",
            $shown,
            " THEN ",
            $m,
            ".text ELSE coalesce(",
            $m,
            ".masked, ",
            $m,
            ".text) END,
                 'is_masked', ",
            $m,
            ".masked IS NOT NULL AND NOT ",
            $shown,
            ",
                 'created_at', ",
            $m,
            ".created_at)"
        )
    };
}

/// The JSON of a [`Thread`] from the row `t` of `threads`.
macro_rules! thread_json {
    () => {
        concat!(
            "jsonb_build_object('id', t.id, 'property_id', t.property_id, 'property_title', (
                     SELECT p.title FROM properties p WHERE p.id = t.property_id),
                 'booking_id', t.booking_id,
                 'guest', (SELECT jsonb_build_object('id', u.id, 'name', split_part(u.name, ' ', 1))
                           FROM users u WHERE u.id = t.guest_id),
                 'host', (SELECT jsonb_build_object('id', u.id, 'name', split_part(u.name, ' ', 1))
                          FROM users u WHERE u.id = t.host_id),
                 'side', ", crate::threads::side_of_viewer!("t"), ",
                 'unread', CASE WHEN t.guest_id = :viewer::uuid THEN t.host_count ELSE t.guest_count END - coalesce((
                     SELECT r.seen FROM thread_reads r
                     WHERE r.thread_id = t.id AND r.user_id = :viewer::uuid), 0),
                 'contact_shown', s.contact, 'last_seq', t.last_seq, 'last_message', (
                     SELECT ", crate::threads::message_json!("m", "s.contact"), "
                     FROM thread_messages m WHERE m.thread_id = t.id AND m.seq = t.last_seq),
                 'created_at', t.created_at, 'last_message_at', t.last_message_at)::text"
        )
    };
}

pub(crate) use {contact_shown, message_json};
use {is_party, side_of_viewer, thread_json};
