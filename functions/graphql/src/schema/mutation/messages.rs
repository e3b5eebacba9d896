//! Writing to the other side.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::conversation::Template;
use domain::ids::ThreadId;
use services::messages::{mark_read, post, remove_template, set_template, start};
use store::threads::About;
use web::Problem;

use super::parsed;
use crate::errors::{told, told_of_input};
use crate::loaders::Loaders;
use crate::schema::codes::MessageMoment;
use crate::schema::conversation::{Conversation, Message};
use crate::schema::ids::Kind;
use crate::schema::{app, caller};

/// The first words, about a listing or about a booking.
#[derive(Debug, InputObject)]
struct StartConversationInput {
    /// The listing that a guest asks about.
    property_id: Option<ID>,
    /// Or the booking that either side writes about.
    booking_id: Option<ID>,
    /// The words; 1 to 4,000 characters.
    text: String,
}

/// What the caller writes.
#[derive(Debug, InputObject)]
struct SendMessageInput {
    /// The conversation.
    conversation_id: ID,
    /// The words; 1 to 4,000 characters.
    text: String,
}

/// How far the caller has read.
#[derive(Debug, InputObject)]
struct MarkConversationReadInput {
    /// The conversation.
    conversation_id: ID,
    /// `seq` of the last message that was read.
    up_to: u32,
}

/// A message that is written to each guest of a listing, once for each stay.
#[derive(Debug, InputObject)]
struct SetMessageTemplateInput {
    /// The listing.
    property_id: ID,
    /// When it goes out.
    moment: MessageMoment,
    /// How many hours before the arrival or after the departure; up to 336. It says nothing on confirmation.
    #[graphql(default)]
    hours: u16,
    /// The words, 1 to 2,000 characters; at most ten of `{guest_name}`, `{property}`, `{check_in}`, `{check_in_time}`,
    /// `{check_out}` and `{check_out_time}` are filled in.
    text: String,
}

/// A message that is to be written no more.
#[derive(Debug, InputObject)]
struct RemoveMessageTemplateInput {
    /// The listing.
    property_id: ID,
    /// When it goes out.
    moment: MessageMoment,
}

/// A message that was sent.
#[derive(Debug, SimpleObject)]
struct MessagePayload {
    /// The message as it is shown.
    message: Message,
}

/// A conversation as it is now.
#[derive(Debug, SimpleObject)]
struct ConversationPayload {
    /// The conversation.
    conversation: Option<Conversation>,
}

/// What is written at a moment, or no more.
#[derive(Debug, SimpleObject)]
struct MessageTemplatePayload {
    /// The moment.
    moment: MessageMoment,
}

/// Mutations of conversations.
#[derive(Default)]
pub(super) struct MessageMutations;

#[Object]
impl MessageMutations {
    /// Ask about a listing on the market, or write about a booking. There is one conversation about each booking, and for
    /// each guest one about each listing before any: where it has begun, this goes on with it.
    async fn start_conversation(
        &self,
        ctx: &Context<'_>,
        input: StartConversationInput,
    ) -> Result<Option<MessagePayload>> {
        let (app, author) = (app(ctx), caller(ctx)?.user_id);
        let about = match (&input.property_id, &input.booking_id) {
            (Some(id), None) => About::Property(Kind::Property.read(id)?),
            (None, Some(id)) => About::Booking(Kind::Booking.read(id)?),
            _ => {
                let detail = "Give exactly one of propertyId and bookingId.";
                return Err(told_of_input(Problem::invalid("/property_id", "one_subject_required", detail)));
            }
        };
        let text = parsed("/text", input.text.parse())?;
        app.count_as("/messages/threads", author).await.map_err(told)?;
        let message = start(app.ctx(), author, about, &text).await.map_err(told_of_input)?;
        Ok(Some(MessagePayload { message: Message(message) }))
    }

    /// Write into a conversation of the caller's; the other side is told by mail.
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        input: SendMessageInput,
    ) -> Result<Option<MessagePayload>> {
        let (app, author) = (app(ctx), caller(ctx)?.user_id);
        let thread = Kind::Conversation.read(&input.conversation_id)?;
        let text = parsed("/text", input.text.parse())?;
        app.count_as("/messages/threads/{thread_id}/messages", author).await.map_err(told)?;
        let message = post(app.ctx(), author, thread, &text).await.map_err(told_of_input)?;
        Ok(Some(MessagePayload { message: Message(message) }))
    }

    /// Note that the caller has read a conversation up to a message. What was read stays read.
    async fn mark_conversation_read(
        &self,
        ctx: &Context<'_>,
        input: MarkConversationReadInput,
    ) -> Result<Option<ConversationPayload>> {
        let (reader, thread) = (caller(ctx)?.user_id, Kind::Conversation.read(&input.conversation_id)?);
        let thread: ThreadId = thread;
        if !(1..=i32::MAX.cast_unsigned()).contains(&input.up_to) {
            let detail = "Give the seq of a message, from 1 on.";
            return Err(told_of_input(Problem::invalid("/up_to", "out_of_range", detail)));
        }
        mark_read(app(ctx).ctx(), reader, thread, input.up_to).await.map_err(told_of_input)?;
        let conversation = ctx.data_unchecked::<Loaders>().one(thread).await?.map(Conversation);
        Ok(Some(ConversationPayload { conversation }))
    }

    /// Let a message be written to each guest of a listing, once for each stay. Stays that are booked follow, but for a
    /// confirmation that is past.
    async fn set_message_template(
        &self,
        ctx: &Context<'_>,
        input: SetMessageTemplateInput,
    ) -> Result<Option<MessageTemplatePayload>> {
        let (caller, property) = (caller(ctx)?.user_id, Kind::Property.read(&input.property_id)?);
        let text = input.text.parse();
        let template = text.and_then(|text| Template::new(input.moment.into(), input.hours, text));
        let template = parsed("/text", template)?;
        set_template(app(ctx).ctx(), caller, property, &template).await.map_err(told_of_input)?;
        Ok(Some(MessageTemplatePayload { moment: input.moment }))
    }

    /// Let it be written no more.
    async fn remove_message_template(
        &self,
        ctx: &Context<'_>,
        input: RemoveMessageTemplateInput,
    ) -> Result<Option<MessageTemplatePayload>> {
        let (caller, property) = (caller(ctx)?.user_id, Kind::Property.read(&input.property_id)?);
        let moment = input.moment;
        remove_template(app(ctx).ctx(), caller, property, moment.into()).await.map_err(told_of_input)?;
        Ok(Some(MessageTemplatePayload { moment }))
    }
}
