//! What guest and host write to each other.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::ids::{BookingId, ThreadId};
use jiff::Timestamp;
use services::messages::{messages, threads};
use store::threads::Thread;
use store::threads::templates::StoredTemplate;
use uuid::Uuid;

use super::booking::Booking;
use super::codes::{ConversationSide, MessageMoment};
use super::connection::{Page, Wanted};
use super::ids::Kind;
use super::property::Property;
use super::user::User;
use super::{app, caller, page_cost};
use crate::errors::told;
use crate::loaders::{Loaders, MessagesOf};

/// A conversation about a booking, or an enquiry about a listing, as the caller sees it.
#[derive(Clone, Debug)]
pub(crate) struct Conversation(pub(crate) Arc<Thread>);

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message(pub(crate) store::threads::Message);

/// A conversation about a booking, or an enquiry about a listing, as the caller sees it.
#[Object]
impl Conversation {
    /// Names the conversation anywhere in this graph.
    pub(crate) async fn id(&self) -> ID {
        Kind::Conversation.id(self.0.id)
    }

    /// The conversation's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// The listing, if it is still to be seen.
    async fn property(&self, ctx: &Context<'_>) -> Result<Option<Property>> {
        Ok(ctx.data_unchecked::<Loaders>().one(self.0.property_id).await?.map(Property))
    }

    /// The listing's present title.
    async fn property_title(&self) -> &str {
        &self.0.property_title
    }

    /// The booking; `null` for an enquiry.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        let Some(booking) = self.0.booking_id else { return Ok(None) };
        Ok(ctx.data_unchecked::<Loaders>().one(booking).await?.map(Booking))
    }

    /// Who asks, or stays.
    async fn guest(&self) -> User {
        User(self.0.guest.id)
    }

    /// Whose place it is.
    async fn host(&self) -> User {
        User(self.0.host.id)
    }

    /// Which side the caller is on.
    async fn side(&self) -> ConversationSide {
        self.0.side.into()
    }

    /// How many messages of the other side the caller has not read.
    async fn unread_count(&self) -> u32 {
        self.0.unread
    }

    /// Whether contact data is shown: while the guest has a confirmed stay in the listing, or has stayed there.
    async fn contact_shown(&self) -> bool {
        self.0.contact_shown
    }

    /// The last message.
    async fn last_message(&self) -> Option<Message> {
        self.0.last_message.clone().map(Message)
    }

    /// When it began.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When the last message was sent.
    async fn last_message_at(&self) -> Timestamp {
        self.0.last_message_at
    }

    /// What was written, the newest first. Looking does not mark it as read.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Message>> {
        let (app, viewer, thread) = (app(ctx), caller(ctx)?.user_id, self.0.id);
        let wanted = Wanted { first, after };
        let list = ("/messages/threads/messages", &(viewer, thread));
        let (paging, before) = wanted.open::<u32>(app, list).await?;
        let rows = match before {
            None => {
                let newest = MessagesOf { thread, rows: paging.rows() };
                ctx.data_unchecked::<Loaders>().one(newest).await?.unwrap_or_default()
            }
            Some(_) => messages(app.ctx(), viewer, thread, before, paging.rows()).await.map_err(told)?,
        };
        wanted.page(&paging, rows, |message| message.seq, |message| Some(Message(message)))
    }
}

/// A message.
#[Object]
impl Message {
    /// The message's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// The conversation.
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Option<Conversation>> {
        let thread: ThreadId = self.0.thread_id;
        Ok(ctx.data_unchecked::<Loaders>().one(thread).await?.map(Conversation))
    }

    /// The how-manieth of the conversation it is, from 1.
    async fn seq(&self) -> u32 {
        self.0.seq
    }

    /// Which side wrote it.
    async fn side(&self) -> ConversationSide {
        self.0.side.into()
    }

    /// Who wrote it.
    async fn author(&self) -> User {
        User(self.0.author.id)
    }

    /// The first word of the author's name.
    async fn author_name(&self) -> &str {
        &self.0.author.name
    }

    /// When it was written by itself, by a template of the host's; `null` where somebody wrote it.
    async fn automated(&self) -> Option<MessageMoment> {
        self.0.automated.map(Into::into)
    }

    /// The words. Contact data stands as `•••` before a stay is confirmed, for its author, too. Empty where the author's
    /// account is erased.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether contact data in it is masked.
    async fn is_masked(&self) -> bool {
        self.0.is_masked
    }

    /// When it was sent.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
}

/// What is written to each guest of a listing by itself.
#[derive(Debug, SimpleObject)]
pub(crate) struct MessageTemplate {
    /// When it goes out.
    moment: MessageMoment,
    /// How many hours before the arrival or after the departure.
    hours: u16,
    /// The words, with variables.
    text: String,
    /// When it was set last.
    updated_at: Timestamp,
}

impl From<StoredTemplate> for MessageTemplate {
    fn from(stored: StoredTemplate) -> Self {
        let StoredTemplate { moment, hours, text, updated_at } = stored;
        Self { moment: moment.into(), hours, text, updated_at }
    }
}

/// A page of the caller's conversations, those with the newest messages first.
pub(crate) async fn conversations(
    ctx: &Context<'_>,
    booking: Option<BookingId>,
    wanted: Wanted,
) -> Result<Page<Conversation>> {
    let (app, viewer) = (app(ctx), caller(ctx)?.user_id);
    // As REST has it, so that a cursor of the one goes on in the other.
    let list = ("/messages/threads", &(viewer, booking.map(Uuid::from)));
    let (paging, after) = wanted.open(app, list).await?;
    let rows = threads(app.ctx(), viewer, booking, after, paging.rows()).await.map_err(told)?;
    wanted.page(&paging, rows, Thread::position, |thread| Some(Conversation(thread.into())))
}
