//! Shapes that several operations share.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which side of a conversation somebody is on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ThreadSide)]
pub(crate) enum Side {
    /// Whoever asks, or stays.
    Guest,
    /// Whose place it is, or a co-host.
    Host,
}

/// When a message of a host's goes out by itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageMoment)]
pub(crate) enum Moment {
    /// Once the booking is confirmed.
    OnConfirmation,
    /// Some hours before the guest may arrive.
    BeforeCheckIn,
    /// Some hours after the guest was to leave.
    AfterCheckOut,
}

/// Somebody who takes part in a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ThreadParty)]
pub(crate) struct Party {
    /// The account.
    id: Uuid,
    /// The first word of the name.
    #[schema(max_length = 200)]
    name: String,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0199b2a0-0000-7000-8000-000000000003", "thread_id": "0199b2a0-0000-7000-8000-000000000001", "seq": 2,
    "side": "host", "author": {"id": "0199b2a0-0000-7000-8000-000000000004", "name": "Hanna"}, "automated": null,
    "text": "Gladly. Call me at •••.", "is_masked": true, "created_at": "2026-12-10T09:30:00Z"
}))]
pub(crate) struct Message {
    /// Which one.
    pub(crate) id: Uuid,
    /// The conversation.
    pub(crate) thread_id: Uuid,
    /// The how-manieth of the conversation it is, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    seq: u32,
    side: Side,
    author: Party,
    /// When it was written by itself, by a template of the host's; `null` where somebody wrote it.
    automated: Option<Moment>,
    /// The words. Contact data stands as `•••` before a stay is confirmed, for its author, too. Empty where the author's
    /// account is erased.
    #[schema(max_length = 4100)]
    text: String,
    /// Whether contact data in it is masked.
    is_masked: bool,
    /// When it was sent.
    created_at: Timestamp,
}

/// A conversation about a booking, or an enquiry about a listing, as the caller sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Thread {
    /// Which one.
    id: Uuid,
    /// The listing.
    property_id: Uuid,
    /// Its present title.
    #[schema(max_length = 200)]
    property_title: String,
    /// The booking; `null` for an enquiry.
    booking_id: Option<Uuid>,
    guest: Party,
    host: Party,
    /// Which side the caller is on.
    side: Side,
    /// How many messages of the other side the caller has not read.
    #[schema(maximum = 2_147_483_647)]
    unread_count: u32,
    /// Whether contact data is shown: while the guest has a confirmed stay in the listing, or has stayed there.
    contact_shown: bool,
    /// The last message.
    last_message: Option<Message>,
    /// When it began.
    created_at: Timestamp,
    /// When the last message was sent.
    last_message_at: Timestamp,
}

impl From<domain::conversation::Side> for Side {
    fn from(side: domain::conversation::Side) -> Self {
        match side {
            domain::conversation::Side::Guest => Self::Guest,
            domain::conversation::Side::Host => Self::Host,
        }
    }
}

impl From<domain::conversation::Moment> for Moment {
    fn from(moment: domain::conversation::Moment) -> Self {
        match moment {
            domain::conversation::Moment::OnConfirmation => Self::OnConfirmation,
            domain::conversation::Moment::BeforeCheckIn => Self::BeforeCheckIn,
            domain::conversation::Moment::AfterCheckOut => Self::AfterCheckOut,
        }
    }
}

impl From<Moment> for domain::conversation::Moment {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::OnConfirmation => Self::OnConfirmation,
            Moment::BeforeCheckIn => Self::BeforeCheckIn,
            Moment::AfterCheckOut => Self::AfterCheckOut,
        }
    }
}

impl From<store::threads::Party> for Party {
    fn from(party: store::threads::Party) -> Self {
        Self { id: party.id.into(), name: party.name }
    }
}

impl From<store::threads::Message> for Message {
    fn from(message: store::threads::Message) -> Self {
        Self {
            id: message.id.into(),
            thread_id: message.thread_id.into(),
            seq: message.seq,
            side: message.side.into(),
            author: message.author.into(),
            automated: message.automated.map(Into::into),
            text: message.text,
            is_masked: message.is_masked,
            created_at: message.created_at,
        }
    }
}

impl From<store::threads::Thread> for Thread {
    fn from(thread: store::threads::Thread) -> Self {
        Self {
            id: thread.id.into(),
            property_id: thread.property_id.into(),
            property_title: thread.property_title,
            booking_id: thread.booking_id.map(Into::into),
            guest: thread.guest.into(),
            host: thread.host.into(),
            side: thread.side.into(),
            unread_count: thread.unread,
            contact_shown: thread.contact_shown,
            last_message: thread.last_message.map(Into::into),
            created_at: thread.created_at,
            last_message_at: thread.last_message_at,
        }
    }
}
